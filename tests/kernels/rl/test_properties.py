"""Laws of the policy-gradient kernels on random rollouts."""

import math

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rlprep.kernels.rl.divergence import approx_kl, kl_categorical, kl_gaussian
from rlprep.kernels.rl.gae import gae, td_residual
from rlprep.kernels.rl.policy_gradient import policy_gradient_loss
from rlprep.kernels.rl.ppo import ppo_clip_loss, ppo_value_loss
from rlprep.kernels.rl.returns import (
    discounted_return,
    lambda_return,
    n_step_advantage,
    n_step_return,
)
from rlprep.kernels.rl.vtrace import vtrace
from tests.kernels.closeness import close, same
from tests.kernels.rollouts import Rollout, rollout

FLOAT = torch.float64
LAW = settings(max_examples=40, deadline=None, derandomize=True)
FRACTIONS = st.floats(0.0, 1.0)
SEEDS = st.integers(0, 10_000)
ROLLOUTS = st.builds(
    lambda length, batch, seed, ends: rollout(length, batch, seed=seed, ends=ends),
    st.integers(1, 12),
    st.integers(1, 4),
    SEEDS,
    st.sampled_from([0.0, 0.2, 0.6, 1.0]),
)


def normal(*shape: int, seed: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=FLOAT)


@LAW
@given(data=ROLLOUTS, gamma=FRACTIONS)
def test_lambda_0_is_the_residual_and_one_step(data: Rollout, gamma: float):
    advantages, _ = gae(*data.for_advantages(), gamma=gamma, lam=0.0)
    residual = td_residual(*data.for_advantages()[:4], gamma=gamma)
    close(advantages, residual)
    close(n_step_advantage(*data.for_advantages(), gamma=gamma, n=1), residual)


@LAW
@given(data=ROLLOUTS, gamma=FRACTIONS)
def test_lambda_1_is_return_minus_value(data: Rollout, gamma: float):
    advantages, targets = gae(*data.for_advantages(), gamma=gamma, lam=1.0)
    returns = n_step_return(*data.for_returns(), gamma=gamma, n=len(data.rewards))
    close(advantages, returns - data.values)
    close(targets, returns)


@LAW
@given(data=ROLLOUTS, gamma=FRACTIONS)
def test_without_time_limits_lambda_1_is_the_discounted_return(data: Rollout, gamma: float):
    data = data.replace(truncated=torch.zeros_like(data.truncated))
    returns = discounted_return(data.rewards, data.terminated, data.next_values[-1], gamma=gamma)
    close(lambda_return(*data.for_returns(), gamma=gamma, lam=1.0), returns)


@LAW
@given(data=ROLLOUTS, gamma=FRACTIONS, lam=FRACTIONS, cut=st.integers(0, 11))
def test_a_rollout_splits_at_an_episode_end(data: Rollout, gamma: float, lam: float, cut: int):
    cut %= len(data.rewards)
    ended = data.terminated.clone()
    ended[cut] = ~data.truncated[cut]
    data = data.replace(terminated=ended)
    ratios = normal(*data.rewards.shape, seed=cut)

    def all_of(part: Rollout, log_ratios: torch.Tensor) -> list[torch.Tensor]:
        zeros = torch.zeros_like(log_ratios)
        return [
            *gae(*part.for_advantages(), gamma=gamma, lam=lam),
            lambda_return(*part.for_returns(), gamma=gamma, lam=lam),
            n_step_return(*part.for_returns(), gamma=gamma, n=3),
            *vtrace(log_ratios, zeros, *part.for_advantages(), gamma=gamma),
        ]

    whole = all_of(data, ratios)
    parts = [all_of(data.rows(0, cut + 1), ratios[: cut + 1])]
    if cut + 1 < len(data.rewards):
        parts.append(all_of(data.rows(cut + 1, len(data.rewards)), ratios[cut + 1 :]))
    for index, together in enumerate(whole):
        close(torch.cat([part[index] for part in parts]), together)


@LAW
@given(data=ROLLOUTS, gamma=FRACTIONS, lam=FRACTIONS, factor=st.floats(-100, 100))
def test_rewards_and_values_scale_together(data: Rollout, gamma: float, lam: float, factor: float):
    scaled = data.replace(
        rewards=factor * data.rewards,
        values=factor * data.values,
        next_values=factor * data.next_values,
    )
    advantages, targets = gae(*data.for_advantages(), gamma=gamma, lam=lam)
    ours = gae(*scaled.for_advantages(), gamma=gamma, lam=lam)
    close(ours[0], factor * advantages, rtol=1e-10, atol=1e-11)
    close(ours[1], factor * targets, rtol=1e-10, atol=1e-11)


@LAW
@given(data=ROLLOUTS, gamma=FRACTIONS, seed=SEEDS)
def test_returns_are_linear_in_rewards(data: Rollout, gamma: float, seed: int):
    other = normal(*data.rewards.shape, seed=seed)
    nothing = torch.zeros_like(data.next_values)

    def returns(rewards: torch.Tensor) -> torch.Tensor:
        return lambda_return(rewards, nothing, *data.for_returns()[2:], gamma=gamma, lam=1.0)

    close(returns(3 * data.rewards - other), 3 * returns(data.rewards) - returns(other), atol=1e-11)


@LAW
@given(data=ROLLOUTS, gamma=FRACTIONS, lam=FRACTIONS, seed=SEEDS)
def test_the_order_of_a_batch_is_kept(data: Rollout, gamma: float, lam: float, seed: int):
    order = torch.randperm(data.rewards.shape[1], generator=torch.Generator().manual_seed(seed))
    shuffled = Rollout(**{name: tensor[:, order] for name, tensor in data.__dict__.items()})
    zeros = torch.zeros_like(data.rewards)
    same(
        gae(*shuffled.for_advantages(), gamma=gamma, lam=lam)[0],
        gae(*data.for_advantages(), gamma=gamma, lam=lam)[0][:, order],
    )
    same(
        vtrace(zeros, zeros, *shuffled.for_advantages(), gamma=gamma).value_targets,
        vtrace(zeros, zeros, *data.for_advantages(), gamma=gamma).value_targets[:, order],
    )


@LAW
@given(data=ROLLOUTS, gamma=FRACTIONS, lam=FRACTIONS, garbage=st.floats(-1e12, 1e12))
def test_what_terminates_has_no_next_value(data: Rollout, gamma: float, lam: float, garbage: float):
    changed = data.replace(next_values=data.next_values.masked_fill(data.terminated, garbage))
    for ours, wanted in zip(
        gae(*changed.for_advantages(), gamma=gamma, lam=lam),
        gae(*data.for_advantages(), gamma=gamma, lam=lam),
        strict=True,
    ):
        same(ours, wanted)


@LAW
@given(
    seed=SEEDS,
    count=st.integers(1, 8),
    garbage=st.sampled_from([0.0, -3.0, 1e300, math.inf, -math.inf, math.nan]),
)
def test_masked_samples_are_arbitrary(seed: int, count: int, garbage: float):
    new, old, adv = (normal(count, seed=seed + i) for i in range(3))
    padded = [torch.cat([x, torch.full((2,), garbage, dtype=FLOAT)]) for x in (new, old, adv)]
    mask = torch.arange(count + 2) < count
    one, two, three = padded
    same(
        ppo_clip_loss(one, two, three, clip_eps=0.2, mask=mask),
        ppo_clip_loss(new, old, adv, clip_eps=0.2),
    )
    same(
        ppo_value_loss(one, two, three, clip_eps=0.2, mask=mask),
        ppo_value_loss(new, old, adv, clip_eps=0.2),
    )
    same(policy_gradient_loss(one, three, mask=mask), policy_gradient_loss(new, adv))
    same(approx_kl(one, two, mask=mask), approx_kl(new, old))


@LAW
@given(seed=SEEDS, shift=st.floats(-1000, 1000), spread=st.floats(0.0, 100.0))
def test_divergences_are_never_negative_and_logits_have_no_origin(
    seed: int, shift: float, spread: float
):
    p, q, r, s = (spread * normal(3, 4, seed=seed + i) for i in range(4))
    divergence = kl_categorical(p, q)
    assert (divergence >= -1e-14).all()
    close(kl_categorical(p + shift, q), divergence, rtol=1e-9, atol=1e-10)
    assert (kl_gaussian(p, r / 50, q, s / 50) >= 0).all()
    same(kl_gaussian(p, r, p, r), torch.zeros(3, dtype=FLOAT))
