"""Bias and variance of GAE against exact advantages, over λ and the number of samples."""

from collections.abc import Callable

import numpy as np
import torch

from rlprep.labs.confidence import line, plus_minus, repeat, table
from rlprep.labs.estimates import expected_gae, first_advantages
from rlprep.labs.lab import Axis, Column, LabResult, Panel, Settings
from rlprep.labs.mdp import advantages, garnet, roll_out, state_values

LAMBDAS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 1.0)
SIZES = (1, 8, 64, 512)
GAMMA = 0.97
CRITIC_ERROR = 1.5
STEPS = 150
N_STATES, N_ACTIONS = 6, 2
PROBLEMS = 4


def run(settings: Settings) -> LabResult:
    """Measure every λ on random problems with noisy critics, PROBLEMS for each seed."""
    groups = 1 if settings.quick else 4

    def measured(generator: torch.Generator, progress: Callable[[float], None]) -> np.ndarray:
        found = []
        for _ in range(PROBLEMS):
            found.append(measure(generator, samples=groups * max(SIZES)))
            progress(len(found) / PROBLEMS)
        return np.mean(found, axis=0)

    return _result(repeat(settings, measured))


def measure(generator: torch.Generator, *, samples: int) -> np.ndarray:
    """Return `[λ, quantity]`: exact bias², measured bias², variance, and RMSE for each of SIZES.

    Args:
        generator: source of the randomness.
        samples: advantages drawn for each state and action, a multiple of the largest size.
    """
    mdp = garnet(
        n_states=N_STATES, n_actions=N_ACTIONS, branches=2, ending=0.02, noise=1.0,
        generator=generator,
    )  # fmt: skip
    preferences = torch.randn(N_STATES, N_ACTIONS, generator=generator, dtype=torch.float64)
    policy = preferences.softmax(-1)
    values = state_values(mdp, policy, GAMMA)
    critic = values + CRITIC_ERROR * torch.randn(N_STATES, generator=generator, dtype=torch.float64)
    truth = advantages(mdp, policy, GAMMA)
    pairs = torch.cartesian_prod(torch.arange(N_STATES), torch.arange(N_ACTIONS))
    states, actions = pairs.repeat_interleave(samples, dim=0).T
    rollout = roll_out(
        mdp, policy, states=states, steps=STEPS, generator=generator, first_actions=actions
    )
    weights = policy / N_STATES
    quantities = []
    for lam in LAMBDAS:
        mean = expected_gae(mdp, policy, critic, gamma=GAMMA, lam=lam)
        # What an estimate adds to all actions of a state alike is a baseline: not an error.
        baseline = ((mean - truth) * policy).sum(-1, keepdim=True)
        target = (truth + baseline).unsqueeze(-1)
        drawn = first_advantages(rollout, critic, gamma=GAMMA, lam=lam).reshape(
            N_STATES, N_ACTIONS, samples
        )
        squared = (drawn.mean(-1) - target.squeeze(-1)) ** 2 - drawn.var(-1) / samples
        exact = ((mean - truth - baseline) ** 2 * weights).sum()
        row = [exact.round(decimals=12), (squared * weights).sum()]  # rounding errors are no bias
        row.append((drawn.var(-1) * weights).sum())
        for size in SIZES:
            averages = drawn.reshape(N_STATES, N_ACTIONS, -1, size).mean(-1)
            row.append((((averages - target) ** 2).mean(-1) * weights).sum().sqrt())
        quantities.append(torch.stack(row).numpy())
    return np.stack(quantities)


def _result(found: np.ndarray) -> LabResult:
    """Put `[seeds, λ, quantity]` into a table, three panels and sentences."""
    measured = [Column("bias² (exact)"), Column("bias² (measured)"), Column("variance")]
    measured += [Column(f"RMSE, N = {size}") for size in SIZES]
    x = Axis("λ")
    panels = (
        Panel(
            "Bias² falls with λ",
            x,
            Axis("bias² of the advantage"),
            (line("exact", LAMBDAS, found[..., 0]), line("measured", LAMBDAS, found[..., 1])),
        ),
        Panel(
            "Variance rises with λ",
            x,
            Axis("variance of one estimate"),
            (line("measured", LAMBDAS, found[..., 2]),),
        ),
        Panel(
            "The best λ moves with the sample size",
            x,
            Axis("RMSE of the mean of N estimates", log=True),
            tuple(line(f"N = {size}", LAMBDAS, found[..., 3 + i]) for i, size in enumerate(SIZES)),
        ),
    )
    columns, rows = table([Column("λ")], measured, [[lam] for lam in LAMBDAS], found)
    return LabResult(columns, rows, panels, _findings(found))


def _findings(found: np.ndarray) -> tuple[str, ...]:
    bias, variance, errors = found[:, :, 0], found[:, :, 2], found[:, :, 3:].mean(axis=0)
    best = [LAMBDAS[row] for row in errors.argmin(axis=0)]
    moved = ", ".join(f"{lam:g} at N = {n}" for lam, n in zip(best, SIZES, strict=True))
    return (
        f"From λ = 0 to 1 bias² goes from {plus_minus(bias[:, 0])} to {plus_minus(bias[:, -1])} "
        f"and the variance of one estimate from {plus_minus(variance[:, 0])} to "
        f"{plus_minus(variance[:, -1])}.",
        f"The λ with the smallest error of the mean of N estimates: {moved}.",
    )
