"""The returns against sums written out in Python floats, which share no code with the kernels."""

import math

import pytest
import torch
from torch.autograd import gradcheck

from rlprep.kernels.rl.recursion import backward_recursion
from rlprep.kernels.rl.returns import (
    discounted_return,
    lambda_return,
    n_step_advantage,
    n_step_return,
)
from tests.kernels.closeness import close, same
from tests.kernels.rollouts import (
    plain_n_step,
    plain_residual,
    rollout,
    rows_left,
)

LENGTHS = pytest.mark.parametrize("length", [1, 2, 3, 8, 33], ids=lambda n: f"T{n}")


@LENGTHS
def test_the_recursion_by_doubling_is_the_loop_over_rows(length: int):
    random = torch.Generator().manual_seed(length)
    terms = torch.randn(length, 4, generator=random, dtype=torch.float64)
    carries = torch.rand(length, 4, generator=random, dtype=torch.float64) * 1.2
    carries[torch.rand(length, 4, generator=random) < 0.2] = 0.0
    ahead, rows = torch.zeros(4, dtype=torch.float64), []
    for t in reversed(range(length)):
        ahead = terms[t] + carries[t] * ahead
        rows.insert(0, ahead)
    close(backward_recursion(terms, carries), torch.stack(rows))


def test_a_long_sum_keeps_its_digits():
    terms = torch.randn(5000, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    numbers = terms.tolist()
    ours = backward_recursion(terms, torch.ones_like(terms))
    for t in range(0, 5000, 250):
        assert ours[t].item() == pytest.approx(math.fsum(numbers[t:]), rel=1e-12, abs=1e-12)


def test_a_carry_of_zero_cuts_exactly():
    terms = torch.tensor([1.0, 1.0, 1e300], dtype=torch.float64)
    carries = torch.tensor([1.0, 0.0, 1.0], dtype=torch.float64)
    assert backward_recursion(terms, carries).tolist() == [2.0, 1.0, 1e300]


@LENGTHS
@pytest.mark.parametrize("gamma", [0.0, 0.9, 1.0])
def test_discounted_return_is_the_sum_of_later_rewards(length: int, gamma: float):
    data = rollout(length, batch=1, seed=length).column(0)
    bootstrap = torch.tensor(1.7, dtype=torch.float64)
    expected = []
    for t in range(length):
        total = 0.0
        for k in range(t, length):
            total += gamma ** (k - t) * float(data.rewards[k])
            if data.terminated[k]:
                break
        else:
            total += gamma ** (length - t) * 1.7
        expected.append(total)
    ours = discounted_return(data.rewards, data.terminated, bootstrap, gamma=gamma)
    close(ours, torch.tensor(expected, dtype=torch.float64))


@LENGTHS
@pytest.mark.parametrize("n", [1, 2, 5, 100])
def test_n_step_return_is_the_sum_written_out(length: int, n: int):
    data = rollout(length, batch=1, seed=n).column(0)
    expected = [plain_n_step(data, t, 0.9, n) for t in range(length)]
    ours = n_step_return(*data.for_returns(), gamma=0.9, n=n)
    close(ours, torch.tensor(expected, dtype=torch.float64))


@pytest.mark.parametrize("n", [1, 3, 9])
def test_n_step_advantage_is_the_discounted_sum_of_n_residuals(n: int):
    data = rollout(12, batch=1, seed=n).column(0)
    expected = [
        sum(0.9**k * plain_residual(data, t + k, 0.9) for k in range(min(n, rows_left(data, t))))
        for t in range(12)
    ]
    ours = n_step_advantage(*data.for_advantages(), gamma=0.9, n=n)
    close(ours, torch.tensor(expected, dtype=torch.float64))


@LENGTHS
@pytest.mark.parametrize("lam", [0.0, 0.3, 1.0])
def test_lambda_return_is_the_mixture_of_n_step_returns(length: int, lam: float):
    data = rollout(length, batch=1, seed=length).column(0)
    expected = []
    for t in range(length):
        left = rows_left(data, t)
        mixture = sum(
            (1 - lam) * lam ** (n - 1) * plain_n_step(data, t, 0.9, n) for n in range(1, left)
        )
        expected.append(mixture + lam ** (left - 1) * plain_n_step(data, t, 0.9, left))
    ours = lambda_return(*data.for_returns(), gamma=0.9, lam=lam)
    close(ours, torch.tensor(expected, dtype=torch.float64))


def test_a_trajectory_alone_equals_its_column_of_a_batch():
    data = rollout(9, batch=4)
    together = lambda_return(*data.for_returns(), gamma=0.9, lam=0.8)
    for index in range(4):
        alone = lambda_return(*data.column(index).for_returns(), gamma=0.9, lam=0.8)
        same(alone, together[:, index])


def test_gradients_of_the_returns():
    data = rollout(6, batch=2)
    rewards = data.rewards.clone().requires_grad_()
    reached = data.next_values.clone().requires_grad_()
    ends = {"terminated": data.terminated, "truncated": data.truncated}
    assert gradcheck(
        lambda r, b: discounted_return(r, data.terminated, b, gamma=0.9),
        (rewards, torch.randn(2, dtype=torch.float64, requires_grad=True)),
    )
    assert gradcheck(
        lambda r, v: lambda_return(r, v, **ends, gamma=0.9, lam=0.8), (rewards, reached)
    )
    assert gradcheck(lambda r, v: n_step_return(r, v, **ends, gamma=0.9, n=3), (rewards, reached))
