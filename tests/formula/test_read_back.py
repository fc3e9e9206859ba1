"""What rlprep prints may be pasted back: both spellings read as the form they came from."""

import pytest

from rlprep.mathtext import MathError, Style, render
from tests.formula.corpus.labels import specs
from tests.formula.corpus.score import describe, score
from tests.formula.corpus.variants import Form, Line, bank_forms


@pytest.mark.parametrize("style", ["unicode", "spelled"])
@pytest.mark.parametrize("formula", sorted(specs()))
def test_a_printed_form_keeps_its_verdict(formula: str, style: Style) -> None:
    scored = [
        score(Line(formula, text, style, _verdict(form), form.misconception))
        for form in bank_forms()[formula]
        if (text := _printed(form, style)) is not None
    ]
    missed = [item for item in scored if item.verdict.verdict != item.line.expect]
    assert not missed, describe(missed)


def _verdict(form: Form) -> str:
    return "different" if form.misconception else "equivalent"


def _printed(form: Form, style: Style) -> str | None:
    try:
        return render(form.tex, style)
    except MathError:  # rows of cases: one line of text has no place for them
        return None
