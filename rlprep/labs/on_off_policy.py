"""The value of one policy from the data of another, with and without a correction."""

import math
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from torch import Tensor

from rlprep.labs import corrections
from rlprep.labs.confidence import line, plus_minus, repeat, table
from rlprep.labs.corrections import Samples
from rlprep.labs.lab import Axis, Column, LabResult, Line, Panel, Settings
from rlprep.labs.mdp import garnet, roll_out, sample, state_values

MIXTURES = (0.0, 0.25, 0.5, 0.75)
GAMMA = 0.95
EPISODES, STEPS = 64, 40
N_STATES, N_ACTIONS = 6, 2
BIAS, ERROR, SPREAD, RMSE, SHARE, LIMIT = range(6)
TRUNCATED = "V-trace, bound 1"
ESTIMATORS: dict[str, Callable[[Samples], Tensor]] = {
    "no correction": corrections.uncorrected,
    "whole episode": corrections.whole_episode,
    "weighted": corrections.weighted,
    "per decision": corrections.per_decision,
    TRUNCATED: partial(corrections.v_trace, rho_bar=1.0),
    "V-trace, no bound": partial(corrections.v_trace, rho_bar=math.inf),
}


def run(settings: Settings) -> LabResult:
    """Estimate one value from many data sets, for behaviours further and further away."""
    n_sets = 40 if settings.quick else 120
    problems = 3 if settings.quick else 8

    def measured(generator: torch.Generator, progress: Callable[[float], None]) -> np.ndarray:
        found = []
        for _ in range(problems):
            found.append(measure(generator, n_sets=n_sets))
            progress(len(found) / problems)
        return np.mean(found, axis=0)

    return _result(repeat(settings, measured))


def measure(generator: torch.Generator, *, n_sets: int) -> np.ndarray:
    """Return `[mixture, estimator, quantity]` on one random problem.

    The quantities, from BIAS to LIMIT: size of the mean error and its standard error; standard
    deviation and root mean squared error of the estimates; effective share of the episodes; and
    how far from the truth the value lies that V-trace with ρ̄ = 1 is meant to find.

    Args:
        generator: source of the randomness.
        n_sets: data sets of EPISODES chains, each of which gives one estimate.
    """
    mdp = garnet(
        n_states=N_STATES, n_actions=N_ACTIONS, branches=2, ending=0.15, noise=0.5,
        generator=generator,
    )  # fmt: skip
    preferences = 0.7 * torch.randn(N_STATES, N_ACTIONS, generator=generator, dtype=torch.float64)
    target = preferences.softmax(-1)
    truth = mdp.start @ state_values(mdp, target, GAMMA)
    found = np.empty((len(MIXTURES), len(ESTIMATORS), 6))
    for i, share in enumerate(MIXTURES):
        behaviour = (1 - share) * target + share * target.flip(-1)
        chains = n_sets * EPISODES
        first = sample(mdp.start.expand(chains, -1), generator).clamp(max=N_STATES - 1)
        rollout = roll_out(mdp, behaviour, states=first, steps=STEPS, generator=generator)
        chosen = (rollout.states, rollout.actions)
        samples = Samples(
            rollout, target.log()[chosen], behaviour.log()[chosen], n_sets, mdp.start, GAMMA
        )
        limit = corrections.truncated_policy(target, behaviour, 1.0)
        beyond = (mdp.start @ state_values(mdp, limit, GAMMA) - truth).item()
        share_left = corrections.effective_share(samples).mean().item()
        for j, estimator in enumerate(ESTIMATORS.values()):
            errors = estimator(samples) - truth
            bias, spread = errors.mean().item(), errors.std().item()
            rmse = (errors**2).mean().sqrt().item()
            error = spread / math.sqrt(n_sets)
            found[i, j] = abs(bias), error, spread, rmse, share_left, abs(beyond)
    return found


def _result(found: np.ndarray) -> LabResult:
    """Put `[seeds, mixture, estimator, quantity]` into a table, four panels and sentences."""
    keys = (Column("actions swapped", "share"), Column("correction"))
    measured = (
        Column("|bias|"),
        Column("its standard error"),
        Column("standard deviation"),
        Column("RMSE"),
        Column("effective episodes", "share"),
    )
    labels = [(share, name) for share in MIXTURES for name in ESTIMATORS]
    x = Axis("share of the data's actions that are swapped")

    def lines(quantity: int) -> tuple[Line, ...]:
        return tuple(
            line(name, MIXTURES, found[:, :, j, quantity]) for j, name in enumerate(ESTIMATORS)
        )

    limit = line("exact bias, bound 1", MIXTURES, found[:, :, 0, LIMIT])
    left = line("whole episode", MIXTURES, found[:, :, 0, SHARE])
    panels = (
        Panel("Bias of the value estimate", x, Axis("|bias|"), (*lines(BIAS), limit)),
        Panel("Its standard deviation", x, Axis("standard deviation", log=True), lines(SPREAD)),
        Panel("Its error in all", x, Axis("RMSE", log=True), lines(RMSE)),
        Panel("What the ratios leave of the sample", x, Axis("effective share"), (left,)),
    )
    order = [BIAS, ERROR, SPREAD, RMSE, SHARE]
    cells = found[..., order].reshape(len(found), -1, len(order))
    columns, rows = table(keys, measured, labels, cells)
    return LabResult(columns, rows, panels, _findings(found))


def _findings(found: np.ndarray) -> tuple[str, ...]:
    last = found[:, -1]
    errors = ", ".join(
        f"{name} {plus_minus(last[:, j, RMSE], 2)}" for j, name in enumerate(ESTIMATORS)
    )
    names = list(ESTIMATORS)
    truncated = last[:, names.index(TRUNCATED)]
    plain, product = (last[:, names.index(name)] for name in ("no correction", "whole episode"))
    on_policy = found[:, 0, names.index("whole episode"), SPREAD]
    mixed = f"With {100 * MIXTURES[-1]:.0f} % of the actions swapped"
    left = f"{100 * product[:, SHARE].mean():.0f} %"
    return (
        f"{mixed}, not correcting has a bias of {plus_minus(plain[:, BIAS], 2)}, against a "
        f"standard deviation of {plus_minus(plain[:, SPREAD], 2)}.",
        f"Ratios of whole episodes leave an effective {left} of the episodes; the standard "
        f"deviation is {plus_minus(product[:, SPREAD], 2)}, on-policy {plus_minus(on_policy, 2)}.",
        f"V-trace with ρ̄ = 1 has a bias of {plus_minus(truncated[:, BIAS], 2)}: it values the "
        "policy in proportion to min(μ, π), whose exact value is "
        f"{plus_minus(truncated[:, LIMIT], 2)} away.",
        f"RMSE there: {errors}.",
    )
