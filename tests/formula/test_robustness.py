"""Whatever is typed, a check ends in a verdict: no crash, no hang, nothing executed."""

import tracemalloc
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rlprep.formula import check
from rlprep.formula.check import decide
from tests.formula.corpus import confused, junk
from tests.formula.corpus.labels import load, specs
from tests.formula.corpus.variants import bank_forms
from tests.limits import cpu_limit

IDS = sorted(specs())
LINES = [line.input for line in (*load("dev"), *load("public")) if 0 < len(line.input) < 400]
FORMS = [form.tex for forms in bank_forms().values() for form in forms]
PIECES = (
    *(r"\frac", r"\left(", r"\right)", r"\sum_{l=0}^{\infty}", r"\min", r"\mathbb{E}", r"\gamma"),
    *(r"\begin{cases}", r"\end{cases}", r"\\", "&", "^", "_", "{", "}", "(", ")", "[", "]", "|"),
    *("‖", "Σ", "√", "ᵀ", "γ", "Â", "ₜ₊₁", "≤", "=", "+", "-", "*", "/", "**", "//", "@", "%"),
    *("lambda", "for", "in", "range", "if", "else", "not", "None", "1", "0.5", "9" * 30, "\n"),
    *(" ", ",", ";", ":", "'", '"', "$", "#", "\t", "…", "r_t", "A_t", "pi(a|s)", "V(s)", "x"),
)
LIMITS = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
VERDICTS = {"equivalent", "different", "undecided", "unreadable"}


def _ends_well(formula: str, text: str) -> None:
    with cpu_limit(20):
        verdict = decide(specs()[formula], text)
    assert verdict.verdict in VERDICTS
    assert verdict.message
    if verdict.verdict == "unreadable":
        assert verdict.position is None or 0 <= verdict.position <= len(text)


@LIMITS
@given(st.sampled_from(IDS), st.text(max_size=120))
def test_any_text_at_all(formula: str, text: str) -> None:
    _ends_well(formula, text)


@LIMITS
@given(st.sampled_from(IDS), st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_pieces_of_formulas_in_any_order(formula: str, text: str) -> None:
    _ends_well(formula, text)


@LIMITS
@given(st.sampled_from(IDS), st.sampled_from(LINES), st.data())
def test_a_formula_with_a_stretch_removed_or_doubled(
    formula: str, line: str, data: st.DataObject
) -> None:
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(line))] * 2)))
    _ends_well(formula, line[:start] + line[end:])
    _ends_well(formula, line[:end] + line[start:])


@settings(LIMITS, max_examples=60)
@given(st.sampled_from(IDS), st.sampled_from(FORMS), st.sampled_from(FORMS))
def test_a_formula_asked_for_another(formula: str, left: str, right: str) -> None:
    _ends_well(formula, left)
    _ends_well(formula, f"{left} + {right}")


@pytest.mark.parametrize("formula", IDS)
def test_an_expression_of_confused_types(formula: str) -> None:
    rng = Random(formula)
    for _ in range(25):
        _ends_well(
            formula, confused.expression(rng, confused.words(formula), rng.choice((1, 2, 2)))
        )


FORMER_FAULTS = (
    ("softmax_attention", "softmax(Q K^T / sqrt(d) + x) V + softmax()"),
    ("softmax_attention", "softmax()ᵀ/√dKQ V"),
    ("linear_attention", r"\mathbf{1} + K + phi(K)^T V"),
    ("linear_attention", r"-\mathbf{1}"),
    ("linear_attention", "(phi(Q) @ (phi(K).T @ V)) / phi(K)sum()"),
    ("linear_attention_causal", r"exp((q_i) - (\mathbf{1}))"),
    (
        "linear_attention_causal",
        "S += torch.outer(phi(k), )\nz += phi(k)\no = (phi(q) @ S) / (phi(q) @ z)",
    ),
    ("trpo_step", "(2)^{x}"),
)


@pytest.mark.parametrize(("formula", "text"), FORMER_FAULTS)
def test_what_once_ended_in_a_fault(formula: str, text: str) -> None:
    verdict = decide(specs()[formula], text)
    assert verdict.verdict in {"undecided", "unreadable"}


@pytest.mark.parametrize("text", junk.FIXED, ids=lambda text: repr(text[:25]))
def test_junk_is_refused(text: str) -> None:
    with cpu_limit(5):
        verdict = decide(specs()["gae"], text)
    assert verdict.verdict == "unreadable"


ONE_OF_EACH_KIND = (
    *("gae", "advantage", "ppo_clip", "kl", "ppo_total"),
    *("linear_attention_causal", "trpo_step", "kv_cache_bytes", "gqa_head_map"),
)
"""A formula for each way of deciding; the rest of the ids share one with these."""


@pytest.mark.parametrize("formula", ONE_OF_EACH_KIND)
@pytest.mark.parametrize("text", junk.EXPLOSIVE, ids=lambda text: repr(text[:25]))
def test_work_that_doubles_is_cut_off(
    formula: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "DECIDING_S", 0.3)
    with cpu_limit(20):
        verdict = decide(specs()[formula], text)
    assert verdict.verdict != "equivalent"


def test_a_megabyte_of_text_needs_little_memory() -> None:
    text = r"\frac{r_t}{\gamma} + " * 50_000
    tracemalloc.start()
    verdict = decide(specs()["gae"], text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert verdict.verdict == "unreadable"
    assert peak < 20 * len(text)


def test_nothing_that_is_typed_is_executed(capfd: pytest.CaptureFixture[str]) -> None:
    for text in junk.CODE:
        decide(specs()["ratio"], text)
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("seed", range(3))
def test_the_answer_does_not_depend_on_what_was_asked_before(seed: int) -> None:
    lines = Random(seed).sample(list(load("public")), 15)
    first = [decide(specs()[line.formula], line.input) for line in lines]
    again = [decide(specs()[line.formula], line.input) for line in reversed(lines)]
    assert first == again[::-1]
