"""Which generator makes the cases of which exercise."""

from collections.abc import Callable

from rlprep.grader.cases import attention, linear, policies, rollouts, trust_region
from rlprep.grader.cases.case import Case, Draw

GENERATORS: dict[str, Callable[[Draw], list[Case]]] = {
    generator.__name__: generator
    for generator in (
        rollouts.discounted_return,
        rollouts.td_residual,
        rollouts.gae,
        rollouts.vtrace,
        policies.importance_ratio,
        policies.ppo_clip_loss,
        policies.ppo_value_loss,
        policies.approx_kl,
        policies.kl_categorical,
        policies.kl_gaussian,
        policies.entropy,
        trust_region.fisher_vector_product,
        trust_region.conjugate_gradient,
        trust_region.trpo_step,
        attention.softmax_attention,
        attention.online_softmax,
        linear.linear_attention,
        linear.linear_attention_causal,
        attention.gqa_attention,
        attention.kv_cache_decode,
        attention.kv_cache_bytes,
    )
}
COST_FAMILY = "cost"
COSTLY = ("linear_attention", "linear_attention_causal")
"""Exercises with a family of cases on how the work grows; see `complexity`."""


def make_cases(exercise: str, seed: int) -> list[Case]:
    """Return the hidden cases of an exercise, the same ones for the same seed."""
    return GENERATORS[exercise](Draw(seed, exercise))
