"""Clarifying questions: which of the prepared ones does the candidate's own wording ask?"""

import re

from rlprep.bank.schema import Clarification

_COMMON_WORDS = (
    "a about an and any are as at be before by can could d deep deeply do does for from go how i if"
    " in into is it just like ll me more must need now of on one or over please prefer s shall"
    " should so some stay than that the them there these they this to us want wants we what when"
    " where which will with would you your expect expected interview question answer first"
)
_COMMON = frozenset(_COMMON_WORDS.split())


def find(typed: str, prepared: tuple[Clarification, ...]) -> Clarification | None:
    """Return the prepared question that `typed` asks, by its number or by its words.

    Words decide by what they share with a prepared question (compared by their first four
    letters); without two shared ones, or all that were typed, nothing is guessed.
    """
    typed = typed.strip()
    if typed.isdigit():
        return prepared[int(typed) - 1] if 1 <= int(typed) <= len(prepared) else None
    asked = _stems(typed)
    if not asked:
        return None
    scored = [(len(asked & _stems(each.asks)), -index) for index, each in enumerate(prepared)]
    best, index = max(scored, default=(0, 0))
    return prepared[-index] if best >= min(2, len(asked)) and best > 0 else None


def _stems(text: str) -> set[str]:
    words = re.findall(r"[a-z0-9]+", text.lower())
    return {word[:4] for word in words if word not in _COMMON}
