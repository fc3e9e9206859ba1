"""Does what a formula of the bank says of itself hold? Its right and wrong forms are checked."""

from collections.abc import Iterator

from rlprep.formula.check import check
from rlprep.formula.spec import FormulaSpec, FormulaVerdict


def spec_faults(spec: FormulaSpec) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a formula's forms, and what to do about it.

    The reference and every accepted form must be equivalent, every wrong form different, with a
    counterexample, and named as its own misconception.
    """
    reference = check(spec, spec.reference)
    if reference.verdict != "equivalent":
        yield f"the reference: {_said(reference)}", "give a notation that declares all its symbols"
        return
    for right in spec.accepts:
        verdict = check(spec, right.form)
        if verdict.verdict != "equivalent":
            yield f"the accepted form {right.form}: {_said(verdict)}", "mend it, or drop it"
    for wrong in spec.misconceptions:
        for form in wrong.forms:
            verdict = check(spec, form)
            if verdict.verdict != "different":
                yield f"the wrong form {form}: {_said(verdict)}", "mend it, or drop it"
            elif verdict.misconception is None or verdict.misconception[0] != wrong.id:
                other = verdict.misconception[0] if verdict.misconception else "nothing"
                hint = "two misconceptions with one form are one"
                yield f"the wrong form {form} is named {other}, not {wrong.id}", hint


def _said(verdict: FormulaVerdict) -> str:
    return f"{verdict.verdict}, {verdict.message}"
