"""PPO's losses against the textbook line on Python floats, gradients by finite differences."""

import itertools
import math

import pytest
import torch
from torch.autograd import gradcheck

from rlprep.kernels.rl.ppo import (
    adaptive_kl_coefficient,
    ppo_clip_loss,
    ppo_kl_loss,
    ppo_value_loss,
)
from tests.kernels.closeness import close

FLOAT = torch.float64
RATIOS = [0.1, 0.79, 0.81, 1.0, 1.19, 1.21, 4.0]
ADVANTAGES = [-2.0, -0.5, 0.0, 0.5, 2.0]
GRID = list(itertools.product(RATIOS, ADVANTAGES))


def tensor(numbers: list[float]) -> torch.Tensor:
    return torch.tensor(numbers, dtype=FLOAT)


def plain_surrogate(ratio: float, advantage: float, eps: float, dual: float | None) -> float:
    clipped = max(1 - eps, min(ratio, 1 + eps))
    bound = min(ratio * advantage, clipped * advantage)
    return max(bound, dual * advantage) if dual is not None and advantage < 0 else bound


def plain_slope(ratio: float, advantage: float, eps: float, dual: float | None) -> float:
    """Return the derivative with respect to log r, by finite differences."""
    step = 1e-6
    up = plain_surrogate(ratio * math.exp(step), advantage, eps, dual)
    down = plain_surrogate(ratio * math.exp(-step), advantage, eps, dual)
    return (up - down) / (2 * step)


@pytest.mark.parametrize("dual", [None, 3.0], ids=["ppo", "dual_clip"])
@pytest.mark.parametrize("eps", [0.2, 1.5], ids=lambda e: f"eps{e}")
@pytest.mark.parametrize(("ratio", "advantage"), GRID, ids=lambda x: f"{x}")
def test_clip_loss_and_slope_on_both_sides_for_both_signs(
    ratio: float, advantage: float, eps: float, dual: float | None
):
    log_new = tensor([math.log(ratio) - 1.3]).requires_grad_()
    loss = ppo_clip_loss(log_new, tensor([-1.3]), tensor([advantage]), clip_eps=eps, dual_clip=dual)
    loss.backward()
    assert loss.item() == pytest.approx(-plain_surrogate(ratio, advantage, eps, dual), rel=1e-12)
    assert log_new.grad is not None
    slope = -plain_slope(ratio, advantage, eps, dual)
    assert log_new.grad.item() == pytest.approx(slope, rel=1e-6, abs=1e-9)


def test_clip_loss_is_a_mean():
    ratios, advantages = zip(*GRID, strict=True)
    old = torch.linspace(-3, 0, len(GRID), dtype=FLOAT)
    loss = ppo_clip_loss(
        tensor(list(ratios)).log() + old, old, tensor(list(advantages)), clip_eps=0.2
    )
    expected = -sum(plain_surrogate(*pair, 0.2, None) for pair in GRID) / len(GRID)
    assert loss.item() == pytest.approx(expected, rel=1e-12)


def test_at_the_old_policy_the_gradient_is_the_policy_gradient():
    log_probs = tensor([-1.0, -2.0, -0.5]).requires_grad_()
    advantages = tensor([1.0, -2.0, 3.0])
    loss = ppo_clip_loss(log_probs, log_probs.detach(), advantages, clip_eps=0.2)
    (gradient,) = torch.autograd.grad(loss, log_probs)
    close(gradient, -advantages / 3, rtol=1e-14, atol=0)


def test_a_ratio_that_overflows_is_clipped_with_a_gradient_of_zero():
    log_new = tensor([900.0, -900.0]).requires_grad_()
    loss = ppo_clip_loss(log_new, tensor([0.0, 0.0]), tensor([1.0, -1.0]), clip_eps=0.2)
    loss.backward()
    assert loss.item() == pytest.approx(-(1.2 - 0.8) / 2)
    assert log_new.grad is not None
    assert log_new.grad.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("new", "old", "target"),
    list(itertools.product([-1.0, 0.0, 0.15, 1.0], [0.0], [-2.0, 0.1, 2.0])),
)
def test_value_loss_and_slope(new: float, old: float, target: float):
    def plain(value: float) -> float:
        clipped = old + max(-0.2, min(value - old, 0.2))
        return 0.5 * max((value - target) ** 2, (clipped - target) ** 2)

    value = tensor([new]).requires_grad_()
    loss = ppo_value_loss(value, tensor([old]), tensor([target]), clip_eps=0.2)
    loss.backward()
    assert loss.item() == pytest.approx(plain(new), rel=1e-12)
    assert value.grad is not None
    slope = (plain(new + 1e-6) - plain(new - 1e-6)) / 2e-6
    assert value.grad.item() == pytest.approx(slope, abs=1e-8)


def test_value_loss_without_clipping_is_half_the_squared_error():
    new, target = tensor([1.0, 5.0]), tensor([0.0, 2.0])
    loss = ppo_value_loss(new, tensor([0.0, 0.0]), target, clip_eps=math.inf)
    assert loss.item() == 0.5 * (1 + 9) / 2


def test_kl_loss_is_its_line():
    new, old = tensor([-0.5, -1.5]), tensor([-1.0, -1.0])
    loss = ppo_kl_loss(new, old, tensor([2.0, -1.0]), tensor([0.1, 0.3]), beta=0.7)
    terms = [math.exp(0.5) * 2 - 0.7 * 0.1, math.exp(-0.5) * -1 - 0.7 * 0.3]
    assert loss.item() == pytest.approx(-sum(terms) / 2, rel=1e-12)


def test_what_the_mask_hides_may_be_nan_and_gets_no_gradient():
    mask = torch.tensor([True, False])
    for loss_of in (
        lambda x: ppo_clip_loss(x, tensor([0.0, 0.0]), tensor([1.0, 2.0]), clip_eps=0.2, mask=mask),
        lambda x: ppo_value_loss(
            x, tensor([0.0, 0.0]), tensor([1.0, 2.0]), clip_eps=9.0, mask=mask
        ),
        lambda x: ppo_kl_loss(
            x, tensor([0.0] * 2), tensor([1.0] * 2), x.abs(), beta=1.0, mask=mask
        ),
    ):
        leaf = tensor([0.1, math.nan]).requires_grad_()
        loss = loss_of(leaf)
        loss.backward()
        assert loss.isfinite()
        assert leaf.grad is not None
        assert leaf.grad[0] != 0
        assert leaf.grad[1] == 0


@pytest.mark.parametrize(
    ("kl", "factor"),
    [
        (0.0, 0.5),
        (0.0066, 0.5),
        (0.0067, 1.0),
        (0.01, 1.0),
        (0.015, 1.0),
        (0.0151, 2.0),
        (9.0, 2.0),
    ],
)
def test_the_coefficient_follows_the_divergence(kl: float, factor: float):
    assert adaptive_kl_coefficient(0.4, kl, target=0.01) == 0.4 * factor


def test_gradients_away_from_the_kinks():
    random = torch.Generator().manual_seed(0)
    new, old, adv = (torch.randn(9, generator=random, dtype=FLOAT) for _ in range(3))
    leaf = new.requires_grad_()
    assert gradcheck(lambda x: ppo_clip_loss(x, old, adv, clip_eps=0.2), (leaf,))
    assert gradcheck(lambda x: ppo_clip_loss(x, old, adv, clip_eps=0.2, dual_clip=2.0), (leaf,))
    assert gradcheck(lambda x: ppo_value_loss(x, old, adv, clip_eps=0.2), (leaf,))
    assert gradcheck(lambda x: ppo_kl_loss(x, old, adv, x**2, beta=0.5), (leaf,))
