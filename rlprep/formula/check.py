"""The one entry point: a formula that was asked, a text, a verdict."""

import re
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from importlib import import_module
from types import ModuleType

from rlprep.formula import program as programs
from rlprep.formula.decide.meaning import Meaning
from rlprep.formula.errors import Undecidable, Undefined, Unreadable
from rlprep.formula.integers import MAX_EXPONENT
from rlprep.formula.program import Program
from rlprep.formula.read import read
from rlprep.formula.spec import FormulaSpec, FormulaVerdict
from rlprep.formula.tree import Bin, Node, Num, Span, walk

_NOISE = re.compile(r"\\(?:left|right|mathrm|text|mathbb|hat|operatorname)|(?<=min)imi[sz]e")
_WORDS = re.compile(r"[a-z]{2,}|[a-z0-9+\-/^]")

FOREIGN = frozenset(
    {"q", "pi", "rho", "epsilon", "eps", "beta", "alpha", "lambda", "gamma", "kappa", "mu", "tau"}
)
"""Symbols of the field: where one does not belong, the formula is different and not unknown."""


FAMILIES = {
    "trajectory": {"td_residual", "discounted_return", "nstep_advantage", "gae", "gae_finite",
                   "gae_recursive", "gae_lambda0", "gae_lambda1"},
    "objective": {"ratio", "advantage", "policy_gradient", "ppo_clip", "ppo_kl_penalty",
                  "trpo_objective", "trpo_constraint", "trpo", "kl", "entropy"},
    "combined": {"ppo_total"},
    "step": {"trpo_step"},
    "attention": {"softmax_attention", "linear_attention", "linear_attention_causal"},
    "sizes": {"kv_cache_bytes", "kv_reduction"},
    "heads": {"gqa_head_map"},
}  # fmt: skip
"""Which decider owns which formulas; they are imported one at a time."""


def family_of(subject: str) -> ModuleType:
    """Return the decider of a formula. Imported late: no decider pays for another's libraries."""
    name = next((name for name, subjects in FAMILIES.items() if subject in subjects), None)
    if name is None:
        raise Undecidable(f"no decider knows {subject}")
    return import_module(f"rlprep.formula.decide.{name}")


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
        is_target=lambda node: family.is_target(subject, node), text=text,
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
        found = family.meaning(understood(subject, form), subject, setting)
        found.facts.update(subject=subject, feature=setting[0])
        return found
    except (Undecidable, Undefined):
        return None


def _unknown_names(unknown: dict[str, Span], text: str) -> Exception:
    """Return what unknown names mean for the verdict: prose is refused, one symbol undecided."""
    names = [name for name in unknown if name not in FOREIGN]
    words = [name for name in names if len(name) > 2 and name.isalpha()]
    is_prose = not re.search(r"[-+*/^=_()\[\]{}|\\<>~√∑Σ·×−]", text)
    if len(words) > 1 or (words and is_prose):
        return Unreadable(f"'{words[0]}' is not a symbol of this formula", unknown[words[0]])
    shown = ", ".join(f"'{name}'" for name in names)
    return Undecidable(f"it is not known what {shown} stands for")


def _decide(spec: FormulaSpec, text: str, program: Program) -> FormulaVerdict:
    family = family_of(spec.id)
    setting = family.setting_of(program, spec.id)
    reference = _known(spec.id, spec.reference, setting)
    if reference is None:
        raise Undecidable("the reference has no meaning in this setting")
    readings = []
    failure: Undecidable | None = None
    for reading in family.readings(program, spec.id, setting):
        try:
            equal = family.same(reading, reference)
        except Undecidable as error:
            failure = failure or error
            continue
        readings.append(reading)
        if equal:
            return FormulaVerdict(
                spec.id, text, "equivalent", "equivalent", proof=family.proof(reading, setting),
                remarks=tuple(sorted(reading.remarks)),
            )  # fmt: skip
    if not readings:
        raise failure or Undecidable("the formula has no reading")
    first = readings[0]
    if (unknown := first.facts["unknown"]) and not FOREIGN.issuperset(unknown):
        raise _unknown_names(unknown, text)
    verdict = FormulaVerdict(
        spec.id, text, "different", "different", proof="re-evaluated",
        counterexample=family.witness(first, reference, spec.id, setting), remarks=tuple(sorted(first.remarks)),
    )  # fmt: skip
    found = [
        (_likeness(text, form), wrong)
        for wrong in spec.misconceptions
        for form in wrong.forms
        for reading in readings
        if _is_same(family, reading, _known(spec.id, form, setting))
    ]
    if not found:
        return verdict
    # several mistakes can mean the same formula; the one that is written most alike is meant
    wrong = max(found, key=lambda pair: pair[0])[1]
    return replace(verdict, misconception=(wrong.id, wrong.text))


def _is_same(family: ModuleType, mine: Meaning, theirs: Meaning | None) -> bool:
    if theirs is None:
        return False
    try:
        return family.same(mine, theirs)
    except (Undecidable, Undefined):
        return False


def _likeness(text: str, form: str) -> float:
    """Return how alike two spellings are: the shared part of their words and signs."""
    mine, theirs = (Counter(_WORDS.findall(_NOISE.sub("", t.lower()))) for t in (text, form))
    shared = sum((mine & theirs).values())
    return shared / max(1, sum((mine | theirs).values()))
