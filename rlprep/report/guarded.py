"""Reasons without what a submission could have put into them while it ran on a hidden case.

A class's students meet the same hidden cases whenever they hand in again. An exception called after
the input, an object of such a type, a shape that spells it: each would take the inputs home. So a
name goes through only where it is one of Python's own, and a number only where it is small.
"""

import builtins
import re

from rlprep.grader.result import FamilyResult, Verdict
from rlprep.grader.submission import MAX_BYTES

_RAISED = re.compile(r"raised (?P<type>\S*)(?P<line> in line (?P<number>\d+))?(?P<load> while .*)?")
_ODD_TYPE = re.compile(
    r"returned (?!(None|True|False|an array of \w+), ).*, expected real numbers", re.DOTALL
)
# Numbers in a reason that a submission can choose freely, or from which, knowing what it returned,
# a student could work out what was expected.
_NUMBERS = (
    (re.compile(r" are wrong, the largest error is .*", re.DOTALL), " are wrong"),
    (re.compile(r"^(.*?)the largest error is .*", re.DOTALL), r"\1the number is wrong"),
    (re.compile(r"returned shape \((?!(\d{1,2},? ?){0,4}\))[^)]*\)"), "returned another shape"),
    (re.compile(r"returned \d{3,} results"), "returned many results"),
    (re.compile(r" are (NaN|infinity), at index .*", re.DOTALL), r" are \1"),
)


def guarded_reason(family: FamilyResult) -> str:
    """Return a reason without what a submission could have put into it on a hidden case."""
    if family.verdict is Verdict.EXCEPTION:
        return _guarded_exception(family.reason)
    text = _ODD_TYPE.sub("returned something else than real numbers", family.reason)
    for pattern, instead in _NUMBERS:
        text = pattern.sub(instead, text)
    return text


def _guarded_exception(reason: str) -> str:
    found = _RAISED.fullmatch(reason)
    if not found:
        return "raised an exception"
    kind = getattr(builtins, found["type"], None)
    known = isinstance(kind, type) and issubclass(kind, BaseException)
    # No file has more lines than bytes, so a larger number is no line.
    line = found["line"] if found["line"] and int(found["number"][:9]) <= MAX_BYTES else ""
    return f"raised {found['type'] if known else 'an exception'}{line}{found['load'] or ''}"
