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


LAYERS = """\
total = 0
for layer in range({layers}):
    total += 2 * batch * {more}seq_len * n_kv_heads * head_dim * itemsize"""
SAME = {
    "a loop over layers": (CACHE, LAYERS.format(layers="n_layers", more="")),
    "factors one after another": (
        CACHE, "n = 1\nfor x in (2, batch, layers, seq_len, kv_heads, head_dim, itemsize):\n"
               "    n *= x"),
    "a sum over layers": (CACHE, r"\sum_{\ell=1}^{L} 2 B n H_{kv} d_h b"),
    "a product of a list": (
        CACHE, "2 * math.prod([batch, layers, seq_len, kv_heads, head_dim]) * itemsize"),
    "bits shifted to bytes": (CACHE, "2 * B * L * T * H_kv * d * bits >> 3"),
    "a precision in bits": (CACHE, "2 * B * L * n * H_kv * d * precision / 8"),
    "a function of the heads": (REDUCTION, "kv(H_q)/kv(H_kv), kv(h) = 2*B*L*T*h*d*b"),
    "a table read at the head": (MAP, "np.repeat(np.arange(H_kv), H_q // H_kv)[h]"),
    "a new axis behind the heads": (
        MAP, "x[:, :, :, None, :].expand(bs, slen, n_kv_heads, n_rep, head_dim)"
             ".reshape(bs, slen, n_kv_heads * n_rep, head_dim)"),
    "a note behind a comma": (
        MAP, "k.repeat_interleave(n_rep, dim=1), n_rep = n_heads // n_kv_heads"),
    "query heads cut into groups": (MAP, "rearrange(q, 'b (h g) n d -> b h g n d', h=n_kv_heads)"),
}  # fmt: skip
OTHER = {
    "layers counted twice": (CACHE, LAYERS.format(layers="n_layers", more="n_layers * ")),
    "a layer too few": (CACHE, LAYERS.format(layers="n_layers - 1", more="")),
    "only the last layer": (CACHE, LAYERS.format(layers="n_layers", more="").replace("+=", "=")),
    "bits given for bytes": (CACHE, "2 * B * L * T * H_kv * d * p, p = 16"),
    "a second line that says otherwise": (REDUCTION, "r = H_q / H_kv, r = H_kv / H_q"),
    "copied as often as there are heads": (
        MAP, "repeat(k, 'b h n d -> b (h g) n d', g=n_kv_heads)"),
    "a new axis before the heads": (
        MAP, "x[:, :, None].expand(bs, slen, n_rep, n_kv_heads, head_dim)"
             ".reshape(bs, slen, n_kv_heads * n_rep, head_dim)"),
}  # fmt: skip


@pytest.mark.parametrize(("formula", "text"), SAME.values(), ids=SAME)
def test_loops_and_copies_of_code_are_equivalent(ask, formula, text) -> None:
    verdict = ask(formula, text)

    assert verdict.verdict == "equivalent", verdict.message


@pytest.mark.parametrize(("formula", "text"), OTHER.values(), ids=OTHER)
def test_loops_and_copies_that_count_otherwise_are_different(ask, formula, text) -> None:
    verdict = ask(formula, text)

    assert verdict.verdict == "different", verdict.message


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (CACHE, "2 * B * L * n * H_kv * d * b * x"),
        (CACHE, "kv = B\nfor _ in range(L):\n    kv = kv * 1\n    kv += kv"),
        (MAP, "k.repeat_interleave(n_heads // n_kv_heads, dim=-1)"),
        (MAP, "repeat(k, 'b h n d -> b h (n g) d', g=group_size)"),
        (MAP, "torch.arange(n_kv_heads) // (n_heads // n_kv_heads)"),
        (REDUCTION, "H_q : H_kv"),
    ],
)
def test_what_is_not_understood_of_a_size_is_left_open(ask, formula, text) -> None:
    assert ask(formula, text).verdict == "undecided"
