"""Every kernel that takes tensors and the kinds of its arguments, for the rules that all keep."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from rlprep.kernels.attention.grouped import grouped_query_attention, pool_kv_heads
from rlprep.kernels.attention.kv_cache import append_to_cache, decode_step, packed_decode
from rlprep.kernels.attention.linear import (
    linear_attention,
    linear_attention_chunked,
    linear_attention_parallel,
    linear_attention_recurrent,
)
from rlprep.kernels.attention.softmax import online_softmax, softmax_attention
from rlprep.kernels.rl.divergence import (
    approx_kl,
    entropy_categorical,
    entropy_gaussian,
    kl_categorical,
    kl_gaussian,
)
from rlprep.kernels.rl.gae import gae, td_residual
from rlprep.kernels.rl.policy_gradient import importance_ratio, policy_gradient_loss
from rlprep.kernels.rl.ppo import ppo_clip_loss, ppo_kl_loss, ppo_value_loss
from rlprep.kernels.rl.returns import (
    discounted_return,
    lambda_return,
    n_step_advantage,
    n_step_return,
)
from rlprep.kernels.rl.vtrace import vtrace


@dataclass(frozen=True)
class Entry:
    """A kernel, the shapes of its tensors and its other arguments.

    `flags` are the arguments that are bools. `free` are the axes that no other argument fixes, as
    (argument, axis).
    """

    kernel: Callable[..., Any]
    floats: dict[str, tuple[int, ...]]
    flags: dict[str, tuple[int, ...]] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    free: frozenset[tuple[str, int]] = frozenset()

    @property
    def name(self) -> str:
        return self.kernel.__name__

    def inputs(
        self, dtype: torch.dtype = torch.float64, device: str = "cpu", seed: int = 0
    ) -> dict[str, Tensor]:
        random = torch.Generator().manual_seed(seed)
        tensors = {
            name: torch.randn(shape, generator=random, dtype=torch.float64).to(device, dtype)
            for name, shape in self.floats.items()
        }
        for name, shape in self.flags.items():
            tensors[name] = (torch.rand(shape, generator=random) < 0.3).to(device)
        return tensors

    def outputs(self, tensors: Mapping[str, Any]) -> list[Tensor]:
        """Return all tensors that the kernel returns, the parts of a state included."""
        pending, found = [self.kernel(**tensors, **self.options)], []
        while pending:
            result = pending.pop(0)
            if isinstance(result, Tensor):
                found.append(result)
            else:
                pending = [*result, *pending]
        return found


TB, N = (5, 3), (6,)
ENDS = {"terminated": TB, "truncated": TB}
STEP = {"rewards": TB, "next_values": TB}
ACTOR = {"log_probs_new": N, "log_probs_old": N}
QKV = {"query": (2, 4, 3), "key": (2, 5, 3), "value": (2, 5, 2)}
CAUSAL_QKV = QKV | {"query": (2, 5, 3)}
CACHE = {"k_cache": (2, 2, 5, 3), "v_cache": (2, 2, 5, 2)}

CATALOGUE = [
    Entry(
        discounted_return, {"rewards": TB, "bootstrap": (3,)}, {"terminated": TB}, {"gamma": 0.9}
    ),
    Entry(lambda_return, STEP, ENDS, {"gamma": 0.9, "lam": 0.8}),
    Entry(n_step_return, STEP, ENDS, {"gamma": 0.9, "n": 2}),
    Entry(n_step_advantage, STEP | {"values": TB}, ENDS, {"gamma": 0.9, "n": 2}),
    Entry(td_residual, STEP | {"values": TB}, {"terminated": TB}, {"gamma": 0.9}),
    Entry(gae, STEP | {"values": TB}, ENDS, {"gamma": 0.9, "lam": 0.8}),
    Entry(
        vtrace,
        STEP | {"values": TB, "log_probs_target": TB, "log_probs_behaviour": TB},
        ENDS,
        {"gamma": 0.9},
    ),
    Entry(importance_ratio, ACTOR),
    Entry(policy_gradient_loss, {"log_probs": N, "advantages": N}, {"mask": N}),
    Entry(ppo_clip_loss, ACTOR | {"advantages": N}, {"mask": N}, {"clip_eps": 0.2}),
    Entry(
        ppo_value_loss,
        {"values_new": N, "values_old": N, "returns": N},
        {"mask": N},
        {"clip_eps": 0.2},
    ),
    Entry(ppo_kl_loss, ACTOR | {"advantages": N, "kl": N}, {"mask": N}, {"beta": 0.5}),
    Entry(approx_kl, ACTOR, {"mask": N}),
    Entry(kl_categorical, {"logits_p": TB, "logits_q": TB}),
    Entry(kl_gaussian, {"mean_p": TB, "log_std_p": TB, "mean_q": TB, "log_std_q": TB}),
    Entry(entropy_categorical, {"logits": TB}, free=frozenset({("logits", 0), ("logits", 1)})),
    Entry(entropy_gaussian, {"log_std": TB}, free=frozenset({("log_std", 0), ("log_std", 1)})),
    Entry(softmax_attention, QKV, free=frozenset({("query", 1), ("value", 2)})),
    Entry(
        online_softmax,
        {"scores": (5,), "values": (5, 2)},
        options={"block": 2},
        free=frozenset({("values", 1)}),
    ),
    Entry(linear_attention, QKV, free=frozenset({("query", 1), ("value", 2)})),
    Entry(linear_attention_parallel, CAUSAL_QKV, free=frozenset({("value", 2)})),
    Entry(linear_attention_recurrent, CAUSAL_QKV, free=frozenset({("value", 2)})),
    Entry(
        linear_attention_chunked, CAUSAL_QKV, options={"chunk": 2}, free=frozenset({("value", 2)})
    ),
    Entry(
        grouped_query_attention,
        {"query": (2, 4, 3, 3), "key": (2, 2, 5, 3), "value": (2, 2, 5, 2)},
        free=frozenset({("query", 2), ("value", 3)}),
    ),
    Entry(
        pool_kv_heads,
        {"weight": (8, 3)},
        options={"num_heads": 4, "num_kv_heads": 2},
        free=frozenset({("weight", 1)}),
    ),
    Entry(append_to_cache, CACHE | {"k_new": (2, 2, 2, 3), "v_new": (2, 2, 2, 2)}),
    Entry(packed_decode, {"query": (2, 4, 1, 3)} | CACHE, free=frozenset({("v_cache", 3)})),
    Entry(
        decode_step,
        {"query": (2, 4, 1, 3)} | CACHE | {"k_new": (2, 2, 1, 3), "v_new": (2, 2, 1, 2)},
    ),
]
