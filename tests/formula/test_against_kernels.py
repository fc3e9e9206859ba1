"""The references of the bank, read by the engine and put into numbers, equal the kernels.

Two derivations of the same fact that share no code: the formula as it is printed, and the function
that computes it. Everything is float64 on a few random numbers.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch

from rlprep.formula.check import understood
from rlprep.formula.tree import Node
from rlprep.kernels.attention import grouped, kv_cache, linear, softmax
from rlprep.kernels.rl import divergence, policy_gradient, ppo, returns, trust_region
from rlprep.kernels.rl import gae as gae_kernels
from tests.formula.corpus.labels import specs
from tests.formula.evaluator import evaluate

GAMMA, LAM, EPS, BETA = 0.9, 0.8, 0.2, 0.7
T, N = 6, 12
STEPS = range(T)


def statements(formula: str) -> list[Node]:
    """Return the right-hand sides of the reference, in the order in which it states them."""
    return [entry.values[-1] for entry in understood(formula, specs()[formula].reference).entries]


def value(formula: str, **numbers: Any) -> Any:
    return evaluate(statements(formula)[0], numbers)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


class Segment:
    """A segment of T steps that ends in a terminal state, and the names of its quantities."""

    def __init__(self, rng: np.random.Generator, last_value: float = 0.0) -> None:
        self.rewards, self.values = rng.normal(size=(2, T))
        self.next_values = np.append(self.values[1:], last_value)
        self.ended = torch.zeros(T, dtype=torch.bool)

    def deltas(self) -> np.ndarray:
        return self.rewards + GAMMA * self.next_values - self.values

    def numbers(self, t: int) -> dict[str, Any]:
        states = np.append(self.values, [self.next_values[-1], *[0.0] * T])
        padded = np.append(self.rewards, [0.0] * (T + 1))
        return {
            "t": t, "T": T, "gamma": GAMMA, "lambda": LAM, "last": T - 1 - t,
            "r": padded, "V": lambda step: states[step], "s": lambda step: step,
            "delta": np.append(self.deltas(), [0.0] * (T + 1)),
        }  # fmt: skip

    def tensors(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return rewards, values and next values, as the kernels take them."""
        return (
            torch.tensor(self.rewards),
            torch.tensor(self.values),
            torch.tensor(self.next_values),
        )

    def gae(self, lam: float) -> np.ndarray:
        advantages, _ = gae_kernels.gae(
            *self.tensors(),
            self.ended, self.ended, gamma=GAMMA, lam=lam,
        )  # fmt: skip
        return advantages.numpy()


def test_td_residual(rng: np.random.Generator) -> None:
    segment = Segment(rng, last_value=0.4)
    kernel = gae_kernels.td_residual(
        *segment.tensors(),
        segment.ended, gamma=GAMMA,
    )  # fmt: skip
    _equal([value("td_residual", **segment.numbers(t)) for t in STEPS], kernel)


def test_discounted_return(rng: np.random.Generator) -> None:
    segment = Segment(rng)
    kernel = returns.discounted_return(
        torch.tensor(segment.rewards), segment.ended, torch.tensor(0.0).double(), gamma=GAMMA
    )
    _equal([value("discounted_return", **segment.numbers(t)) for t in STEPS], kernel)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_nstep_advantage(rng: np.random.Generator, n: int) -> None:
    segment = Segment(rng, last_value=0.4)
    kernel = returns.n_step_advantage(
        *segment.tensors(),
        segment.ended, segment.ended, gamma=GAMMA, n=n,
    )  # fmt: skip
    steps = range(T - n + 1)
    _equal(
        [value("nstep_advantage", **segment.numbers(t), n=n) for t in steps], kernel[: len(steps)]
    )


@pytest.mark.parametrize(
    ("formula", "lam"),
    [("gae", LAM), ("gae_finite", LAM), ("gae_lambda0", 0.0), ("gae_lambda1", 1.0)],
)
def test_generalized_advantage(rng: np.random.Generator, formula: str, lam: float) -> None:
    segment = Segment(rng)
    _equal([value(formula, **segment.numbers(t)) for t in STEPS], segment.gae(lam))


def test_the_recursion_holds_for_the_kernels_advantages(rng: np.random.Generator) -> None:
    segment = Segment(rng, last_value=0.4)
    advantages = segment.gae(LAM)
    ahead = {"A": np.append(advantages, 0.0)}
    _equal([value("gae_recursive", **segment.numbers(t), **ahead) for t in STEPS], advantages)


def _policies(rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    new, old = (torch.tensor(rng.normal(size=N)) for _ in range(2))
    return new, new + 0.3 * old, torch.tensor(rng.normal(size=N))


def test_ratio(rng: np.random.Generator) -> None:
    new, old, _ = _policies(rng)
    numbers = {
        "pi_theta": lambda *_: new.exp().numpy(),
        "pi_theta_old": lambda *_: old.exp().numpy(),
    }
    _equal(value("ratio", **numbers), policy_gradient.importance_ratio(new, old))


def test_clipped_objective_is_minus_the_loss(rng: np.random.Generator) -> None:
    new, old, advantages = _policies(rng)
    ratio = (new - old).exp().numpy()
    found = value("ppo_clip", r=ratio, r_t=ratio, A_t=advantages.numpy(), epsilon=EPS)
    _equal(found, -ppo.ppo_clip_loss(new, old, advantages, clip_eps=EPS))


def test_penalised_objective_is_minus_the_loss(rng: np.random.Generator) -> None:
    new, old, advantages = _policies(rng)
    kl = torch.tensor(rng.uniform(size=N))
    found = value(
        "ppo_kl_penalty", r_t=(new - old).exp().numpy(), A_t=advantages.numpy(),
        beta=BETA, KL=kl.numpy(),
    )  # fmt: skip
    _equal(found, -ppo.ppo_kl_loss(new, old, advantages, kl, beta=BETA))


def test_kl_and_entropy(rng: np.random.Generator) -> None:
    logits = torch.tensor(rng.normal(size=(2, 5)))
    p, q = torch.softmax(logits, dim=-1).numpy()
    numbers = {"count": 5, "P": lambda x: p[x], "Q": lambda x: q[x]}
    _equal(value("kl", **numbers), divergence.kl_categorical(logits[:1], logits[1:])[0])
    found = value("entropy", count=5, pi=lambda action: p[action])
    _equal(found, divergence.entropy_categorical(logits[:1])[0])


def test_trust_region_step(rng: np.random.Generator) -> None:
    root, gradient = rng.normal(size=(4, 4)), rng.normal(size=(4, 1))
    fisher = root @ root.T + np.eye(4)
    theta = rng.normal(size=(4, 1))
    found = value("trpo_step", theta=theta, delta=0.01, g=gradient, H=fisher)
    matrix = torch.tensor(fisher)
    step = trust_region.natural_step(
        torch.tensor(gradient[:, 0]), lambda v: matrix @ v, max_kl=0.01, n_iters=50
    )
    _equal((found - theta)[:, 0], step)


def _tokens(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return rng.normal(size=(T, 3)), rng.normal(size=(T, 3)), rng.normal(size=(T, 2))


def test_softmax_attention(rng: np.random.Generator) -> None:
    query, key, values = _tokens(rng)

    def by_row(scores: np.ndarray) -> np.ndarray:
        return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)

    found = value("softmax_attention", Q=query, K=key, V=values, d=3, softmax=by_row)
    kernel = softmax.softmax_attention(*map(torch.tensor, (query, key, values)))
    _equal(found, kernel)


def _features(x: np.ndarray) -> np.ndarray:
    return np.where(x >= 0, x + 1, np.exp(np.minimum(x, 0)))


def _columns(rows: np.ndarray, first: int) -> Any:
    """Return the tokens as columns, counted from `first`."""
    return lambda i: rows[i - first][:, None]


def test_linear_attention(rng: np.random.Generator) -> None:
    query, key, values = _tokens(rng)
    names = {"q": _columns(query, 0), "k": _columns(key, 0), "v": _columns(values, 0)}
    rows = [value("linear_attention", i=i, count=T, phi=_features, **names)[0] for i in STEPS]
    _equal(rows, linear.linear_attention(*map(torch.tensor, (query, key, values))))


def test_causal_linear_attention(rng: np.random.Generator) -> None:
    query, key, values = _tokens(rng)
    memory, normaliser, output = statements("linear_attention_causal")
    states: dict[str, dict[int, np.ndarray]] = {
        "S": {0: np.zeros((3, 2))}, "z": {0: np.zeros((3, 1))}
    }  # fmt: skip
    numbers: dict[str, Any] = {
        "q": _columns(query, 1), "k": _columns(key, 1), "v": _columns(values, 1),
        "phi": _features, **states,
    }  # fmt: skip
    rows = []
    for i in range(1, T + 1):
        states["S"][i] = evaluate(memory, numbers | {"i": i})
        states["z"][i] = evaluate(normaliser, numbers | {"i": i})
        rows.append(evaluate(output, numbers | {"i": i})[0])
    kernel, _ = linear.linear_attention_recurrent(*map(torch.tensor, (query, key, values)))
    _equal(rows, kernel)


def test_cache_size_and_its_reduction() -> None:
    sizes = {"B": 3, "L": 4, "n": 100, "d": 16, "b": 2}
    kernel = {
        heads: kv_cache.kv_cache_bytes(
            num_layers=4, num_kv_heads=heads, head_dim=16, seq_len=100, batch=3, bytes_per_element=2
        )
        for heads in (2, 8)
    }
    assert value("kv_cache_bytes", H_kv=2, **sizes) == kernel[2]
    assert value("kv_reduction", H_q=8, H_kv=2) == kernel[8] / kernel[2]


@pytest.mark.parametrize(("heads", "kv_heads"), [(8, 2), (6, 3), (4, 4), (5, 1)])
def test_head_map(heads: int, kv_heads: int) -> None:
    found = [value("gqa_head_map", h=h, H_q=heads, H_kv=kv_heads) for h in range(heads)]
    assert found == grouped.kv_head_map(heads, kv_heads).tolist()


def _equal(found: Sequence[Any] | np.ndarray | float, kernel: torch.Tensor | np.ndarray) -> None:
    np.testing.assert_allclose(np.asarray(found), np.asarray(kernel), rtol=1e-9, atol=1e-12)
