"""How fast the kernels are against what else computes the same: ``python -m tests.bench.kernels``.

One thread, CPU time, the contenders of a row in turn within each round, medians over rounds: on a
busy machine the ratios hold, the milliseconds don't. Each row first checks that its contenders
agree, since a fast wrong answer is no comparison.
"""

import importlib
import importlib.util
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from rlprep.kernels.attention.kv_cache import packed_decode
from rlprep.kernels.attention.linear import linear_attention_chunked, linear_attention_recurrent
from rlprep.kernels.rl.conjugate_gradient import conjugate_gradient
from rlprep.kernels.rl.divergence import kl_categorical
from rlprep.kernels.rl.fisher import (
    categorical_metric,
    fisher_vector_product,
    gauss_newton_operator,
)
from rlprep.kernels.rl.gae import gae


@dataclass(frozen=True)
class Comparison:
    """One workload: the kernel first, then who else does it.

    `same` is off where the answers differ by design, as those of softmax and linear attention do:
    there the shapes agree.
    """

    workload: str
    contenders: dict[str, Callable[[], Tensor]]
    rounds: int = 7
    same: bool = True


def normal(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return random numbers that depend on nothing but their seed."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def causal_attention(length: int, heads: int = 8, width: int = 64) -> Comparison:
    """Compare the chunk scan with the token loop and with torch's softmax attention."""
    query, key, value = (normal(1, heads, length, width, seed=seed) for seed in range(3))
    return Comparison(
        f"causal attention, n = {length}, {heads} heads of {width}",
        {
            "linear, chunk scan": lambda: linear_attention_chunked(query, key, value)[0],
            "linear, token loop": lambda: linear_attention_recurrent(query, key, value)[0],
            "softmax, torch SDPA": lambda: scaled_dot_product_attention(
                query, key, value, is_causal=True
            ),
        },
        rounds=3 if length > 4096 else 7,
        same=False,
    )


def decoding(groups: int, length: int = 16384, heads: int = 32, width: int = 128) -> Comparison:
    """Compare one decoded token over a long cache."""
    query = normal(1, heads, 1, width)
    keys, values = (normal(1, groups, length, width, seed=seed) for seed in (1, 2))
    return Comparison(
        f"decoding, {length} tokens, {heads} heads on {groups} K/V heads of {width}",
        {
            "packed decode": lambda: packed_decode(query, keys, values),
            "torch SDPA, enable_gqa": lambda: scaled_dot_product_attention(
                query, keys, values, enable_gqa=True
            ),
        },
    )


def natural_gradient(states: int = 2048, hidden: int = 64) -> Comparison:
    """Compare ten iterations of CG with the two Fisher products, graphs included."""
    observations = normal(states, 17, dtype=torch.float64)
    sizes = [(17, hidden), (hidden, hidden), (hidden, 6)]
    params = [
        (normal(*size, seed=seed, dtype=torch.float64) / size[0] ** 0.5).requires_grad_()
        for seed, size in enumerate(sizes)
    ]

    def logits() -> Tensor:
        return ((observations @ params[0]).tanh() @ params[1]).tanh() @ params[2]

    old = logits().detach()
    right = normal(sum(p.numel() for p in params), seed=9, dtype=torch.float64)

    def gauss_newton() -> Tensor:
        now = logits()
        product = gauss_newton_operator(now, params, categorical_metric(now), damping=0.1)
        return conjugate_gradient(product, right, n_iters=10)

    def double_backward() -> Tensor:
        def product(v: Tensor) -> Tensor:
            return fisher_vector_product(
                lambda: kl_categorical(old, logits()).mean(), params, v, damping=0.1
            )

        return conjugate_gradient(product, right, n_iters=10)

    return Comparison(
        f"10 CG iterations, {states} states, {right.numel()} parameters",
        {"Gauss-Newton product": gauss_newton, "double backward of the KL": double_backward},
    )


def advantages(length: int = 2048, batch: int = 64) -> Comparison:
    """Compare GAE with loops and with torchrl."""
    rewards, values, reached = (normal(length, batch, seed=seed) for seed in range(3))
    ends = torch.rand(length, batch, generator=torch.Generator().manual_seed(3)) < 0.01
    never = torch.zeros_like(ends)

    def kernel() -> Tensor:
        return gae(rewards, values, reached, ends, never, gamma=0.99, lam=0.95)[0]

    def rows() -> Tensor:
        deltas = rewards + 0.99 * reached * ~ends - values
        carries = 0.99 * 0.95 * (~ends).float()
        ahead, found = torch.zeros(batch), []
        for t in range(length - 1, -1, -1):
            ahead = deltas[t] + carries[t] * ahead
            found.append(ahead)
        return torch.stack(found[::-1])

    def elements() -> Tensor:
        columns = zip(rewards.T, values.T, reached.T, ends.T, strict=True)
        found = []
        for column in columns:
            ahead, estimates = 0.0, []
            for r, v, w, end in zip(*(x.tolist()[::-1] for x in column), strict=True):
                ahead = r - v if end else r + 0.99 * w - v + 0.99 * 0.95 * ahead
                estimates.append(ahead)
            found.append(estimates[::-1])
        return torch.tensor(found).T

    contenders = {"gae": kernel, "loop over rows": rows, "loop over elements": elements}
    if importlib.util.find_spec("torchrl"):
        functional = importlib.import_module("torchrl.objectives.value.functional")
        rows_of = {
            "state_value": values,
            "next_state_value": reached,
            "reward": rewards,
            "done": ends,
            "terminated": ends,
        }
        rows_of = {name: tensor.T.unsqueeze(-1).contiguous() for name, tensor in rows_of.items()}
        for name in ("generalized_advantage_estimate", "vec_generalized_advantage_estimate"):
            estimate = getattr(functional, name)
            contenders[f"torchrl {name.split('_')[0]}"] = lambda estimate=estimate: (
                estimate(0.99, 0.95, **rows_of)[0].squeeze(-1).T
            )
    return Comparison(f"GAE, T = {length}, B = {batch}", contenders)


def comparisons() -> Iterator[Comparison]:
    """Yield the rows of the table, each made when its turn comes."""
    for length in (512, 2048, 4096, 16384):
        yield causal_attention(length)
    for groups in (8, 1):
        yield decoding(groups)
    yield natural_gradient()
    yield advantages()


def agree(comparison: Comparison) -> bool:
    """Tell whether all contenders give the first one's answer (or its shape)."""
    first, *others = (contender() for contender in comparison.contenders.values())
    if not comparison.same:
        return all(other.shape == first.shape for other in others)
    return all(torch.allclose(other, first, rtol=1e-3, atol=1e-4) for other in others)


def measure(comparison: Comparison) -> dict[str, float]:
    """Return each contender's median CPU time in milliseconds."""
    spent: dict[str, list[float]] = {name: [] for name in comparison.contenders}
    for _ in range(comparison.rounds):
        for name, contender in comparison.contenders.items():
            start = time.process_time()
            contender()
            spent[name].append(1000 * (time.process_time() - start))
    return {name: statistics.median(times) for name, times in spent.items()}


def main() -> None:
    """Print the table."""
    torch.set_num_threads(1)
    print(f"torch {torch.__version__}, {torch.get_num_threads()} thread, median CPU time\n")
    print(f"{'':36}{'ms':>10}{'x kernel':>10}")
    for comparison in comparisons():
        if not agree(comparison):
            raise SystemExit(f"the contenders of '{comparison.workload}' don't agree")
        times = measure(comparison)
        kernel = next(iter(times.values()))
        print(comparison.workload)
        for name, milliseconds in times.items():
            print(f"  {name:34}{milliseconds:10.2f}{milliseconds / kernel:10.2f}")


if __name__ == "__main__":
    main()
