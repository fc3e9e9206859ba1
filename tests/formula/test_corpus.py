"""Guarantees on labelled lines: what a verdict may never be, whatever the notation."""

import pytest

from tests.formula.corpus.labels import load, specs
from tests.formula.corpus.score import Scored, Tally, describe, score
from tests.formula.corpus.variants import Line, variants

SAMPLED = 200
"""Lines of the generated set that one run checks; the benchmark checks them all."""


@pytest.fixture(scope="module", params=["dev", "public", "variants"])
def tally(request: pytest.FixtureRequest) -> Tally:
    lines = _sample() if request.param == "variants" else load(request.param)
    return Tally(tuple(score(line) for line in lines))


def _sample() -> list[Line]:
    lines = variants(seed=1, rounds=1)
    step = max(1, len(lines) // SAMPLED)
    return lines[::step]


def test_nothing_crashes(tally: Tally) -> None:
    assert not tally.crashed, describe(tally.crashed)


def test_no_wrong_formula_is_called_equivalent(tally: Tally) -> None:
    assert not tally.wrong_called_right, describe(tally.wrong_called_right)


def test_no_right_formula_is_called_different(tally: Tally) -> None:
    assert not tally.right_called_wrong, describe(tally.right_called_wrong)


def test_all_junk_is_refused(tally: Tally) -> None:
    assert not tally.junk_accepted, describe(tally.junk_accepted)


def test_nearly_every_meaningful_line_is_read(tally: Tally) -> None:
    assert tally.read >= 0.98, describe(_with(tally, "unreadable"))


def test_few_lines_stay_undecided(tally: Tally) -> None:
    assert tally.undecided <= 0.02, describe(_with(tally, "undecided"))


def test_known_mistakes_are_named(tally: Tally) -> None:
    assert tally.named >= 0.90


def test_every_difference_comes_with_a_witness(tally: Tally) -> None:
    bare = [item for item in _with(tally, "different") if not item.verdict.counterexample]
    assert not bare, describe(bare)


def _with(tally: Tally, verdict: str) -> list[Scored]:
    return [item for item in tally.meaningful if item.verdict.verdict == verdict]


@pytest.mark.parametrize("formula", sorted(specs()))
def test_every_right_form_of_the_bank_is_accepted(formula: str) -> None:
    spec = specs()[formula]
    forms = (spec.reference, *(entry.form for entry in spec.accepts))
    scored = [score(Line(formula, form, "latex", "equivalent")) for form in forms]
    missed = [item for item in scored if item.verdict.verdict != "equivalent"]
    assert not missed, describe(missed)


@pytest.mark.parametrize("formula", sorted(specs()))
def test_every_wrong_form_of_the_bank_is_recognised_as_itself(formula: str) -> None:
    scored = [
        score(Line(formula, form, "latex", "different", wrong.id))
        for wrong in specs()[formula].misconceptions
        for form in wrong.forms
    ]
    missed = [
        item
        for item in scored
        if item.verdict.verdict != "different"
        or item.verdict.misconception is None
        or item.verdict.misconception[0] != item.line.misconception
    ]
    assert not missed, describe(missed)


SAME_MEANING = (
    # One recursion, its sum, and the same cut at the end of the segment.
    frozenset({"gae", "gae_finite", "gae_recursive"}),
    # At lambda 0 the advantage is the residual; the recursion rearranged states the residual.
    frozenset({"gae_lambda0", "td_residual", "gae_recursive"}),
    # The whole problem contains its parts.
    frozenset({"trpo", "trpo_objective"}),
    frozenset({"trpo", "trpo_constraint"}),
)
"""Formulas of which one may rightly answer the question for another."""


@pytest.mark.parametrize("formula", sorted(specs()))
def test_no_other_formula_is_an_answer(formula: str) -> None:
    scored = [
        score(Line(formula, form, "latex", "different"))
        for other in specs().values()
        if other.id != formula and not any({formula, other.id} <= pair for pair in SAME_MEANING)
        for form in (other.reference, *(entry.form for entry in other.accepts[::4]))
    ]
    missed = [item for item in scored if item.crashed or item.verdict.verdict == "equivalent"]
    assert not missed, describe(missed)


def test_every_label_of_the_data_names_a_misconception_of_the_bank() -> None:
    known = {(spec.id, wrong.id) for spec in specs().values() for wrong in spec.misconceptions}
    labels = {
        (line.formula, line.misconception)
        for line in (*load("dev"), *load("public"), *variants(rounds=1))
        if line.misconception
    }
    assert labels <= known


def test_the_same_seed_gives_the_same_variants() -> None:
    assert variants(seed=5, rounds=1) == variants(seed=5, rounds=1)
    assert variants(seed=5, rounds=1) != variants(seed=6, rounds=1)
