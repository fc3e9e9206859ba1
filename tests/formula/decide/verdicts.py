"""What a verdict must hold beside its word, shared by the tables of right and wrong lines."""

from rlprep.formula.spec import FormulaVerdict

SAME_OUTPUTS = "evidence: both give the same outputs"


def assert_accepted(verdict: FormulaVerdict, *proofs: str) -> None:
    """Hold that a right line is called equivalent, by one of the proofs that begin so."""
    assert verdict.verdict == "equivalent", verdict.message
    assert verdict.proof.startswith(proofs), verdict.proof


def assert_told_apart(verdict: FormulaVerdict, slug: str | None) -> None:
    """Hold that a wrong line is called different, by its mistake, at a place where it differs."""
    assert verdict.verdict == "different", verdict.message
    assert (verdict.misconception or (None,))[0] == slug, verdict.misconception
    shown = verdict.counterexample
    assert shown is not None, verdict.message
    assert shown["yours"] != shown["reference"], shown
