"""Random rollouts whose values fit their episodes, as a collector would have stored them."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


@dataclass(frozen=True)
class Rollout:
    """The arguments of the estimators, time-major, in their order."""

    rewards: Tensor
    values: Tensor
    next_values: Tensor
    terminated: Tensor
    truncated: Tensor

    def for_advantages(self) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        return self.rewards, self.values, self.next_values, self.terminated, self.truncated

    def for_returns(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        return self.rewards, self.next_values, self.terminated, self.truncated

    def column(self, index: int) -> "Rollout":
        return Rollout(**{name: tensor[:, index] for name, tensor in self.__dict__.items()})

    def rows(self, start: int, stop: int) -> "Rollout":
        return Rollout(**{name: tensor[start:stop] for name, tensor in self.__dict__.items()})

    def replace(self, **changes: Any) -> "Rollout":
        return Rollout(**(self.__dict__ | changes))


def rollout(
    length: int, batch: int = 3, *, seed: int = 0, ends: float = 0.3, dtype: Any = torch.float64
) -> Rollout:
    """Return a [T, B] rollout with terminations and truncations in its middle."""
    random = torch.Generator().manual_seed(seed)
    shape = (length, batch)
    rewards = torch.randn(shape, generator=random, dtype=torch.float64).to(dtype)
    values = torch.randn(shape, generator=random, dtype=torch.float64).to(dtype)
    cut = torch.randn(shape, generator=random, dtype=torch.float64).to(dtype)
    ended = torch.rand(shape, generator=random) < ends
    for_good = torch.rand(shape, generator=random) < 0.5
    # Where an episode goes on, the state reached is the state of the next row.
    follows = torch.cat([values[1:], cut[-1:]])
    next_values = torch.where(ended, cut, follows)
    return Rollout(rewards, values, next_values, ended & for_good, ended & ~for_good)


def ended(data: Rollout, t: int) -> bool:
    """Tell whether a single trajectory stops counting after row t."""
    last = t == len(data.rewards) - 1
    return last or bool(data.terminated[t]) or bool(data.truncated[t])


def plain_residual(data: Rollout, t: int, gamma: float) -> float:
    """Return the TD residual of a single trajectory's row in Python floats."""
    reached = 0.0 if data.terminated[t] else float(data.next_values[t])
    return float(data.rewards[t]) + gamma * reached - float(data.values[t])


def plain_n_step(data: Rollout, t: int, gamma: float, n: int) -> float:
    """Return the n-step return of a single trajectory's row, the sum written out."""
    total = 0.0
    for k in range(n):
        total += gamma**k * float(data.rewards[t + k])
        if ended(data, t + k) or k == n - 1:
            if not data.terminated[t + k]:
                total += gamma ** (k + 1) * float(data.next_values[t + k])
            break
    return total


def rows_left(data: Rollout, t: int) -> int:
    """Return how many rows the episode of row t still has, t included."""
    count = 1
    while not ended(data, t + count - 1):
        count += 1
    return count
