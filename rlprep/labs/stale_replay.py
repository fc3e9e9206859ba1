"""PPO's clipped objective on data of older policies: what age does, and what ε can do about it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from rlprep.kernels.rl.divergence import kl_categorical
from rlprep.kernels.rl.policy_gradient import importance_ratio
from rlprep.kernels.rl.ppo import ppo_clip_loss
from rlprep.labs.confidence import line, plus_minus, repeat, table
from rlprep.labs.estimates import estimated_advantages
from rlprep.labs.lab import Axis, Column, LabResult, Line, Panel, Settings
from rlprep.labs.mdp import MDP, garnet, optimal_values, roll_out, sample, state_values

AGES = (0, 2, 4, 8, 16)
GAMMA, LAMBDA = 0.95, 0.95
UPDATES, EPOCHS, MINIBATCHES = 40, 4, 4
CHAINS, STEPS = 16, 32
N_STATES, N_ACTIONS = 10, 4
LEARNING_RATE = 0.1


@dataclass(frozen=True)
class Variant:
    """A way to learn from old data."""

    label: str
    clip_eps: float
    is_decoupled: bool = False


VARIANTS = (
    *(Variant(f"clip, ε = {eps:g}", eps) for eps in (0.05, 0.1, 0.2, 0.5)),
    Variant("decoupled, ε = 0.2", 0.2, is_decoupled=True),
)
USUAL = 2


@dataclass(frozen=True)
class Data:
    """Samples of every variant and age, each field `[variants, ages, samples]`."""

    states: Tensor
    actions: Tensor
    log_probs: Tensor
    advantages: Tensor


def run(settings: Settings) -> LabResult:
    """Train every variant at every age, on random problems."""
    problems = 2 if settings.quick else 10

    def measured(generator: torch.Generator, progress: Callable[[float], None]) -> np.ndarray:
        found = []
        for _ in range(problems):
            found.append(measure(generator))
            progress(len(found) / problems)
        return np.mean(found, axis=0)

    return _result(repeat(settings, measured))


def measure(generator: torch.Generator) -> np.ndarray:
    """Return `[variant, age, quantity]` on one random problem.

    The quantities: return, share of samples without a gradient before any step, KL(before ‖ after)
    per update, 5 % and 95 % quantiles of the ratio before any step.
    """
    mdp = garnet(
        n_states=N_STATES, n_actions=N_ACTIONS, branches=3, ending=0.0, noise=0.5,
        generator=generator,
    )  # fmt: skip
    logits = torch.zeros(len(VARIANTS), len(AGES), N_STATES, N_ACTIONS, dtype=torch.float64)
    logits.requires_grad_()
    optimizer = torch.optim.Adam([logits], lr=LEARNING_RATE)
    history: list[Tensor] = []
    found = []
    for _ in range(UPDATES):
        history.append(logits.detach().softmax(-1))
        data = collect(mdp, of_age(history), generator)
        found.append(update(logits, optimizer, data, generator))
    score = normalised_return(mdp, logits.detach().softmax(-1))
    return np.concatenate([score.unsqueeze(-1).numpy(), np.mean(found, axis=0)], axis=-1)


def collect(mdp: MDP, policies: Tensor, generator: torch.Generator) -> Data:
    """Play every policy `[V, K, S, A]` and estimate advantages with its own exact values."""
    variants, ages = policies.shape[:2]
    each = policies.flatten(0, 1).repeat_interleave(CHAINS, dim=0)
    first = sample(mdp.start.expand(len(each), -1), generator).clamp(max=N_STATES - 1)
    rollout = roll_out(mdp, each, states=first, steps=STEPS, generator=generator)
    critics = state_values(mdp, policies, GAMMA).flatten(0, 1).repeat_interleave(CHAINS, dim=0)
    advantages = estimated_advantages(rollout, critics, gamma=GAMMA, lam=LAMBDA)

    def arranged(values: Tensor) -> Tensor:
        return values.reshape(STEPS, variants, ages, CHAINS).movedim(0, -1).flatten(2)

    states, actions = arranged(rollout.states), arranged(rollout.actions)
    log_probs = chosen(policies.log(), states, actions)
    return Data(states, actions, log_probs, arranged(advantages))


def of_age(history: list[Tensor]) -> Tensor:
    """Return the policies `[V, K, S, A]` that act for each age: as old as that, or the first."""
    picked = [history[max(0, len(history) - 1 - age)][:, k] for k, age in enumerate(AGES)]
    return torch.stack(picked, dim=1)


def update(
    logits: Tensor, optimizer: torch.optim.Optimizer, data: Data, generator: torch.Generator
) -> np.ndarray:
    """Take EPOCHS of Adam on minibatches; return `[V, K, 4]`, measure's quantities but the first.

    Args:
        logits: `[V, K, S, A]`, changed.
        optimizer: of the logits.
        data: what to learn from.
        generator: shuffles the samples.
    """
    before = logits.detach().clone()
    proximal = chosen(before.log_softmax(-1), data.states, data.actions)
    ratios = importance_ratio(proximal, data.log_probs)
    first = proximal.clone().requires_grad_()
    (slopes,) = torch.autograd.grad(_losses(first, proximal, data), first)
    size = data.states.shape[-1]
    for _ in range(EPOCHS):
        order = torch.randperm(size, generator=generator)
        for picked in order.chunk(MINIBATCHES):
            part = Data(*(getattr(data, name)[..., picked] for name in Data.__dataclass_fields__))
            new = chosen(logits.log_softmax(-1), part.states, part.actions)
            optimizer.zero_grad()
            _losses(new, proximal[..., picked], part).backward()
            optimizer.step()
    spread = torch.quantile(ratios, torch.tensor([0.05, 0.95], dtype=torch.float64), dim=-1)
    moved = kl_categorical(before, logits.detach()).mean(-1)
    spent = (slopes == 0).to(torch.float64).mean(-1)
    return torch.stack([spent, moved, *spread], dim=-1).numpy()


def _losses(new: Tensor, proximal: Tensor, data: Data) -> Tensor:
    """Return the sum of all variants' losses; each age's gradient is that of a loss of its own."""
    total = torch.zeros((), dtype=torch.float64)
    for i, variant in enumerate(VARIANTS):
        old, advantages = data.log_probs[i], data.advantages[i]
        if variant.is_decoupled:  # the clip is centred at the policy that is about to change
            advantages = advantages * importance_ratio(proximal[i], old)
            old = proximal[i]
        total = total + len(AGES) * ppo_clip_loss(
            new[i], old, advantages, clip_eps=variant.clip_eps
        )
    return total


def chosen(log_probs: Tensor, states: Tensor, actions: Tensor) -> Tensor:
    """Return log π(a|s) `[V, K, N]` of tables `[V, K, S, A]` and samples `[V, K, N]`."""
    flat = log_probs.flatten(-2)
    return flat.gather(-1, states * log_probs.shape[-1] + actions)


def normalised_return(mdp: MDP, policies: Tensor) -> Tensor:
    """Return (J(π) − J(uniform)) / (J* − J(uniform)), `[V, K]` for policies `[V, K, S, A]`."""
    uniform = torch.full_like(policies[0, 0], 1 / N_ACTIONS)
    worst = mdp.start @ state_values(mdp, uniform, GAMMA)
    best = mdp.start @ optimal_values(mdp, GAMMA)
    return (state_values(mdp, policies, GAMMA) @ mdp.start - worst) / (best - worst)


def _result(found: np.ndarray) -> LabResult:
    """Put `[seeds, variant, age, quantity]` into a table, four panels and sentences."""
    keys = (Column("objective"), Column("age", "updates"))
    measured = (
        Column(f"return after {UPDATES} updates", "of best"),
        Column("no gradient before any step", "share"),
        Column("KL per update", "nats"),
        Column("ratio, 5 % quantile"),
        Column("ratio, 95 % quantile"),
    )
    labels = [(variant.label, age) for variant in VARIANTS for age in AGES]
    x = Axis("age of the data", "updates")

    def lines(quantity: int) -> tuple[Line, ...]:
        return tuple(
            line(variant.label, AGES, found[:, i, :, quantity])
            for i, variant in enumerate(VARIANTS)
        )

    ratios = tuple(
        line(label, AGES, found[:, USUAL, :, quantity])
        for label, quantity in (("5 % quantile", 3), ("95 % quantile", 4))
    )
    panels = (
        Panel(
            f"Return after {UPDATES} updates",
            x,
            Axis("return (0 uniform, 1 optimal)"),
            lines(0),
        ),
        Panel("Samples without a gradient before any step", x, Axis("share"), lines(1)),
        Panel("How far an update goes", x, Axis("KL(before ‖ after)", "nats"), lines(2)),
        Panel(f"Ratios before any step, {VARIANTS[USUAL].label}", x, Axis("ratio"), ratios),
    )
    cells = found.reshape(len(found), -1, found.shape[-1])
    columns, rows = table(keys, measured, labels, cells)
    return LabResult(columns, rows, panels, _findings(found))


def _findings(found: np.ndarray) -> tuple[str, ...]:
    usual = found[:, USUAL]
    returns = ", ".join(f"{plus_minus(usual[:, k, 0])} at age {age}" for k, age in enumerate(AGES))
    oldest = [
        f"{plus_minus(found[:, i, -1, 0])} ({variant.label})" for i, variant in enumerate(VARIANTS)
    ]
    spent = found[:, :-1, :, 1].mean(axis=0)
    i, k = np.unravel_index(spent.argmax(), spent.shape)
    return (
        f"At ε = 0.2 the return after {UPDATES} updates, as a share of the best: {returns}.",
        f"Up to {100 * spent[i, k]:.0f} % of the samples have no gradient before any step "
        f"({VARIANTS[i].label}, age {AGES[k]}).",
        f"KL per update at ε = 0.2: {plus_minus(usual[:, 0, 2])} nats at age {AGES[0]}, "
        f"{plus_minus(usual[:, -1, 2])} at age {AGES[-1]}.",
        f"At age {AGES[-1]} the return is " + ", ".join(oldest) + ".",
    )
