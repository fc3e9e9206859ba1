"""Literal numbers of other projects (rlax, Tianshou, ROLL) through our kernels.

Their layouts and arguments differ from ours. What an adapter below does is a change of layout or of
units, said where it happens; the arithmetic is left to the kernel.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from rlprep.kernels.rl.divergence import entropy_categorical
from rlprep.kernels.rl.gae import gae, td_residual
from rlprep.kernels.rl.policy_gradient import policy_gradient_loss
from rlprep.kernels.rl.ppo import ppo_clip_loss
from rlprep.kernels.rl.returns import discounted_return, lambda_return, n_step_return
from rlprep.kernels.rl.vtrace import VTrace, vtrace
from tests.kernels.closeness import close

DATA = Path(__file__).parents[2] / "data" / "rl_vectors.json"
CASES: list[dict[str, Any]] = json.loads(DATA.read_text("utf-8"))["cases"]


def floats(numbers: Any) -> Tensor:
    return torch.tensor(numbers, dtype=torch.float64)


def flags(numbers: Any) -> Tensor:
    return torch.tensor(numbers, dtype=torch.float64) != 0


def time_major(numbers: Any) -> Tensor:
    return floats(numbers).transpose(0, 1)


def units(discounts: Tensor) -> Tensor:
    """Return the product of the discounts before each row: what one unit of reward at t is worth.

    With rewards and values measured in units of the first row, a discount that varies from step to
    step becomes a discount of 1. A discount of 0 is a termination, after which units start anew.
    """
    row = torch.ones_like(discounts[0])
    rows = [row]
    for discount in discounts:
        row = torch.where(discount == 0, torch.ones_like(row), row * discount)
        rows.append(row)
    return torch.stack(rows)


def of_discounts(inputs: dict[str, Any]) -> tuple[Tensor, Tensor, Tensor]:
    discounts = time_major(inputs["discounts"])
    unit = units(discounts)
    return unit, discounts == 0, torch.zeros_like(discounts, dtype=torch.bool)


def rlax_lambda_return(inputs: dict[str, Any]) -> Tensor:
    unit, terminated, never = of_discounts(inputs)
    returns = lambda_return(
        time_major(inputs["rewards"]) * unit[:-1],
        time_major(inputs["next_values"]) * unit[1:],
        terminated,
        never,
        gamma=1.0,
        lam=inputs["lam"],
    )
    return (returns / unit[:-1]).mT


def rlax_discounted_return(inputs: dict[str, Any]) -> Tensor:
    unit, terminated, _ = of_discounts(inputs)
    bootstrap = floats(inputs["bootstrap_value"]) * unit[-1]
    rewards = time_major(inputs["rewards"]) * unit[:-1]
    return (discounted_return(rewards, terminated, bootstrap, gamma=1.0) / unit[:-1]).mT


def rlax_n_step_return(inputs: dict[str, Any]) -> Tensor:
    unit, terminated, never = of_discounts(inputs)
    returns = n_step_return(
        time_major(inputs["rewards"]) * unit[:-1],
        time_major(inputs["next_values"]) * unit[1:],
        terminated,
        never,
        gamma=1.0,
        n=inputs["n"],
    )
    return (returns / unit[:-1]).mT


def rlax_gae(inputs: dict[str, Any]) -> Tensor:
    values = time_major(inputs["values_T_plus_1"])
    discounts = time_major(inputs["discounts"])
    gammas = discounts.max(0).values  # each row has one discount, and 0 where it terminates
    columns = []
    for column, gamma in enumerate(gammas.tolist()):
        advantages, _ = gae(
            time_major(inputs["rewards"])[:, column],
            values[:-1, column],
            values[1:, column],
            discounts[:, column] == 0,
            torch.zeros(len(discounts), dtype=torch.bool),
            gamma=gamma,
            lam=float(inputs["lam"]),
        )
        columns.append(advantages)
    return torch.stack(columns)


def log_probs(logits: Any, actions: Any) -> Tensor:
    chosen = torch.tensor(actions).unsqueeze(-1)
    return floats(logits).log_softmax(-1).gather(-1, chosen).squeeze(-1)


def rlax_vtrace(inputs: dict[str, Any]) -> tuple[VTrace, Tensor, Tensor]:
    unit, terminated, never = of_discounts(inputs)
    values = time_major(inputs["values"])
    reached = torch.cat([values[1:], floats(inputs["bootstrap_value"]).unsqueeze(0)])
    result = vtrace(
        log_probs(inputs["target_logits"], inputs["actions"]).mT,
        log_probs(inputs["behavior_logits"], inputs["actions"]).mT,
        time_major(inputs["rewards"]) * unit[:-1],
        values * unit[:-1],
        reached * unit[1:],
        terminated,
        never,
        gamma=1.0,
        rho_bar=inputs["rho_bar"],
        c_bar=inputs["c_bar"],
    )
    return result, values, unit[:-1]


def rlax_vtrace_errors(inputs: dict[str, Any]) -> Tensor:
    result, values, unit = rlax_vtrace(inputs)
    return (result.value_targets / unit - values).mT


def rlax_vtrace_advantages(inputs: dict[str, Any]) -> Tensor:
    result, _, unit = rlax_vtrace(inputs)
    return (result.advantages / unit).mT


def rlax_ppo_clip(inputs: dict[str, Any]) -> Tensor:
    new = log_probs(inputs["logits"], inputs["actions"])
    old = log_probs(inputs["old_logits"], inputs["actions"])
    rows = zip(new, old, floats(inputs["advantages"]), strict=True)
    return torch.stack([ppo_clip_loss(*row, clip_eps=inputs["eps"]) for row in rows])


def rlax_policy_gradient(inputs: dict[str, Any]) -> Tensor:
    weighted = floats(inputs["advantages"]) * floats(inputs["weights"])
    rows = zip(log_probs(inputs["logits"], inputs["actions"]), weighted, strict=True)
    return torch.stack([policy_gradient_loss(*row) for row in rows])


def rlax_entropy(inputs: dict[str, Any]) -> Tensor:
    weighted = floats(inputs["weights"]) * entropy_categorical(floats(inputs["logits"]))
    return -weighted.mean(-1)


def tianshou_lambda_return(inputs: dict[str, Any]) -> Tensor:
    rewards = floats(inputs["rewards"])
    next_values = inputs["next_values"]
    return lambda_return(
        rewards,
        torch.zeros_like(rewards) if next_values is None else floats(next_values),
        flags(inputs["terminated"]),
        flags(inputs["truncated"]),
        gamma=inputs["gamma"],
        lam=inputs["lam"],
    )


def tianshou_n_step_return(inputs: dict[str, Any]) -> Tensor:
    """Their value of the state after row k is −reward of the next row; at an end it is row k's."""
    rewards, ended = floats(inputs["rewards"]), flags(inputs["terminated"])
    ended = ended | flags(inputs["truncated"])
    ended[-1] = True
    return n_step_return(
        rewards,
        -torch.where(ended, rewards, rewards.roll(-1)),
        flags(inputs["terminated"]),
        flags(inputs["truncated"]),
        gamma=inputs["gamma"],
        n=inputs["n"],
    )


def roll_masked_gae(inputs: dict[str, Any]) -> Tensor:
    """The last token of a response is terminal; what the padding behind it holds is arbitrary."""
    mask = time_major(inputs["mask"]) != 0
    values = time_major(inputs["values"])
    last = mask & ~torch.cat([mask[1:], torch.zeros_like(mask[:1])])
    advantages, _ = gae(
        time_major(inputs["rewards"]),
        values,
        torch.cat([values[1:], values[-1:]]),
        last,
        torch.zeros_like(mask),
        gamma=inputs["gamma"],
        lam=inputs["lam"],
    )
    return torch.where(mask, advantages, 0.0).mT


def tianshou_td_residual(inputs: dict[str, Any]) -> Tensor:
    return td_residual(
        floats(inputs["rewards"]),
        floats(inputs["values"]),
        floats(inputs["next_values"]),
        flags(inputs["terminated"]),
        gamma=inputs["gamma"],
    )


ADAPTERS: dict[tuple[str, str], Callable[[dict[str, Any]], Tensor]] = {
    ("rlax", "lambda_return"): rlax_lambda_return,
    ("rlax", "discounted_return"): rlax_discounted_return,
    ("rlax", "n_step_return"): rlax_n_step_return,
    ("rlax", "gae"): rlax_gae,
    ("rlax", "vtrace_errors"): rlax_vtrace_errors,
    ("rlax", "vtrace_pg_advantage"): rlax_vtrace_advantages,
    ("rlax", "ppo_clip_loss"): rlax_ppo_clip,
    ("rlax", "policy_gradient_loss"): rlax_policy_gradient,
    ("rlax", "entropy_loss"): rlax_entropy,
    ("tianshou", "lambda_return"): tianshou_lambda_return,
    ("tianshou", "n_step_return"): tianshou_n_step_return,
    ("tianshou", "td_residual"): tianshou_td_residual,
    ("roll", "masked_gae"): roll_masked_gae,
}


def test_the_file_has_all_its_cases():
    assert len({case["id"] for case in CASES}) == 24


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_numbers_of_other_projects(case: dict[str, Any]):
    adapter = ADAPTERS[case["id"].split("-")[0], case["kernel"]]
    ours = adapter(case["inputs"])
    close(ours, floats(case["expected"]), rtol=case["rtol"], atol=case["atol"])
