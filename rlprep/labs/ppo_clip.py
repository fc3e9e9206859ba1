"""PPO's clipped surrogate as a picture, and what it lets happen while one batch is optimised."""

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from rlprep.kernels.rl.divergence import kl_categorical
from rlprep.kernels.rl.policy_gradient import importance_ratio
from rlprep.kernels.rl.ppo import ppo_clip_loss
from rlprep.labs.cartpole import CartPoles
from rlprep.labs.confidence import line, plus_minus, repeat, table
from rlprep.labs.episodes import POLICY, Batch, collect, log_prob
from rlprep.labs.lab import Axis, Column, LabResult, Line, Panel, Settings
from rlprep.labs.learners import (
    Agent,
    estimates,
    minibatches,
    new_agent,
    normalised,
    ppo_update,
)

CLIP_EPS = 0.2
RATES = (3e-4, 1e-3, 3e-3)
SHOWN = 1
WARM_UP = 4  # updates before the batch to look at: by then the policy has actions that are rare
RATIOS = tuple(i / 50 for i in range(20, 81))
# A state's KL is at most this as long as the ratios of all its actions are in the range.
BOUND = -0.5 * math.log(1 - CLIP_EPS**2)
QUANTITIES = (
    Column("smallest ratio"),
    Column("largest ratio"),
    Column("ratios out of range", "share"),
    Column("no gradient", "share"),
    Column("mean KL", "nats"),
    Column("largest KL of a state", "nats"),
)


def run(settings: Settings) -> LabResult:
    """Draw the surrogate, then optimise it on one batch with each learning rate."""
    epochs = 20 if settings.quick else 80

    def measured(generator: torch.Generator, progress: Callable[[float], None]) -> np.ndarray:
        agent, batch = prepared(generator)
        found = []
        for rate in RATES:
            found.append(optimise(agent, batch, rate, generator, epochs=epochs))
            progress(len(found) / len(RATES))
        return np.stack(found)

    return _result(repeat(settings, measured), epochs)


def surrogate(advantage: float, ratios: tuple[float, ...]) -> tuple[list[float], list[float]]:
    """Return the clipped objective of one sample and its slope, at each ratio.

    Args:
        advantage: A of the sample.
        ratios: places to look at.
    """
    heights, slopes = [], []
    old, weight = torch.zeros(1, dtype=torch.float64), torch.tensor([advantage]).double()
    for ratio in ratios:
        new = torch.tensor([math.log(ratio)], dtype=torch.float64, requires_grad=True)
        objective = -ppo_clip_loss(new, old, weight, clip_eps=CLIP_EPS)
        (slope,) = torch.autograd.grad(objective, new)
        heights.append(objective.item())
        slopes.append(slope.item() / ratio)  # d/dr = (d / d log r) / r
    return heights, slopes


def prepared(generator: torch.Generator) -> tuple[Agent, Batch]:
    """Return an agent after WARM_UP updates of PPO, and the batch that it plays then."""
    agent, poles = new_agent(generator), CartPoles(32, generator)
    for _ in range(WARM_UP):
        ppo_update(agent, collect(poles, agent.policy.detach(), 64, generator), 1.0, generator)
    return agent, collect(poles, agent.policy.detach(), 16, generator)


def optimise(
    agent: Agent, batch: Batch, rate: float, generator: torch.Generator, *, epochs: int
) -> np.ndarray:
    """Return `[epoch, quantity]` while one batch is optimised, QUANTITIES in order.

    Args:
        agent: whose policy played the batch; not changed.
        batch: what it played.
        rate: learning rate of Adam.
        generator: shuffles the samples.
        epochs: passes over the batch, in minibatches of 128.
    """
    advantages, _ = estimates(agent, batch)
    inputs, actions = batch.inputs.flatten(0, 1), batch.actions.flatten()
    old, weights = batch.log_probs.flatten(), normalised(advantages)
    params = agent.policy.detach().clone().requires_grad_()
    with torch.no_grad():
        old_logits = POLICY(params, inputs)
    optimizer = torch.optim.Adam([params], lr=rate)
    found = [_look(POLICY(params, inputs).detach(), old_logits, actions, old, weights)]
    for _ in range(epochs):
        for picked in minibatches(len(old), epochs=1, generator=generator, size=128):
            new = log_prob(POLICY(params, inputs[picked]), actions[picked])
            loss = ppo_clip_loss(new, old[picked], weights[picked], clip_eps=CLIP_EPS)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        found.append(_look(POLICY(params, inputs).detach(), old_logits, actions, old, weights))
    return np.array(found)


def _look(
    logits: Tensor, old_logits: Tensor, actions: Tensor, old: Tensor, weights: Tensor
) -> list[float]:
    """Return QUANTITIES of a policy on the whole batch."""
    new = log_prob(logits, actions).requires_grad_()
    ratios = importance_ratio(new.detach(), old)
    (slopes,) = torch.autograd.grad(ppo_clip_loss(new, old, weights, clip_eps=CLIP_EPS), new)
    outside = ((ratios - 1).abs() > CLIP_EPS).double().mean()
    divergences = kl_categorical(old_logits, logits)
    spent = (slopes == 0).double().mean()
    seen = (ratios.min(), ratios.max(), outside, spent, divergences.mean(), divergences.max())
    return [each.item() for each in seen]


def _result(found: np.ndarray, epochs: int) -> LabResult:
    """Put `[seeds, learning rate, epoch, quantity]` into a table, four panels and sentences."""
    shown = [epoch for epoch in (0, 1, 2, 5, 10, 20, 40, 80) if epoch <= epochs]
    labels = [(f"{rate:g}", epoch) for rate in RATES for epoch in shown]
    cells = found[:, :, shown].reshape(len(found), -1, len(QUANTITIES))
    passes = list(range(epochs + 1))
    ends = (0.0, float(epochs))
    ratios = tuple(
        line(f"{label} ratio", passes, found[:, SHOWN, :, quantity])
        for label, quantity in (("smallest", 0), ("largest", 1))
    )
    limits = tuple(
        Line(f"1 {sign} ε", ends, (1 + offset, 1 + offset))
        for sign, offset in (("−", -CLIP_EPS), ("+", CLIP_EPS))
    )
    divergences = tuple(
        line(f"largest of a state, rate {rate:g}", passes[1:], found[:, i, 1:, 5])
        for i, rate in enumerate(RATES)
    )
    mean = line(f"mean, rate {RATES[SHOWN]:g}", passes[1:], found[:, SHOWN, 1:, 4])
    bound = Line("most, were the ratios in range", (1.0, ends[1]), (BOUND, BOUND))
    x = Axis("passes over the batch")
    panels = (
        *_pictures(),
        Panel(
            f"Ratios leave the range (learning rate {RATES[SHOWN]:g})",
            x,
            Axis("ratio of a sampled action"),
            (*ratios, *limits),
        ),
        Panel("And so does the KL", x, Axis("KL(old ‖ new)", "nats", log=True),
              (*divergences, mean, bound)),
    )  # fmt: skip
    keys = (Column("learning rate"), Column("passes over the batch"))
    columns, rows = table(keys, QUANTITIES, labels, cells)
    return LabResult(columns, rows, panels, _findings(found, epochs))


def _pictures() -> tuple[Panel, Panel]:
    """Return the surrogate of one sample and its slope, for both signs of the advantage."""
    x = Axis("ratio r")
    heights, slopes = [], []
    for name, advantage in (("A = +1", 1.0), ("A = −1", -1.0)):
        height, slope = surrogate(advantage, RATIOS)
        heights.append(Line(f"{name}, clipped", RATIOS, tuple(height)))
        heights.append(Line(f"{name}, r A", RATIOS, tuple(advantage * r for r in RATIOS)))
        slopes.append(Line(name, RATIOS, tuple(slope)))
    return (
        Panel(f"Clipped surrogate of one sample, ε = {CLIP_EPS:g}", x, Axis("objective"),
              tuple(heights)),
        Panel("Its slope: flat on the favourable side only", x, Axis("d objective / dr"),
              tuple(slopes)),
    )  # fmt: skip


def _findings(found: np.ndarray, epochs: int) -> tuple[str, ...]:
    flat = {}
    for sign in (1.0, -1.0):
        slopes = surrogate(sign, RATIOS)[1]
        still = [ratio for ratio, slope in zip(RATIOS, slopes, strict=True) if slope == 0]
        flat[sign] = f"from r = {min(still):g} to {max(still):g}"
    last = found[:, :, -1]
    ends = "; ".join(
        f"at {rate:g} the ratios are {plus_minus(last[:, i, 0], 2)} to "
        f"{plus_minus(last[:, i, 1])}, {100 * last[:, i, 2].mean():.0f} % of them out of range"
        for i, rate in enumerate(RATES)
    )
    states = ", ".join(
        f"{plus_minus(last[:, i, 5], 2)} at {rate:g}" for i, rate in enumerate(RATES)
    )
    means = ", ".join(f"{plus_minus(last[:, i, 4], 2)} at {rate:g}" for i, rate in enumerate(RATES))
    return (
        f"Of the ratios looked at ({RATIOS[0]:g} to {RATIOS[-1]:g}) the slope is zero {flat[1.0]} "
        f"for A = +1, and {flat[-1.0]} for A = −1.",
        f"Before the first step {100 * found[:, :, 0, 3].mean():.0f} % of the samples are without "
        "a gradient.",
        f"After {epochs} passes over one batch, by learning rate: {ends}.",
        f"The state that moved most has by then a KL of {states} nats; were the ratios of all its "
        f"actions in the range, it could be {BOUND:.2g} at most. The mean over states is {means}.",
    )
