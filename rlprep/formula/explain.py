"""What differs, where, and which known mistake or identity it is."""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from rlprep.formula.decide.effort import limited
from rlprep.formula.errors import Undecidable, Undefined, Unreadable
from rlprep.formula.slips import Repair, repairs
from rlprep.formula.spec import RightForm
from rlprep.formula.tree import Node

SEARCH_S = 0.25
POINT_S = 0.1
_NOISE = re.compile(r"\\(?:left|right|mathrm|text|mathbb|hat|operatorname)|(?<=min)imi[sz]e")
_WORDS = re.compile(r"[a-z]{2,}|[a-z0-9+\-/^]")
_ALIKE = 0.6

T = TypeVar("T")


def likeness(text: str, form: str) -> float:
    """Return how alike two spellings are: the shared part of their words and signs."""
    mine, theirs = (Counter(_WORDS.findall(_NOISE.sub("", t.lower()))) for t in (text, form))
    return sum((mine & theirs).values()) / max(1, sum((mine | theirs).values()))


def most_alike(text: str, found: Iterable[tuple[str, T]]) -> T | None:
    """Return the candidate whose form is written most like the text."""
    return max(found, key=lambda pair: likeness(text, pair[0]), default=("", None))[1]


def joining_identity(text: str, reference: str, accepts: tuple[RightForm, ...]) -> str | None:
    """Return the identity that joins a right answer in another form with the reference."""
    best = max(accepts, key=lambda right: likeness(text, right.form), default=None)
    if best is None or likeness(text, best.form) < max(_ALIKE, likeness(text, reference) + 0.05):
        return None
    return best.because


def slip(tree: Node, is_right: Callable[[Node], bool], *, is_named: bool) -> Repair | None:
    """Return a single small change that makes the formula right.

    A formula whose mistake has a name only needs its place; the search for it is kept short.
    """
    until = time.process_time() + (POINT_S if is_named else SEARCH_S)
    for repair in repairs(tree):
        if time.process_time() > until:
            return None
        try:
            with limited(until - time.process_time()):
                if is_right(repair.tree):
                    return repair
        except (Undecidable, Undefined, Unreadable):
            continue
    return None


def told(witness: dict[str, Any] | None) -> str:
    """Return a witness as one sentence."""
    if not witness or "yours" not in witness:
        return ""
    at = witness.get("at")
    short = isinstance(at, dict) and all(not isinstance(v, list) for v in at.values())
    where = ", ".join(f"{k} = {v}" for k, v in at.items()) if short and isinstance(at, dict) else ""
    what = witness.get("quantity", "")
    yours, theirs = str(witness["yours"]), str(witness["reference"])
    if yours.startswith("has "):  # no value at all: the sentence has its verb already
        verb = what or "it"
    else:
        is_plural = what.endswith("s") and not what.endswith("ss")
        verb = f"{what} {'are' if is_plural else 'is'}" if what else "it gives"
    head = " ".join(part for part in (f"at {where}" if where else "", verb) if part)
    return f"{head} {yours}, the reference {'' if theirs.startswith('is ') else 'has '}{theirs}"
