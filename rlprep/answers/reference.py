"""What a pronoun stands for: "SAC keeps a buffer, so it is off-policy" says nothing false of PPO.

A misconception is about a subject. Its pattern may take *it*, *this*, *that* or *which* for that
subject, as writers do; where the thing named last before the pronoun is another one, a rival of
the subject, the pattern has found a statement about the rival. The names are concepts of the
question: ``subject`` and ``rivals``, or ``subject_ID`` and ``rivals_ID`` for one misconception.
"""

from dataclasses import dataclass

from rlprep.answers.clauses import Clause
from rlprep.answers.match import Hit, Matcher
from rlprep.answers.pattern import Pattern
from rlprep.answers.reading import Reading
from rlprep.answers.word_lists import words

_PRONOUNS = words("it this that which they these those latter former")
_COMPARING = words("unlike like compared instead contrary than as")
_FARTHEST = 6  # clauses


@dataclass(frozen=True)
class Names:
    """What the subject of a claim is called, and what others that an answer may turn to are."""

    subject: Pattern
    rivals: Pattern


def concerns_rival(reading: Reading, matcher: Matcher, hit: Hit, names: Names) -> bool:
    """Whether a place where a claim was found speaks, by a pronoun, of a rival of its subject."""
    for number in hit.clauses:
        if matcher.places(names.subject, number):
            continue
        if _stands_for_rival(reading, matcher, number, names):
            return True
        rival = _rival(reading, matcher, number, names)
        if rival is not None and hit.clauses == (number,):
            return reading.tokens[rival].start < hit.start  # the rival is named in its place
    return False


def _stands_for_rival(reading: Reading, matcher: Matcher, number: int, names: Names) -> bool:
    clause = reading.clauses[number]
    pronoun = _pronoun(reading, clause)
    if pronoun is None:
        return False
    if (rival := _rival(reading, matcher, number, names)) is not None and rival < pronoun:
        return True
    nearest = clause.sentence - 1
    for before in range(number - 1, max(-1, number - 1 - _FARTHEST), -1):
        earlier = reading.clauses[before]
        if earlier.sentence < nearest:
            return False
        goes_on = _pronoun(reading, earlier)
        rival = _rival(reading, matcher, before, names)
        if rival is not None and (goes_on is None or rival < goes_on):
            return True
        if matcher.places(names.subject, before):
            return False
        if goes_on is None and earlier.sentence == clause.sentence:
            return False  # it has a subject of its own
        if goes_on is not None and earlier.sentence == nearest:
            nearest -= 1  # it goes on about what the sentence before that one names
    return False


def _rival(reading: Reading, matcher: Matcher, number: int, names: Names) -> int | None:
    """Return where a clause names a rival, unless it names the subject first or only compares."""
    rival = matcher.places(names.rivals, number)
    subject = matcher.places(names.subject, number)
    if rival is None or (subject is not None and subject[0] <= rival[0]):
        return None
    return None if _compares(reading, reading.clauses[number], rival[0]) else rival[0]


def _pronoun(reading: Reading, clause: Clause) -> int | None:
    """Return the first pronoun of a clause, as a token."""
    for index in range(clause.start, clause.end):
        if reading.tokens[index].form in _PRONOUNS:
            return index
    return None


def _compares(reading: Reading, clause: Clause, named: int) -> bool:
    """Whether a name only stands in a comparison: ``unlike TRPO``."""
    before = reading.tokens[max(clause.start, named - 2) : named]
    return any(token.form in _COMPARING for token in before)
