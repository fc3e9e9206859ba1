"""GAE against its O(T²) sum in Python floats, its limits, and the slips seen in real libraries."""

import itertools

import pytest
import torch
from torch.autograd import gradcheck

from rlprep.kernels.rl.gae import gae, td_residual
from rlprep.kernels.rl.returns import lambda_return
from tests.kernels.closeness import close, same
from tests.kernels.rollouts import Rollout, ended, plain_residual, rollout


def plain_gae(data: Rollout, gamma: float, lam: float) -> list[float]:
    """Return the sum of equation 16 of a single trajectory, term by term, forwards."""
    estimates = []
    for t in range(len(data.rewards)):
        total = 0.0
        for k in itertools.count():
            total += (gamma * lam) ** k * plain_residual(data, t + k, gamma)
            if ended(data, t + k):
                break
        estimates.append(total)
    return estimates


@pytest.mark.parametrize("length", [1, 2, 5, 40], ids=lambda n: f"T{n}")
@pytest.mark.parametrize(
    ("gamma", "lam"), [(0.99, 0.95), (0.9, 0.0), (0.9, 1.0), (1.0, 1.0), (0.0, 0.5)]
)
def test_gae_is_the_sum_of_the_paper(length: int, gamma: float, lam: float):
    data = rollout(length, batch=2, seed=length)
    advantages, targets = gae(*data.for_advantages(), gamma=gamma, lam=lam)
    for column in range(2):
        expected = torch.tensor(plain_gae(data.column(column), gamma, lam), dtype=torch.float64)
        close(advantages[:, column], expected)
    same(targets, advantages + data.values)


def test_td_residual_is_its_line():
    data = rollout(12, batch=1).column(0)
    expected = [plain_residual(data, t, 0.9) for t in range(12)]
    ours = td_residual(data.rewards, data.values, data.next_values, data.terminated, gamma=0.9)
    close(ours, torch.tensor(expected, dtype=torch.float64))


def test_value_targets_are_lambda_returns():
    data = rollout(20)
    _, targets = gae(*data.for_advantages(), gamma=0.97, lam=0.9)
    returns = lambda_return(*data.for_returns(), gamma=0.97, lam=0.9)
    close(targets, returns)


def test_a_whole_batch_that_terminates_at_every_step():
    data = rollout(5, batch=2).replace(terminated=torch.ones(5, 2, dtype=torch.bool))
    data = data.replace(truncated=torch.zeros(5, 2, dtype=torch.bool))
    advantages, _ = gae(*data.for_advantages(), gamma=0.9, lam=0.9)
    same(advantages, data.rewards - data.values)


def test_gradients_of_gae_and_the_residual():
    data = rollout(6, batch=2)
    leaves = tuple(
        tensor.clone().requires_grad_() for tensor in (data.rewards, data.values, data.next_values)
    )
    ends = (data.terminated, data.truncated)
    assert gradcheck(lambda r, v, w: gae(r, v, w, *ends, gamma=0.9, lam=0.8), leaves)
    assert gradcheck(lambda r, v, w: td_residual(r, v, w, ends[0], gamma=0.9), leaves)


# The traps: what libraries have done, and what must come out here instead. One episode of four
# rows; each test says what the slip would have given.
REWARDS = torch.tensor([1.0, 1.0, 1.0, 1.0], dtype=torch.float64)
VALUES = torch.tensor([2.0, 3.0, 5.0, 7.0], dtype=torch.float64)
REACHED = torch.tensor([3.0, 11.0, 7.0, 13.0], dtype=torch.float64)
NOT = torch.zeros(4, dtype=torch.bool)
AFTER_ROW_1 = torch.tensor([False, True, False, False])


def halves(terminated: torch.Tensor, truncated: torch.Tensor) -> list[float]:
    """Return the advantages of the four rows with gamma = lam = 1/2, exact in binary."""
    advantages, _ = gae(REWARDS, VALUES, REACHED, terminated, truncated, gamma=0.5, lam=0.5)
    return advantages.tolist()


def test_trap_truncation_taken_for_termination():
    cut = halves(NOT, AFTER_ROW_1)
    assert cut[1] == 1 + 0.5 * 11 - 3  # the slip gives 1 − 3 = −2
    assert halves(AFTER_ROW_1, NOT)[1] == 1 - 3


def test_trap_bootstrap_from_the_reset_observation():
    cut = halves(NOT, AFTER_ROW_1)
    assert cut[1] != 1 + 0.5 * float(VALUES[2]) - 3  # row 2 is the next episode's first state
    assert cut[1] == 1 + 0.5 * float(REACHED[1]) - 3


def test_trap_done_off_by_one():
    advantages = halves(AFTER_ROW_1, NOT)
    # A flag belongs to the row whose step ended the episode. Read one row late it would leave
    # row 1 with a bootstrap, read one row early it would take row 0's away.
    assert advantages[0] == (1 + 0.5 * 3 - 2) + 0.25 * (1 - 3)
    assert advantages[1] == 1 - 3
    assert advantages[2] == (1 + 0.5 * 7 - 5) + 0.25 * (1 + 0.5 * 13 - 7)


@pytest.mark.parametrize("how", ["terminated", "truncated"])
def test_trap_leak_across_episodes(how: str):
    flags = {"terminated": NOT, "truncated": NOT} | {how: AFTER_ROW_1}
    before = halves(flags["terminated"], flags["truncated"])[:2]
    loud = REWARDS.clone()
    loud[2:] = 1e6
    advantages, _ = gae(loud, VALUES, REACHED, **flags, gamma=0.5, lam=0.5)
    assert advantages[:2].tolist() == before


def test_trap_last_step_missing():
    advantages = halves(NOT, NOT)
    assert len(advantages) == 4
    assert advantages[3] == 1 + 0.5 * 13 - 7  # the slip leaves 0 or forgets the bootstrap


def test_trap_bool_mask_times_a_float_is_float32():
    data = rollout(50, batch=2, seed=3)
    advantages, _ = gae(*data.for_advantages(), gamma=0.99, lam=0.95)
    assert advantages.dtype == torch.float64
    expected = torch.tensor(plain_gae(data.column(0), 0.99, 0.95), dtype=torch.float64)
    error = ((advantages[:, 0] - expected) / expected).abs().max()
    assert error < 1e-12  # a discount rounded to float32 is off by 1e-8 in one step
