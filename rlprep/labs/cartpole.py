"""CartPole, many poles at once, with terminations and truncations told apart."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

GRAVITY = 9.8
CART_MASS = 1.0
POLE_MASS = 0.1
HALF_LENGTH = 0.5
FORCE = 10.0
SECONDS_PER_STEP = 0.02
MOST_POSITION = 2.4
MOST_ANGLE = 12 * 2 * math.pi / 360
TIME_LIMIT = 500


def dynamics(states: Tensor, actions: Tensor) -> Tensor:
    """Return the states one step later, `[B, 4]`.

    Args:
        states: `[B, 4]`, position (m), velocity (m/s), angle (rad, 0 upright), angular velocity.
        actions: `[B]`, 0 pushes the cart to the left, 1 to the right.

    Source: Barto, Sutton and Anderson 1983, Neuronlike Adaptive Elements; the corrected equations
        of Florian 2007 without friction, and an Euler step, as in Gymnasium's CartPole-v1.
    """
    _, velocity, angle, spin = states.unbind(-1)
    force = torch.where(actions == 1, FORCE, -FORCE)
    sine, cosine = angle.sin(), angle.cos()
    mass = CART_MASS + POLE_MASS
    push = (force + POLE_MASS * HALF_LENGTH * spin**2 * sine) / mass
    angular = (GRAVITY * sine - cosine * push) / (
        HALF_LENGTH * (4 / 3 - POLE_MASS * cosine**2 / mass)
    )
    linear = push - POLE_MASS * HALF_LENGTH * angular * cosine / mass
    changes = torch.stack([velocity, linear, spin, angular], dim=-1)
    return states + SECONDS_PER_STEP * changes


def has_fallen(states: Tensor) -> Tensor:
    """Return whether the cart left the track or the pole is past 12 degrees, `[B]`."""
    return (states[:, 0].abs() > MOST_POSITION) | (states[:, 2].abs() > MOST_ANGLE)


class Step(NamedTuple):
    """What one step did, `[B]` each; the reward is 1 for every step, the last one too.

    Attributes:
        reached: the states truly reached, `[B, 4]`, before any reset.
        terminated: the pole fell, or the cart left the track.
        truncated: the time limit cut the episode off while the pole stood.
        returns: steps of the episodes so far, including this one.
    """

    reached: Tensor
    terminated: Tensor
    truncated: Tensor
    returns: Tensor


class CartPoles:
    """B independent episodes in float64, each begun anew where it ended.

    Attributes:
        states: `[B, 4]`, what the policy sees next.
    """

    def __init__(self, count: int, generator: torch.Generator) -> None:
        self._generator = generator
        self._ages = torch.zeros(count, dtype=torch.int64)
        self.states = self._fresh()

    def step(self, actions: Tensor) -> Step:
        """Play one action in each episode, `[B]`, and begin those anew that it ended."""
        reached = dynamics(self.states, actions)
        returns = self._ages + 1
        terminated = has_fallen(reached)
        truncated = (returns >= TIME_LIMIT) & ~terminated
        ended = terminated | truncated
        self._ages = returns.masked_fill(ended, 0)
        self.states = torch.where(ended.unsqueeze(-1), self._fresh(), reached)
        return Step(reached, terminated, truncated, returns)

    def _fresh(self) -> Tensor:
        shape = (len(self._ages), 4)
        return torch.rand(shape, generator=self._generator, dtype=torch.float64) * 0.1 - 0.05
