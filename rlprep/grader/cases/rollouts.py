"""Rollouts: returns, residuals, advantages, and value targets from data of another policy."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from rlprep.grader.cases.case import Case, Draw


@dataclass(frozen=True)
class Rollout:
    """Time first, `[T]` or `[T, B]`."""

    rewards: np.ndarray
    values: np.ndarray
    next_values: np.ndarray
    terminated: np.ndarray
    truncated: np.ndarray

    def states(self) -> tuple[np.ndarray, ...]:
        """Return rewards, values and next values."""
        return self.rewards, self.values, self.next_values

    def all(self) -> tuple[np.ndarray, ...]:
        """Return the five arrays in the order in which the exercises take them."""
        return (*self.states(), self.terminated, self.truncated)


def rollout(draw: Draw, *shape: int, terminated: Any = (), truncated: Any = ()) -> Rollout:
    """Return a rollout whose episodes end at these rows (or where these masks are True).

    V(sₜ₊₁) is the value of the next row where the episode goes on. Where one ends it is a value of
    its own, since the next row is the first of another episode; at a termination it is a number
    that must have no influence.
    """
    values = draw.normal(*shape, mean=1.0, scale=2.0)
    next_values = draw.normal(*shape, mean=-1.0, scale=2.0)
    ended = _mask(terminated, shape) | _mask(truncated, shape)
    next_values[:-1] = np.where(ended[:-1], next_values[:-1], values[1:])
    return Rollout(
        draw.normal(*shape, mean=0.5),
        values,
        next_values,
        _mask(terminated, shape),
        _mask(truncated, shape),
    )


def mixed(draw: Draw, steps: int, batch: int) -> Rollout:
    """Return `[T, B]` in which every column ends differently, one of them not at all."""
    terminated, truncated = np.zeros((2, steps, batch), dtype=bool)
    for column in range(1, batch):
        first, second = sorted(draw.rng.choice(steps, 2, replace=False))
        terminated[first, column] = column % 2 == 1
        truncated[first, column] = column % 2 == 0
        (truncated if column % 2 == 1 else terminated)[second, column] = True
    return rollout(draw, steps, batch, terminated=terminated, truncated=truncated)


def _mask(rows: Any, shape: tuple[int, ...]) -> np.ndarray:
    if isinstance(rows, np.ndarray):
        return rows
    mask = np.zeros(shape, dtype=bool)
    mask[list(rows)] = True
    return mask


def discounted_return(draw: Draw) -> list[Case]:
    """Return the cases of the discounted return."""

    def case(family: str, *shape: int, ends: Any = (), gamma: float | None = None) -> Case:
        data = rollout(draw, *shape, terminated=ends)
        discount = draw.number(0.85, 0.97) if gamma is None else gamma
        bootstrap = draw.away(2.0, 4.0, *shape[1:])
        return Case(family, (data.rewards, data.terminated, discount, bootstrap))

    contract = case("contract", 7, ends=[3])
    return [
        case("returns", 5),
        case("returns", 8),
        case("returns", 40),
        case("termination", 7, ends=[2]),
        case("termination", 9, ends=[0, 4, 5]),
        case("termination", 6, ends=[1, 5]),
        case("termination", 5, ends=range(5)),
        case("batch", 6, 3, ends=draw.flags(0.3, 6, 3)),
        case("batch", 4, 5, ends=draw.flags(0.3, 4, 5)),
        case("limits", 1),
        case("limits", 1, ends=[0]),
        case("limits", 6, gamma=0.0, ends=[2]),
        case("limits", 12, gamma=1.0, ends=[6]),
        _as_contract(contract),
        contract.single(),
    ]


def td_residual(draw: Draw) -> list[Case]:
    """Return the cases of the TD residual."""

    def case(family: str, data: Rollout, gamma: float | None = None) -> Case:
        discount = draw.number(0.85, 0.97) if gamma is None else gamma
        return Case(family, (*data.states(), data.terminated, discount))

    contract = case("contract", rollout(draw, 7, terminated=[3]))
    return [
        case("residuals", rollout(draw, 5)),
        case("residuals", rollout(draw, 8)),
        case("residuals", rollout(draw, 20)),
        case("termination", rollout(draw, 7, terminated=[2])),
        case("termination", rollout(draw, 9, terminated=[0, 4, 8])),
        case("termination", rollout(draw, 5, terminated=range(5))),
        case("true_next_value", rollout(draw, 8, truncated=[3])),
        case("true_next_value", rollout(draw, 9, terminated=[2], truncated=[5, 6])),
        case("batch", mixed(draw, 6, 3)),
        case("batch", mixed(draw, 4, 5)),
        case("limits", rollout(draw, 1)),
        case("limits", rollout(draw, 1, terminated=[0])),
        case("limits", rollout(draw, 6, terminated=[2]), gamma=0.0),
        case("limits", rollout(draw, 6, terminated=[2]), gamma=1.0),
        _as_contract(contract),
        contract.single(),
    ]


def gae(draw: Draw) -> list[Case]:
    """Return the cases of generalized advantage estimation."""

    def case(
        family: str, data: Rollout, lam: float | None = None, gamma: float | None = None
    ) -> Case:
        discount = draw.number(0.85, 0.97) if gamma is None else gamma
        return Case(family, (*data.all(), discount, draw.number(0.8, 0.97) if lam is None else lam))

    contract = case("contract", rollout(draw, 8, terminated=[2], truncated=[5]))
    return [
        case("rollout", rollout(draw, 5)),
        case("rollout", rollout(draw, 9)),
        case("rollout", rollout(draw, 40), lam=draw.number(0.4, 0.7)),
        case("termination", rollout(draw, 8, terminated=[3])),
        case("termination", rollout(draw, 7, terminated=[0, 2, 6])),
        case("truncation", rollout(draw, 8, truncated=[3])),
        case("truncation", rollout(draw, 7, truncated=[1, 6])),
        case("truncation", rollout(draw, 10, terminated=[2, 7], truncated=[4])),
        case("batch", mixed(draw, 8, 3)),
        case("batch", mixed(draw, 5, 6)),
        case("lambda_limits", rollout(draw, 8, terminated=[2], truncated=[5]), lam=0.0),
        case("lambda_limits", rollout(draw, 8, terminated=[2], truncated=[5]), lam=1.0),
        case("short", rollout(draw, 1)),
        case("short", rollout(draw, 1, truncated=[0])),
        case("short", rollout(draw, 6, terminated=range(6))),
        _as_contract(contract),
        contract.single(),
    ]


def vtrace(draw: Draw) -> list[Case]:
    """Return the cases of V-trace. Both bars lie between the ratios, and differ."""

    def case(
        family: str,
        data: Rollout,
        bars: tuple[float, float] | None = None,
        gap: float = 0.8,
        gamma: float | None = None,
        least: float = 0.1,
        near: float = 0.0,
    ) -> Case:
        behaviour = near - draw.uniform(0.5, 2.0, *data.rewards.shape)
        target = behaviour + draw.away(least, gap, *data.rewards.shape) if gap else behaviour.copy()
        rho_bar, c_bar = bars or (draw.number(1.1, 1.4), draw.number(0.7, 0.95))
        discount = draw.number(0.85, 0.97) if gamma is None else gamma
        return Case(family, (target, behaviour, *data.all(), discount, rho_bar, c_bar))

    contract = case("contract", rollout(draw, 8, terminated=[2], truncated=[5]))
    return [
        case("on_policy", rollout(draw, 5), gap=0.0, bars=(1.0, 1.0)),
        case("on_policy", rollout(draw, 9), gap=0.0, bars=(1.5, 1.2)),
        case("off_policy", rollout(draw, 6)),
        case("off_policy", rollout(draw, 9), gap=1.5),
        case("off_policy", rollout(draw, 30), bars=(1.0, 1.0)),
        case("bars", rollout(draw, 8), bars=(2.0, 0.6), gap=1.5),
        case("bars", rollout(draw, 12), bars=(0.6, 1.7), gap=1.5),
        case("bars", rollout(draw, 8), bars=(1e6, 1.0), gap=1.5),
        case("termination", rollout(draw, 8, terminated=[3])),
        case("termination", rollout(draw, 7, terminated=[0, 2, 6])),
        case("truncation", rollout(draw, 8, truncated=[3])),
        case("truncation", rollout(draw, 10, terminated=[2, 7], truncated=[4, 9])),
        case("batch", mixed(draw, 8, 3)),
        case("batch", mixed(draw, 5, 6)),
        case("limits", rollout(draw, 1)),
        case("limits", rollout(draw, 6, terminated=range(6))),
        case("limits", rollout(draw, 6, terminated=[3]), near=-900.0),
        case("limits", rollout(draw, 6), gamma=1.0, gap=6.0, least=5.2, bars=(1e4, 0.9)),
        _as_contract(contract),
        contract.single(),
    ]


def _as_contract(case: Case) -> Case:
    return Case(case.family, case.arguments, contract=True)
