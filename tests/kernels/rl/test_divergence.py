"""Divergences and entropies against sums, integrals and torch.distributions."""

import math

import pytest
import torch
from torch.autograd import gradcheck
from torch.distributions import Categorical, Independent, Normal, kl_divergence

from rlprep.kernels.rl.divergence import (
    approx_kl,
    entropy_categorical,
    entropy_gaussian,
    kl_categorical,
    kl_gaussian,
)
from tests.kernels.closeness import close

FLOAT = torch.float64


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=FLOAT)


def plain_probs(logits: list[float]) -> list[float]:
    top = max(logits)
    weights = [math.exp(x - top) for x in logits]
    return [w / math.fsum(weights) for w in weights]


@pytest.mark.parametrize("size", [1, 2, 7])
def test_categorical_divergence_and_entropy_are_sums(size: int):
    p, q = normal(3, size, seed=1) * 3, normal(3, size, seed=2) * 3
    divergences, entropies = [], []
    for row_p, row_q in zip(p.tolist(), q.tolist(), strict=True):
        pair = list(zip(plain_probs(row_p), plain_probs(row_q), strict=True))
        divergences.append(math.fsum(a * math.log(a / b) for a, b in pair))
        entropies.append(-math.fsum(a * math.log(a) for a, _ in pair))
    close(kl_categorical(p, q), torch.tensor(divergences, dtype=FLOAT))
    close(entropy_categorical(p), torch.tensor(entropies, dtype=FLOAT))
    peers = kl_divergence(Categorical(logits=p), Categorical(logits=q))
    close(kl_categorical(p, q), peers)


def test_logits_of_a_thousand():
    p = torch.tensor([1000.0, 0.0, -1000.0], dtype=FLOAT)
    q = torch.tensor([0.0, 1000.0, -1000.0], dtype=FLOAT)
    assert kl_categorical(p, q).item() == 1000.0
    assert entropy_categorical(p).item() == 0.0


def test_gaussian_divergence_is_the_integral():
    mean_p, log_std_p, mean_q, log_std_q = 0.3, -0.4, -0.5, 0.2
    x = torch.linspace(-12, 12, 200_001, dtype=FLOAT)

    def log_density(mean: float, log_std: float) -> torch.Tensor:
        z = (x - mean) / math.exp(log_std)
        return -0.5 * z**2 - log_std - 0.5 * math.log(2 * math.pi)

    log_p, log_q = log_density(mean_p, log_std_p), log_density(mean_q, log_std_q)
    integral = torch.trapezoid(log_p.exp() * (log_p - log_q), x)
    arguments = [torch.tensor([m], dtype=FLOAT) for m in (mean_p, log_std_p, mean_q, log_std_q)]
    close(kl_gaussian(*arguments), integral, rtol=1e-10, atol=0)
    entropy = torch.trapezoid(-log_p.exp() * log_p, x)
    close(entropy_gaussian(arguments[1]), entropy, rtol=1e-10, atol=0)


def test_gaussian_divergence_and_entropy_are_those_of_torch():
    mean_p, log_std_p, mean_q, log_std_q = (normal(2, 3, 4, seed=s) for s in range(4))
    p = Independent(Normal(mean_p, log_std_p.exp()), 1)
    q = Independent(Normal(mean_q, log_std_q.exp()), 1)
    ours = kl_gaussian(mean_p, log_std_p, mean_q, log_std_q)
    close(ours, kl_divergence(p, q))
    close(entropy_gaussian(log_std_p), p.entropy())


def test_nearby_gaussians_keep_their_digits():
    """The closed form as printed cancels here: 1e-16 is below what 1 − 1 can resolve."""
    zero, shift = torch.zeros(1, dtype=FLOAT), torch.full((1,), 1e-9, dtype=FLOAT)
    assert kl_gaussian(shift, zero, zero, zero).item() == pytest.approx(5e-19, rel=1e-9)
    assert kl_gaussian(zero, shift, zero, zero).item() == pytest.approx(1e-18, rel=1e-6)


def old_and_new() -> tuple[torch.Tensor, torch.Tensor]:
    return normal(5, seed=3).log_softmax(0), normal(5, seed=4).log_softmax(0)


def expectation(estimator: str, new: torch.Tensor, old: torch.Tensor) -> torch.Tensor:
    """Return the estimator's expectation over actions of the old policy, enumerated."""
    each = [approx_kl(new[a : a + 1], old[a : a + 1], estimator=estimator) for a in range(5)]  # pyright: ignore[reportArgumentType]
    return (old.exp() * torch.stack(each)).sum()


@pytest.mark.parametrize("estimator", ["k1", "k3"])
def test_unbiased_estimators_expect_the_divergence_of_new_from_old(estimator: str):
    old, new = old_and_new()
    close(expectation(estimator, new, old), kl_categorical(old, new))
    reverse = kl_categorical(new, old)
    assert abs(expectation(estimator, new, old) - reverse) > 0.01


def test_k2_is_biased_and_its_bias_vanishes_for_close_policies():
    old, new = old_and_new()
    exact = kl_categorical(old, new)
    assert abs(expectation("k2", new, old) / exact - 1) > 0.05
    near = (old + 1e-3 * (new - old)).log_softmax(0)
    assert abs(expectation("k2", near, old) / kl_categorical(old, near) - 1) < 1e-2


@pytest.mark.parametrize(("estimator", "right"), [("k1", True), ("k2", False), ("k3", True)])
def test_whose_gradient_is_unbiased(estimator: str, right: bool):
    old, _ = old_and_new()
    logits = normal(5, seed=4).requires_grad_()
    new = logits.log_softmax(0)
    (ours,) = torch.autograd.grad(expectation(estimator, new, old), logits, retain_graph=True)
    (exact,) = torch.autograd.grad(kl_categorical(old, new), logits)
    assert torch.allclose(ours, exact, rtol=1e-10, atol=1e-12) is right


def test_estimates_on_python_floats():
    new, old = torch.tensor([-1.0, -2.5], dtype=FLOAT), torch.tensor([-1.5, -2.0], dtype=FLOAT)
    x = [0.5, -0.5]
    assert approx_kl(new, old, estimator="k1").item() == 0.0
    assert approx_kl(new, old, estimator="k2").item() == 0.125
    k3 = sum(math.exp(v) - 1 - v for v in x) / 2
    assert approx_kl(new, old).item() == pytest.approx(k3, rel=1e-12)


def test_k3_keeps_its_digits_near_zero():
    new, old = torch.tensor([1e-9], dtype=FLOAT), torch.tensor([0.0], dtype=FLOAT)
    plain = math.exp(1e-9) - 1 - 1e-9
    assert abs(plain - 5e-19) > 1e-17  # what the plain form makes of it
    assert 0 <= approx_kl(new, old).item() < 1e-18


def test_masked_samples_are_arbitrary():
    mask = torch.tensor([True, False])
    new, old = torch.tensor([-1.0, math.nan], dtype=FLOAT), torch.tensor([-1.5, 9.0], dtype=FLOAT)
    expected = approx_kl(new[:1], old[:1])
    assert approx_kl(new, old, mask=mask) == expected


def test_gradients():
    leaves = tuple(normal(3, 4, seed=s).requires_grad_() for s in range(4))
    assert gradcheck(kl_categorical, leaves[:2])
    assert gradcheck(kl_gaussian, leaves)
    assert gradcheck(entropy_categorical, leaves[:1])
    assert gradcheck(entropy_gaussian, leaves[:1])
    assert gradcheck(lambda a, b: approx_kl(a, b, estimator="k1"), leaves[:2])
    assert gradcheck(lambda a, b: approx_kl(a, b, estimator="k2"), leaves[:2])
    assert gradcheck(lambda a, b: approx_kl(a, b, estimator="k3"), leaves[:2])
