"""PPO and TRPO, built from the reference kernels, learn CartPole."""

from collections.abc import Callable

import numpy as np
import torch

from rlprep.kernels.rl.divergence import kl_categorical
from rlprep.labs.cartpole import CartPoles
from rlprep.labs.confidence import line, plus_minus, repeat, table
from rlprep.labs.episodes import POLICY, collect, mean_returns
from rlprep.labs.lab import Axis, Column, LabResult, Line, Panel, Settings
from rlprep.labs.learners import Update, new_agent, ppo_update, trpo_update

METHODS: dict[str, Update] = {"PPO": ppo_update, "TRPO": trpo_update}
POLES, STEPS = 32, 64
EPISODES = 50
GOAL = 475.0


def run(settings: Settings) -> LabResult:
    """Train both methods on each seed, and judge the policies by episodes of their own."""
    updates, every = (4, 1) if settings.quick else (30, 3)

    def measured(generator: torch.Generator, progress: Callable[[float], None]) -> np.ndarray:
        found = []
        for index, method in enumerate(METHODS.values()):

            def partial(share: float, index: int = index) -> None:
                progress((index + share) / len(METHODS))

            found.append(learn(method, generator, partial, updates=updates, every=every))
        return np.stack(found)

    steps = [POLES * STEPS * update for update in range(0, updates + 1, every)]
    return _result(repeat(settings, measured), steps, quick=settings.quick)


def learn(
    method: Update,
    generator: torch.Generator,
    progress: Callable[[float], None],
    *,
    updates: int,
    every: int,
) -> np.ndarray:
    """Return `[evaluation, quantity]`: greedy return, sampled return, KL(old ‖ new) per update.

    Args:
        method: the update.
        generator: source of the randomness.
        progress: called after each update.
        updates: how many.
        every: updates between evaluations; the first one comes before any update.
    """
    # Of its own, so that looking at the policy doesn't change what it learns from.
    judge = torch.Generator().manual_seed(int(torch.randint(2**62, (), generator=generator)))
    agent, poles = new_agent(generator), CartPoles(POLES, generator)
    untrained = mean_returns(agent.policy.detach(), episodes=EPISODES, generator=judge)
    found, divergences = [(*untrained, float("nan"))], []
    for done in range(1, updates + 1):
        batch = collect(poles, agent.policy.detach(), STEPS, generator)
        with torch.no_grad():
            before = POLICY(agent.policy, batch.inputs)
        method(agent, batch, 1 - (done - 1) / updates, generator)
        with torch.no_grad():
            after = POLICY(agent.policy, batch.inputs)
        divergences.append(kl_categorical(before, after).mean().item())
        if done % every == 0:
            returns = mean_returns(agent.policy.detach(), episodes=EPISODES, generator=judge)
            found.append((*returns, float(np.mean(divergences[-every:]))))
        progress(done / updates)
    return np.array(found)


def _result(found: np.ndarray, steps: list[int], *, quick: bool) -> LabResult:
    """Put `[seeds, method, evaluation, quantity]` into a table, three panels and sentences."""
    keys = (Column("method"), Column("trained on", "steps"))
    measured = (
        Column("return, greedy", "steps"),
        Column("return, sampled", "steps"),
        Column("KL per update", "nats"),
    )
    labels = [(name, count) for name in METHODS for count in steps]
    samples = found.reshape(len(found), -1, found.shape[-1])
    x = Axis("environment steps trained on")
    goal = Line(f"goal: {GOAL:g}", (float(steps[0]), float(steps[-1])), (GOAL, GOAL))

    def lines(quantity: int, begin: int = 0) -> tuple[Line, ...]:
        return tuple(
            line(name, steps[begin:], found[:, index, begin:, quantity])
            for index, name in enumerate(METHODS)
        )

    panels = (
        Panel("Greedy evaluation", x, Axis("mean return", "steps"), (*lines(0), goal)),
        Panel("Sampled evaluation", x, Axis("mean return", "steps"), (*lines(1), goal)),
        Panel("How far an update goes", x, Axis("KL(old ‖ new)", "nats"), lines(2, 1)),
    )
    columns, rows = table(keys, measured, labels, samples)
    return LabResult(columns, rows, panels, _findings(found, steps, quick=quick))


def _findings(found: np.ndarray, steps: list[int], *, quick: bool) -> tuple[str, ...]:
    sentences = []
    for index, name in enumerate(METHODS):
        greedy, sampled = found[:, index, :, 0], found[:, index, :, 1]
        reached = [steps[int(run.argmax())] for run in greedy >= GOAL if run.any()]
        when = f", after {max(reached):,} steps at most" if reached else ""
        sentences.append(
            f"{name}: from {plus_minus(greedy[:, 0])} to {plus_minus(greedy[:, -1])} steps with "
            f"the greedy policy, {plus_minus(sampled[:, -1])} with actions drawn ({EPISODES} "
            "evaluation episodes of each kind, not trained on); a greedy mean of "
            f"{GOAL:g} was reached on {len(reached)} of {len(found)} seeds{when}."
        )
    gap = (found[..., 0] - found[..., 1]).mean(axis=1)
    widest = int(gap.mean(axis=0).argmax())
    sentences.append(
        "How it is evaluated matters: over both methods, the greedy policy and the one that draws "
        f"its actions differ most after {steps[widest]:,} steps, by {plus_minus(gap[:, widest])} "
        "steps of return."
    )
    falls = (np.diff(found[..., 1], axis=2) < 0).sum(axis=2).mean(axis=0)
    sentences.append(
        f"From one evaluation to the next, {len(steps) - 1} times, the return with actions drawn "
        "fell "
        + ", ".join(f"{falls[index]:.2g} times ({name})" for index, name in enumerate(METHODS))
        + "."
    )
    sentences.append(
        "Mean KL(old ‖ new) of one update: "
        + ", ".join(
            f"{name} {plus_minus(np.nanmean(found[:, index, :, 2], axis=1), 2)}"
            for index, name in enumerate(METHODS)
        )
        + " nats."
    )
    if quick:
        sentences.append(
            f"Quick form: {steps[-1]:,} steps are enough to see that learning has begun, not "
            "where it ends; the full form trains on."
        )
    return tuple(sentences)
