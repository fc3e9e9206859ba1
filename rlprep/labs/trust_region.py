"""Steps of the plain gradient, the natural gradient, TRPO and PPO: in parameters and in KL."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from rlprep.kernels.rl.divergence import kl_gaussian
from rlprep.kernels.rl.fisher import fisher_vector_product
from rlprep.kernels.rl.policy_gradient import importance_ratio, policy_gradient_loss
from rlprep.kernels.rl.ppo import ppo_clip_loss
from rlprep.kernels.rl.trust_region import natural_step, trpo_step
from rlprep.labs.confidence import line, plus_minus, repeat, table
from rlprep.labs.gaussian import (
    N_ACTIONS,
    N_INPUTS,
    Target,
    distribution,
    first_params,
    log_density,
    play,
    split,
)
from rlprep.labs.lab import Axis, Column, LabResult, Line, Panel, Settings
from rlprep.labs.learners import minibatches, normalised

MAX_KL = 0.01
SAMPLES = 256
CLIP_EPS = 0.2


@dataclass(frozen=True)
class Batch:
    """What a policy has just played; advantages are normalised."""

    params: Tensor
    states: Tensor
    actions: Tensor
    log_probs: Tensor
    advantages: Tensor

    def mean_kl(self, params: Tensor) -> Tensor:
        """Return the mean KL(π_old ‖ π_θ), a graph of θ."""
        old = distribution(self.params, self.states)
        return kl_gaussian(*old, *distribution(params, self.states)).mean()

    def gradient(self) -> Tensor:
        """Return the policy gradient at the old parameters, flat."""
        params = self.params.clone().requires_grad_()
        loss = policy_gradient_loss(log_density(params, self.states, self.actions), self.advantages)
        return -torch.autograd.grad(loss, params)[0]

    def fisher(self, v: Tensor) -> Tensor:
        """Return F v at the old parameters."""
        params = self.params.clone().requires_grad_()
        return fisher_vector_product(lambda: self.mean_kl(params), [params], v)


Step = Callable[[Batch], Tensor]


def run(settings: Settings) -> LabResult:
    """Train the same policy by each of the four kinds of step."""
    updates = 50 if settings.quick else 100

    def measured(generator: torch.Generator, progress: Callable[[float], None]) -> np.ndarray:
        weights = torch.randn(N_ACTIONS, N_INPUTS, generator=generator, dtype=torch.float64)
        target = Target(weights / weights.norm())
        start = generator.get_state()
        found = []
        for method in METHODS.values():
            generator.set_state(start)  # the same states and luck for each method
            found.append(train(method, target, generator, updates=updates))
            progress(len(found) / len(METHODS))
        return np.stack(found)

    return _result(repeat(settings, measured), updates)


def train(
    method: Callable[[torch.Generator], Step],
    target: Target,
    generator: torch.Generator,
    *,
    updates: int,
) -> np.ndarray:
    """Return `[update, quantity]`: return before, mean σ before, ‖Δθ‖, KL(old ‖ new).

    Args:
        method: makes the kind of step.
        target: the problem.
        generator: source of the randomness.
        updates: how many.
    """
    params, step, found = first_params(), method(generator), []
    for _ in range(updates):
        states, actions = play(params, SAMPLES, generator)
        log_probs = log_density(params, states, actions)
        # The baseline doesn't matter where advantages are normalised over states alike.
        batch = Batch(
            params, states, actions, log_probs, normalised(target.reward(states, actions))
        )
        new = step(batch)
        size, kl = (new - params).norm().item(), batch.mean_kl(new).item()
        spread = split(params)[1].exp().mean().item()
        found.append((target.mean_return(params), spread, size, kl))
        params = new
    return np.array(found)


def plain(generator: torch.Generator) -> Step:
    """Return gradient steps with one learning rate, whose first step has the KL MAX_KL."""
    rate: list[Tensor] = []

    def step(batch: Batch) -> Tensor:
        gradient = batch.gradient()
        if not rate:
            rate.append((2 * MAX_KL / (gradient @ batch.fisher(gradient))).sqrt())
        return batch.params + rate[0] * gradient

    return step


def natural(generator: torch.Generator) -> Step:
    """Return natural-gradient steps, rescaled to MAX_KL of the quadratic model each time."""

    def step(batch: Batch) -> Tensor:
        return batch.params + natural_step(batch.gradient(), batch.fisher, max_kl=MAX_KL)

    return step


def trpo(generator: torch.Generator) -> Step:
    """Return TRPO's steps: the natural ones, held to the true KL and surrogate."""

    def step(batch: Batch) -> Tensor:
        def surrogate(params: Tensor) -> Tensor:
            new = log_density(params, batch.states, batch.actions)
            return (importance_ratio(new, batch.log_probs) * batch.advantages).mean()

        return trpo_step(surrogate, batch.mean_kl, batch.params, max_kl=MAX_KL, damping=0.0).params

    return step


def ppo(generator: torch.Generator) -> Step:
    """Return PPO's steps: ten epochs of Adam on minibatches of the clipped surrogate."""
    params = first_params().requires_grad_()
    optimizer = torch.optim.Adam([params], lr=0.003)

    def step(batch: Batch) -> Tensor:
        for picked in minibatches(SAMPLES, epochs=10, generator=generator, size=64):
            new = log_density(params, batch.states[picked], batch.actions[picked])
            loss = ppo_clip_loss(
                new, batch.log_probs[picked], batch.advantages[picked], clip_eps=CLIP_EPS
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return params.detach().clone()

    return step


METHODS: dict[str, Callable[[torch.Generator], Step]] = {
    "gradient, one rate": plain,
    "natural gradient": natural,
    "TRPO": trpo,
    "PPO": ppo,
}


def _result(found: np.ndarray, updates: int) -> LabResult:
    """Put `[seeds, method, update, quantity]` into a table, four panels and sentences."""
    shown = [update for update in (1, 10, 20, 40, 60, 80, 100) if update <= updates]
    labels = [(name, update) for name in METHODS for update in shown]
    picked = found[:, :, [update - 1 for update in shown]]
    keys = (Column("step by"), Column("update"))
    measured = (
        Column("return before"),
        Column("σ before"),
        Column("‖Δθ‖"),
        Column("KL(old ‖ new)", "nats"),
    )
    x = Axis("update")

    def lines(values: np.ndarray) -> tuple[Line, ...]:
        return tuple(
            line(name, range(1, updates + 1), values[:, i]) for i, name in enumerate(METHODS)
        )

    panels = (
        Panel("Distance to the best return", x, Axis("− return", log=True), lines(-found[..., 0])),
        Panel("Step in the parameters", x, Axis("‖Δθ‖", log=True), lines(found[..., 2])),
        Panel("Step in KL", x, Axis("KL(old ‖ new)", "nats", log=True), lines(found[..., 3])),
    )
    cells = picked.reshape(len(found), -1, picked.shape[-1])
    columns, rows = table(keys, measured, labels, cells)
    return LabResult(columns, rows, panels, _findings(found, updates))


def _findings(found: np.ndarray, updates: int) -> tuple[str, ...]:
    sentences = []
    for i, name in enumerate(METHODS):
        size, kl = found[:, i, :, 2], found[:, i, :, 3]
        falls = (np.diff(found[:, i, :, 0], axis=1) < 0).mean(axis=1)
        sentences.append(
            f"{name}: from the first to the last of {updates} updates ‖Δθ‖ goes from "
            f"{plus_minus(size[:, 0], 2)} to {plus_minus(size[:, -1], 2)}, the KL from "
            f"{plus_minus(kl[:, 0], 2)} to {plus_minus(kl[:, -1], 2)} nats (at most "
            f"{plus_minus(kl.max(axis=1), 2)}); {100 * falls.mean():.0f} % of the updates made the "
            f"return worse, the last is {plus_minus(found[:, i, -1, 0], 2)}."
        )
    return tuple(sentences)
