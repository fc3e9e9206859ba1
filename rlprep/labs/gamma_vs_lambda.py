"""What γ changes and λ does not: a small reward now against a large one twenty steps later."""

from collections.abc import Callable

import numpy as np
import torch

from rlprep.labs.confidence import line, plus_minus, repeat, table
from rlprep.labs.estimates import first_advantages
from rlprep.labs.lab import Axis, Column, LabResult, Line, Panel, Settings
from rlprep.labs.mdp import MDP, advantages, roll_out, state_values

GAMMAS = (0.9, 0.95, 0.99, 1.0)
LAMBDAS = (0.0, 0.5, 0.8, 0.9, 0.95, 1.0)
LENGTH = 20
NOW, LATER = 1.0, 2.0
GRAB, WAIT = 0, 1


def run(settings: Settings) -> LabResult:
    """Estimate how much better waiting is than grabbing, for every γ and λ and two critics."""
    samples = 2_000 if settings.quick else 40_000

    def measured(generator: torch.Generator, progress: Callable[[float], None]) -> np.ndarray:
        return measure(generator, samples=samples)

    return _result(repeat(settings, measured))


def corridor() -> MDP:
    """Return the problem: grab 1 at once, or wait and walk to a reward of 2, in LENGTH steps.

    On the way one action earns 0.2 and the other loses 0.2, so that later advantages aren't zero,
    they only average to zero.
    """
    transitions = torch.zeros(LENGTH, 2, LENGTH, dtype=torch.float64)
    rewards = torch.tensor([[-0.2, 0.2]], dtype=torch.float64).repeat(LENGTH, 1)
    rewards[0] = torch.tensor([NOW, 0.0])
    rewards[-1] += LATER
    transitions[0, WAIT, 1] = 1.0
    for state in range(1, LENGTH - 1):
        transitions[state, :, state + 1] = 1.0
    start = torch.zeros(LENGTH, dtype=torch.float64)
    start[0] = 1.0
    return MDP(transitions, rewards, start, noise=0.3)


def measure(generator: torch.Generator, *, samples: int) -> np.ndarray:
    """Return what was estimated, `[γ, λ, quantity]`.

    The quantities: the gain of waiting with the exact critic, its standard error, the variance of
    one estimate, and the gain with a critic that says 0 everywhere.

    Args:
        generator: source of the randomness.
        samples: chains that begin with each action.
    """
    mdp = corridor()
    policy = torch.full((LENGTH, 2), 0.5, dtype=torch.float64)
    actions = torch.tensor([GRAB, WAIT]).repeat_interleave(samples)
    rollout = roll_out(
        mdp, policy, states=torch.zeros_like(actions), steps=LENGTH, generator=generator,
        first_actions=actions,
    )  # fmt: skip
    blind = torch.zeros(LENGTH, dtype=torch.float64)
    found = np.empty((len(GAMMAS), len(LAMBDAS), 4))
    for i, gamma in enumerate(GAMMAS):
        exact = state_values(mdp, policy, gamma)
        for j, lam in enumerate(LAMBDAS):
            drawn = first_advantages(rollout, exact, gamma=gamma, lam=lam)
            drawn = drawn.reshape(2, samples)
            spread = drawn.var(-1)
            unseeing = first_advantages(rollout, blind, gamma=gamma, lam=lam)
            unseeing = unseeing.reshape(2, samples).mean(-1)
            gain = drawn.mean(-1)[WAIT] - drawn.mean(-1)[GRAB]
            error = (spread.sum() / samples).sqrt()
            found[i, j] = gain, error, spread[WAIT], unseeing[WAIT] - unseeing[GRAB]
    return found


def true_gain(gamma: float) -> float:
    """Return A(start, wait) − A(start, grab), exactly."""
    policy = torch.full((LENGTH, 2), 0.5, dtype=torch.float64)
    exact = advantages(corridor(), policy, gamma)[0]
    return (exact[WAIT] - exact[GRAB]).item()


def _result(runs: np.ndarray) -> LabResult:
    """Put `[seeds, γ, λ, quantity]` into a table, three panels and sentences."""
    truth = [true_gain(gamma) for gamma in GAMMAS]
    gain, variance, unseeing = runs[..., 0], runs[..., 2], runs[..., 3]
    bias = gain - np.array(truth)[:, None]
    cells = [gain, bias, gain - truth[-1], variance, unseeing]
    samples = np.stack(cells, axis=-1).reshape(len(runs), -1, len(cells))
    keys = (Column("γ"), Column("λ"), Column("true gain"))
    measured = (
        Column("gain"),
        Column("bias"),
        Column("bias against γ = 1"),
        Column("variance"),
        Column("gain if V = 0"),
    )
    labels = [(gamma, lam, truth[i]) for i, gamma in enumerate(GAMMAS) for lam in LAMBDAS]
    x = Axis("λ")
    y = Axis("estimated gain of waiting")
    zero = Line("no difference", (0.0, 1.0), (0.0, 0.0))

    def lines(values: np.ndarray) -> tuple[Line, ...]:
        return tuple(
            line(f"γ = {gamma:g}", LAMBDAS, values[:, i]) for i, gamma in enumerate(GAMMAS)
        )

    panels = (
        Panel("Exact critic: γ decides, λ has no say", x, y, (*lines(gain), zero)),
        Panel("Critic V = 0: now λ distorts", x, y, (*lines(unseeing), zero)),
        Panel(
            "What λ buys: variance",
            x,
            Axis("variance of one estimate, exact critic"),
            lines(variance),
        ),
    )
    columns, rows = table(keys, measured, labels, samples)
    return LabResult(columns, rows, panels, _findings(runs, truth, bias))


def _findings(runs: np.ndarray, truth: list[float], bias: np.ndarray) -> tuple[str, ...]:
    error = runs[..., 1].max(axis=(1, 2))
    worst = np.abs(bias).max(axis=(1, 2))
    spread = np.ptp(runs[..., 3], axis=2).max(axis=1)
    against = (runs[..., 0] - truth[-1]).mean(axis=0)
    discounted = [
        f"{low:.2f} to {high:.2f} at γ = {gamma:g}"
        for gamma, low, high in zip(GAMMAS, against.min(axis=1), against.max(axis=1), strict=True)
    ]
    wanted = [
        f"{'wait' if runs[:, i, :, 0].mean() > 0 else 'grab'} at γ = {gamma:g}"
        for i, gamma in enumerate(GAMMAS)
    ]
    return (
        f"With the exact critic no estimate is further than {plus_minus(worst, 2)} from γ's own "
        f"advantage, at any λ (largest standard error {plus_minus(error, 2)}).",
        "Against the undiscounted advantage the bias over all λ is "
        f"{', '.join(discounted)}.",
        "The better action, by the mean over λ: " + ", ".join(wanted) + ".",
        f"With a critic that says 0 the estimate depends on λ as well, by up to "
        f"{plus_minus(spread)}.",
        f"At γ = {GAMMAS[-1]:g} the variance of one estimate goes from "
        f"{plus_minus(runs[:, -1, 0, 2], 2)} at λ = 0 to {plus_minus(runs[:, -1, -1, 2], 2)} at "
        "λ = 1.",
    )  # fmt: skip
