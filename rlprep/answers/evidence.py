"""The one entry point: the evidence in an answer for a question's points and false claims."""

from collections.abc import Collection, Iterable

from rlprep.answers.abstain import reason_to_abstain
from rlprep.answers.judgement import FalseClaim, Judgement, PointEvidence
from rlprep.answers.match import Hit, Matcher
from rlprep.answers.pattern import Pattern
from rlprep.answers.reading import Reading, read
from rlprep.answers.reference import concerns_rival
from rlprep.answers.rubric import Claim, CompiledRubric
from rlprep.answers.stance import ASSERTED, CONDITIONAL, HEDGED

MAX_QUOTE = 240
_SEVERAL = 3
_SHOWS = frozenset({ASSERTED, CONDITIONAL})
"""A fact that holds "if V were exact" is a fact; one that is guessed at is not yet shown."""
_HOLDS = frozenset({ASSERTED, HEDGED})
"""Whoever guesses something false believes it; who only imagines it does not."""


def judge(rubric: CompiledRubric, text: str, disputed: Collection[str] = ()) -> Judgement:
    """Return what an answer shows, with quotations; never raises, whatever the answer.

    Args:
        rubric: the compiled question.
        text: the answer as it was typed.
        disputed: misconceptions that count as not held, by a person's word.
    """
    reason = reason_to_abstain(text)
    if reason is None and not any(
        claim.patterns for claim in (*rubric.points, *rubric.misconceptions)
    ):
        reason = "this question has no patterns"
    if reason is not None:
        points = tuple(PointEvidence(point.id, "not_detected") for point in rubric.points)
        return Judgement(rubric.question, points, abstained=reason)
    reading = read(text, rubric.speller)
    matcher = Matcher(reading)
    false = {
        claim.id: hits
        for claim in rubric.misconceptions
        if claim.id not in disputed and (hits := _false_hits(matcher, reading, claim))
    }
    tainted = _tainted_sentences(reading, false.values())
    points = tuple(_point(matcher, reading, claim, tainted) for claim in rubric.points)
    claims = tuple(FalseClaim(id_, _quote(reading, hits[0])) for id_, hits in false.items())
    return Judgement(rubric.question, points, claims)


def states_point(rubric: CompiledRubric, claim: Claim, text: str) -> bool:
    """Return whether a text states a rubric point; nothing is gated: this is for examples."""
    return bool(_hits(Matcher(read(text, rubric.speller)), claim.patterns, _SHOWS))


def states_misconception(rubric: CompiledRubric, claim: Claim, text: str) -> bool:
    """Return whether a text states a misconception."""
    reading = read(text, rubric.speller)
    return bool(_false_hits(Matcher(reading), reading, claim))


def _hits(matcher: Matcher, patterns: Iterable[Pattern], allowed: frozenset[int]) -> list[Hit]:
    """Return where any of some patterns was found, said in one of the `allowed` ways."""
    hits = [hit for pattern in patterns for hit in matcher.find(pattern)]
    return [hit for hit in hits if hit.stance in allowed]


def _false_hits(matcher: Matcher, reading: Reading, claim: Claim) -> list[Hit]:
    """Return where a misconception is held; what is said of something else by *it* is not."""
    hits = _hits(matcher, claim.patterns, _HOLDS)
    if claim.names is None:
        return hits
    return [hit for hit in hits if not concerns_rival(reading, matcher, hit, claim.names)]


def _point(
    matcher: Matcher, reading: Reading, claim: Claim, tainted: frozenset[int]
) -> PointEvidence:
    firm = _hits(matcher, claim.patterns, _SHOWS)
    sound = [hit for hit in firm if not tainted & _sentences(reading, hit)]
    if sound:
        return PointEvidence(claim.id, "found", _quote(reading, sound[0]))
    unsure = firm or _hits(matcher, claim.patterns, _HOLDS)
    unsure = unsure or _hits(matcher, claim.partly, _SHOWS | _HOLDS)
    if unsure:
        return PointEvidence(claim.id, "unsure", _quote(reading, unsure[0]))
    return PointEvidence(claim.id, "not_detected")


def _tainted_sentences(reading: Reading, false: Collection[list[Hit]]) -> frozenset[int]:
    """Return the sentences on which false claims cast doubt: their own; with several, all."""
    if len(false) >= _SEVERAL:
        return frozenset(reading.sentences)
    return frozenset(
        number for hits in false for hit in hits for number in _sentences(reading, hit)
    )


def _sentences(reading: Reading, hit: Hit) -> frozenset[int]:
    return frozenset(reading.clauses[number].sentence for number in hit.clauses)


def _quote(reading: Reading, hit: Hit) -> str:
    """Return the answer's own words: whole clauses where they are short, else the match alone."""
    first, last = reading.clauses[hit.clauses[0]], reading.clauses[hit.clauses[-1]]
    start, end = reading.tokens[first.start].start, reading.tokens[last.end - 1].end
    if end - start > MAX_QUOTE:
        start, end = hit.start, hit.end
    quote = reading.text[start:end].strip(" \t\r\n,;")
    return quote if len(quote) <= MAX_QUOTE else quote[: MAX_QUOTE - 1].rstrip()
