"""The one entry point: a formula that was asked, a text, a verdict."""

from dataclasses import replace
from functools import lru_cache
from types import ModuleType

from rlprep.formula import program as programs
from rlprep.formula.decide.meaning import Meaning
from rlprep.formula.errors import Undecidable, Undefined, Unreadable
from rlprep.formula.integers import MAX_EXPONENT
from rlprep.formula.program import Program
from rlprep.formula.read import read
from rlprep.formula.spec import FormulaSpec, FormulaVerdict
from rlprep.formula.tree import Bin, Node, Num, Span, walk

FOREIGN = frozenset(
    {"q", "pi", "rho", "epsilon", "eps", "beta", "alpha", "lambda", "gamma", "kappa", "mu", "tau"}
)
"""Symbols of the field: where one does not belong, the formula is different and not unknown."""


def family_of(subject: str) -> ModuleType:
    """Return the decider of a formula. Imported late: no decider pays for another's libraries."""
    from rlprep.formula.decide import trajectory

    if subject in trajectory.SUBJECTS:
        return trajectory
    if subject in {"softmax_attention", "linear_attention", "linear_attention_causal"}:
        from rlprep.formula.decide import attention

        return attention
    raise Undecidable(f"no decider knows {subject}")


def check(spec: FormulaSpec, text: str) -> FormulaVerdict:
    """Decide whether `text` states the formula of `spec`. Never raises on any text."""
    try:
        program = understood(spec.id, text)
    except Unreadable as error:
        return FormulaVerdict(spec.id, text, "unreadable", str(error), span=error.span)
    try:
        return _decide(spec, text, program)
    except Unreadable as error:
        return FormulaVerdict(spec.id, text, "unreadable", str(error), span=error.span)
    except (Undecidable, Undefined, RecursionError) as error:
        return FormulaVerdict(spec.id, text, "undecided", f"not decided: {error}")


def understood(subject: str, text: str) -> Program:
    """Read a text and pick out its formula."""
    family = family_of(subject)
    reading = read(text, family.VOCABULARY)
    for statement in reading.statements:
        refuse_towers(statement)
    return programs.build(
        reading.statements, is_code=reading.is_code,
        is_target=lambda node: family.is_target(subject, node),
    )  # fmt: skip


def refuse_towers(statement: Node) -> None:
    """Refuse powers that no formula has: towers of numbers, exponents beyond 64."""
    for node in walk(statement):
        if not (isinstance(node, Bin) and node.op == "^"):
            continue
        if isinstance(node.right, Num) and abs(node.right.value) > MAX_EXPONENT:
            raise Unreadable(f"an exponent above {MAX_EXPONENT}", node.right.span)
        if any(
            isinstance(n, Bin) and n.op == "^" and isinstance(n.left, Num) for n in walk(node.right)
        ):
            raise Unreadable("a tower of powers is no part of this formula", node.span)


@lru_cache(maxsize=4096)
def _known(subject: str, form: str, setting: tuple) -> Meaning | None:
    """Return the meaning of a form of the bank in a setting; None where it has none there."""
    family = family_of(subject)
    try:
        return family.meaning(understood(subject, form), subject, setting)
    except (Undecidable, Undefined):
        return None


def _unknown_names(unknown: dict[str, Span]) -> Exception:
    """Return what unknown names mean for the verdict: prose is refused, one symbol undecided."""
    names = [name for name in unknown if name not in FOREIGN]
    words = [name for name in names if len(name) > 2 and name.isalpha()]
    if len(words) > 1:
        return Unreadable(f"'{words[0]}' is not a symbol of this formula", unknown[words[0]])
    shown = ", ".join(f"'{name}'" for name in names)
    return Undecidable(f"it is not known what {shown} stands for")


def _decide(spec: FormulaSpec, text: str, program: Program) -> FormulaVerdict:
    family = family_of(spec.id)
    setting = family.setting_of(program, spec.id)
    reference = _known(spec.id, spec.reference, setting)
    if reference is None:
        raise Undecidable("the reference has no meaning in this setting")
    readings = family.readings(program, spec.id, setting)
    for reading in readings:
        if family.same(reading, reference):
            return FormulaVerdict(
                spec.id, text, "equivalent", "equivalent", proof=family.proof(reading, setting),
                remarks=reading.remarks,
            )  # fmt: skip
    first = readings[0]
    if (unknown := first.facts["unknown"]) and not FOREIGN.issuperset(unknown):
        raise _unknown_names(unknown)
    verdict = FormulaVerdict(
        spec.id, text, "different", "different", proof="re-evaluated",
        counterexample=family.witness(first, reference, spec.id, setting), remarks=first.remarks,
    )  # fmt: skip
    for reading in readings:
        for wrong in spec.misconceptions:
            for form in wrong.forms:
                known = _known(spec.id, form, setting)
                if known is not None and family.same(reading, known):
                    return replace(verdict, misconception=(wrong.id, wrong.text))
    return verdict
