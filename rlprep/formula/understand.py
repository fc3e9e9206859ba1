"""Text to program: read in the formula's vocabulary, refused where it can be no formula at all."""

import re
from difflib import get_close_matches
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from rlprep.formula import program as programs
from rlprep.formula.asides import without_asides, without_remarks
from rlprep.formula.errors import Undecidable, Unreadable
from rlprep.formula.glosses import refuse_turning
from rlprep.formula.integers import MAX_EXPONENT
from rlprep.formula.notation import Notation
from rlprep.formula.program import Program
from rlprep.formula.read import read, refuse_unfit
from rlprep.formula.show import latex
from rlprep.formula.tree import Bin, Call, Index, Name, Neg, Node, Num, Span, walk
from rlprep.formula.vocabulary import FUNCTIONS, Vocabulary

if TYPE_CHECKING:
    from rlprep.formula.decide.declared import Declared

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

FOREIGN = frozenset(
    {"q", "pi", "rho", "epsilon", "eps", "beta", "alpha", "lambda", "gamma", "kappa", "mu", "tau",
    "theta", "sample", "max"}
)  # fmt: skip
"""Symbols of the field: where one does not belong, the formula is different and not unknown."""

CONSTRAINTS = {"trpo_constraint", "trpo"}
_ASSERTED = re.compile(r"^assert[ \t]+(?=[^\n]*[<>][^\n]*\s*\Z)", re.MULTILINE)
"""A constraint as code states it, in the last line; elsewhere an `assert` says nothing."""

MAX_ECHO = 1500
_SIGNS = re.compile(r"[-+*/^=_()\[\]{}|\\<>~√∑Σ·×−]")


def family_of(subject: str, notation: Notation | None = None) -> "ModuleType | Declared":
    """Return the decider of a formula. Imported late: no decider pays for another's libraries.

    Args:
        subject: the formula's id.
        notation: what it is about, where no decider of ours was written for it.
    """
    if notation is not None:
        from rlprep.formula.decide.declared import declared

        return declared(notation)
    name = next((name for name, subjects in FAMILIES.items() if subject in subjects), None)
    if name is None:
        raise Undecidable(f"no decider knows {subject}")
    return import_module(f"rlprep.formula.decide.{name}")


def understood(subject: str, text: str, notation: Notation | None = None) -> Program:
    """Read a text and pick out its formula.

    Raises:
        Unreadable: it is no formula; the span says where reading stopped.
    """
    family = family_of(subject, notation)
    refuse_unfit(text)
    if subject in CONSTRAINTS:
        # a sign that changes nothing keeps the line's indentation and every position
        text = _ASSERTED.sub(lambda said: "+".ljust(len(said[0])), text)
    in_words = getattr(family, "without_words", lambda said: said)
    bare = without_asides(in_words(without_remarks(text)))
    reading = read(bare, family.VOCABULARY)
    text = in_words(text)  # what is said beside the formula may contradict it
    if not reading.is_code:
        refuse_turning(text, subject)
    elif subject == "policy_gradient" and ".backward(" in text:
        raise Undecidable("backward() takes the gradient of a loss: write the gradient itself")
    for statement in reading.statements:
        _refuse_towers(statement)
    is_example = getattr(family, "is_example", lambda *_: False)
    program = programs.build(
        reading.statements, is_code=reading.is_code,
        is_target=lambda node: family.is_target(subject, node),
        is_example=lambda name, value: is_example(subject, name, value), text=text,
    )  # fmt: skip
    if notation is None:
        _refuse_altered(program.formula.target, subject)
    return program


def echo(program: Program) -> str:
    """Return how an input was read, as LaTeX: the formula, then what defines its symbols."""
    others = [e.node for i, e in enumerate(program.entries) if i != program.main]
    shown = r", \quad ".join(latex(node) for node in (program.formula.node, *others))
    return shown if len(shown) <= MAX_ECHO else ""


def unknown_names(
    unknown: dict[str, Span], text: str, vocabulary: Vocabulary, foreign: frozenset[str]
) -> Exception:
    """Return what unknown names mean for the verdict: prose is refused, one symbol undecided."""
    names = [name for name in unknown if name not in foreign]
    words = [name for name in names if len(name) > 2 and name.isalpha()]
    if len(words) > 1 or (words and not _SIGNS.search(text)):
        return Unreadable(f"'{words[0]}' is not a symbol of this formula", unknown[words[0]],
                          hint=_suggestion(words[0], vocabulary))  # fmt: skip
    shown = ", ".join(f"'{name}'" for name in names)
    return Undecidable(
        f"it is not known what {shown} stands for; define it, or use the usual symbol"
    )


def _suggestion(word: str, vocabulary: Vocabulary) -> str | None:
    close = get_close_matches(word, sorted((vocabulary.words | FUNCTIONS) - {word}), n=1)
    return f"did you mean '{close[0]}'?" if close else None


def _refuse_altered(target: Node | None, subject: str) -> None:
    """Refuse a left side that is not what is asked for itself: `delta_t^2`, `O^T`, `kv(h + 1)`."""
    name = target.x if isinstance(target, Index) else target
    if isinstance(name, Call):
        is_moved = any(isinstance(a, Bin) and a.op in {"+", "-"} for a in name.args)
        if is_moved and subject != "gqa_head_map":  # a map is read at h + 1 too
            raise Undecidable("the left side stands at another place than the right")
        name = name.fn
    if not isinstance(name, Name) or subject == "nstep_advantage":  # whose A^2 counts steps
        return
    for sup in name.sups:
        power = sup.x if isinstance(sup, Neg) else sup
        is_turned = isinstance(sup, Name) and sup.name in {"T", "top", "intercal"}
        is_power = isinstance(power, Num) and (power is not sup or power.value != 1)
        if is_power or (is_turned and name.name == "O" and not name.subs):
            raise Undecidable("the left side is a power of what is asked for, or its transpose")


def _refuse_towers(statement: Node) -> None:
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
