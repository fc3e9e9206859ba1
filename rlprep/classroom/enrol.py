"""Who handed in, as the roster calls them.

A platform's download knows people by its own numbers and by their names; a roster perhaps by their
logins. What was handed in goes under the roster's identity where that is certain: an identity is
the same, or a name is the same and nobody else has it.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from rlprep.classroom.folder import Found


def enrolled(found: Sequence[Found], roster: dict[str, str]) -> list[Found]:
    """Return what was handed in, under the roster's identities where these are certain.

    Args:
        found: no identity twice.
        roster: names by identity.
    """
    known = {each.student: _known(each, roster) for each in found}
    taken = set(known.values())
    named: dict[str, set[str]] = defaultdict(set)
    for student, name in roster.items():
        for spelling in _spellings(name):
            named[spelling].add(student)
    namesakes: dict[str, list[str]] = defaultdict(list)
    for each in found:
        namesakes[_squeezed(each.name)].append(each.student)
    for spelling, students in namesakes.items():
        people = named.get(spelling, set())
        if len(people) == len(students) == 1 and not known[students[0]] and not people & taken:
            known[students[0]] = next(iter(people))
    claimed = list(known.values())
    return [
        replace(each, student=known[each.student])
        if known[each.student] and claimed.count(known[each.student]) == 1
        else each
        for each in found
    ]


def _known(found: Found, roster: dict[str, str]) -> str:
    """Return the identity that the roster knows already, nothing if there is none."""
    return next((each for each in (found.student, *found.also) if each in roster), "")


def _spellings(name: str) -> set[str]:
    """Return a name from each of its words on: "Ada Lovelace" may be "lovelaceada" elsewhere."""
    words = name.replace(",", " ").split()
    return {_squeezed("".join(words[at:] + words[:at])) for at in range(len(words))} - {""}


def _squeezed(name: str) -> str:
    """Return the letters and digits of a name, as Canvas puts them into a file's name."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFC", name.casefold()))
