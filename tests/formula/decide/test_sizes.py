"""Decisions on cache sizes, reductions and head maps."""

import pytest

from rlprep.formula.check import decide
from tests.formula.corpus.labels import specs

CACHE, REDUCTION, MAP = "kv_cache_bytes", "kv_reduction", "gqa_head_map"

RIGHT = {
    "letters in another order": (CACHE, r"2 b s l n_{kv} d_h p"),
    "the head width from the model's": (
        CACHE,
        "2 * n_layers * n_kv_heads * (d_model // n_heads) * seq_len * batch_size * dtype_bytes",
    ),
    "the model's width over the group": (
        CACHE,
        "2 * hidden_size * num_layers * seq_len * batch * bytes / (num_heads / num_kv_heads)",
    ),
    "bits over eight, rounded down": (CACHE, "2 * B * L * n * H_kv * d * bits // 8"),
    "keys and values of equal widths": (CACHE, "B * n * L * H_kv * (d_k + d_v) * b"),
    "two caches added": (
        CACHE,
        "k_cache = B * L * n * H_kv * d * b\nv_cache = B * L * n * H_kv * d * b\nk_cache + v_cache",
    ),
    "an x between words": (
        CACHE,
        "2 x layers x kv_heads x head_dim x seq_len x batch x bytes",
    ),
    "words on the left": (CACHE, "KV cache size = 2 × layers × batch × seq_len × kv_heads × d × b"),
    "groups counted by G": (CACHE, "2 B L n G d b"),
    "two sizes divided": (
        REDUCTION,
        "a = 2*B*L*n*H_q*d*b\nc = 2*B*L*n*H_kv*d*b\na / c",
    ),
    "groups by their number": (REDUCTION, "n_head / n_query_groups"),
    "a side that only names it": (
        REDUCTION,
        r"\frac{\text{cache(MHA)}}{\text{cache(GQA)}} = \frac{H_q}{H_{kv}}",
    ),
    "rounding up the next": (MAP, "ceil((h + 1) * H_kv / H_q) - 1"),
    "the remainder taken off": (MAP, "(h - h % g) / g where g = H_q / H_kv"),
    "an index that picks": (MAP, "k[:, h // (n_heads // n_kv_heads)]"),
    "one list over all heads": (MAP, "[h // (H_q // H_kv) for h in range(H_q)]"),
    "copies side by side": (
        MAP,
        "k[:, :, None, :, :].expand(b, n_kv_heads, n_rep, s, d).reshape(b, n_heads, s, d)",
    ),
    "the group varies faster": (MAP, "einops.repeat(k, 'b h n d -> b (h g) n d', g=n_rep)"),
    "integer division by name": (MAP, "h div (H_q / H_kv)"),
}  # fmt: skip

WRONG = {
    "the model's width times heads": (CACHE, "2 B L n H_{kv} d_{model} b", "model_dim"),
    "query heads": (CACHE, "2 * B * L * n * num_heads * head_dim * dtype_bytes", "q_heads"),
    "the model's width alone": (CACHE, "2 * n_layers * d_model * n * batch * bytes", "q_heads"),
    "no batch": (CACHE, "2 L n H_{kv} d b", "missing_batch"),
    "a sum of the sizes": (CACHE, "2 * (B + L + n + H_kv + d + b)", None),
    "half rounded down": (CACHE, "4 * B * L * (n // 2) * H_kv * d * b", None),
    "the share that is saved": (REDUCTION, "(H_q - H_kv) / H_q", "share_saved"),
    "a root": (REDUCTION, "sqrt(H_q / H_kv)", None),
    "copies one after another": (MAP, "np.tile(k, (1, n_rep, 1, 1))", "mod_not_floor"),
    "rounded to the nearest": (MAP, "round(h * H_kv / H_q)", None),
    "counted from 1, which rounds up": (
        MAP,
        r"\left\lfloor \frac{h-1}{H_q/H_{kv}} \right\rfloor + 1",
        "ceil_not_floor",
    ),
    "rounded up": (MAP, r"\lceil h / (H_q/H_{kv}) \rceil", "ceil_not_floor"),
}  # fmt: skip


@pytest.mark.parametrize(("formula", "text"), RIGHT.values(), ids=RIGHT)
def test_proves(ask, formula, text) -> None:
    verdict = ask(formula, text)

    assert verdict.verdict == "equivalent", verdict.message
    assert verdict.proof.startswith("proved: ")


@pytest.mark.parametrize(("formula", "text", "slug"), WRONG.values(), ids=WRONG)
def test_tells_from_the_reference(ask, formula, text, slug) -> None:
    verdict = ask(formula, text)

    assert verdict.verdict == "different", verdict.message
    assert (verdict.misconception or (None,))[0] == slug
    assert verdict.counterexample["yours"] != verdict.counterexample["reference"]


def test_heads_of_unknown_kind_are_left_open(ask) -> None:
    assert ask(CACHE, "2 B L n H d b").verdict == "undecided"


def test_a_fixed_width_of_elements_is_left_open_and_said(ask) -> None:
    verdict = ask(CACHE, "4 * B * L * n * H_kv * d")

    assert verdict.verdict == "undecided"
    assert "elements of 2 bytes only" in verdict.message


def test_a_map_that_cannot_be_rounded_in_general_is_tried_out(ask) -> None:
    verdict = ask(MAP, "min(h // (H_q // H_kv), H_kv - 1)")

    assert verdict.verdict == "equivalent"
    assert verdict.proof.startswith("evidence: ")


def test_the_witness_of_a_map_uses_eight_and_two_heads(ask) -> None:
    shown = ask(MAP, "h mod H_kv").counterexample

    assert shown == {"at": {"H_q": "8", "H_kv": "2", "h": "1"}, "yours": "1", "reference": "0"}


@pytest.mark.parametrize("text", ["g", "r", "floor(h / g)", "h // g", r"\lfloor h / g \rfloor"])
def test_a_letter_with_several_meanings_is_no_reduction_factor(text) -> None:
    assert decide(specs()["kv_reduction"], text).verdict == "undecided"


@pytest.mark.parametrize("text", ["H / G", "H // G", "group_size", "g = H_q / H_kv"])
def test_a_reduction_factor_by_groups_is_one(text) -> None:
    assert decide(specs()["kv_reduction"], text).verdict == "equivalent"
