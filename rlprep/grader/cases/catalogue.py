"""Which generator makes the cases of which exercise; a pack's own come from its data."""

from collections.abc import Callable

from rlprep.bank.exercise import Exercise
from rlprep.errors import AuthorError
from rlprep.grader.cases import attention, linear, policies, rollouts, trust_region
from rlprep.grader.cases.case import Case, Draw
from rlprep.grader.cases.drawn import drawn_cases

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


def make_cases(exercise: Exercise, seed: int) -> list[Case]:
    """Return the hidden cases of an exercise, the same ones for the same seed.

    Raises:
        AuthorError: neither code of ours nor the exercise's own data say how to make them.
    """
    if exercise.cases is not None:
        return drawn_cases(exercise, exercise.cases, seed)
    if exercise.id not in GENERATORS:
        what = f"nothing makes cases for the exercise '{exercise.id}'"
        raise AuthorError(what, hint="say under 'cases:' how its parameters are drawn")
    return GENERATORS[exercise.id](Draw(seed, exercise.id))
