"""The one entry point: the evidence in an answer for a question's points and false claims."""

from rlprep.answers.abstain import reason_to_abstain
from rlprep.answers.judgement import FalseClaim, Judgement, PointEvidence, State
from rlprep.answers.match import Hit, Matcher
from rlprep.answers.reading import Reading, read
from rlprep.answers.rubric import Claim, CompiledRubric
from rlprep.answers.stance import ASSERTED, HEDGED

MAX_QUOTE = 240


def judge(rubric: CompiledRubric, text: str) -> Judgement:
    """Return what an answer shows, with quotations; never raises, whatever the answer.

    Args:
        rubric: the compiled question.
        text: the answer as it was typed.
    """
    reason = reason_to_abstain(text)
    if reason is not None:
        points = tuple(PointEvidence(point.id, "not_detected") for point in rubric.points)
        return Judgement(rubric.question, points, abstained=reason)
    reading = read(text, rubric.speller)
    matcher = Matcher(reading)
    false = [
        (claim.id, hit)
        for claim in rubric.misconceptions
        if (hit := _best(matcher, claim)) is not None and hit.stance == ASSERTED
    ]
    points = tuple(
        _point(matcher, reading, claim, [hit for _, hit in false]) for claim in rubric.points
    )
    claims = tuple(FalseClaim(id_, _quote(reading, hit)) for id_, hit in false)
    return Judgement(rubric.question, points, claims)


def states(rubric: CompiledRubric, text: str) -> dict[tuple[str, str], State]:
    """Return how firmly a text states each claim, by ``rubric`` or ``misconceptions`` and its id.

    Nothing is gated or abstained from: this is for the examples of single claims.
    """
    matcher = Matcher(read(text, rubric.speller))
    result: dict[tuple[str, str], State] = {}
    for name, claims in (("rubric", rubric.points), ("misconceptions", rubric.misconceptions)):
        for claim in claims:
            hit = _best(matcher, claim)
            firm = hit is not None and hit.stance == ASSERTED
            result[name, claim.id] = "found" if firm else "not_detected"
    return result


def _best(matcher: Matcher, claim: Claim) -> Hit | None:
    hits = [hit for pattern in claim.patterns for hit in matcher.find(pattern)[:1]]
    return min(hits, key=lambda hit: hit.stance, default=None)


def _point(matcher: Matcher, reading: Reading, claim: Claim, false: list[Hit]) -> PointEvidence:
    hit = _best(matcher, claim)
    if hit is not None and hit.stance == ASSERTED:
        state = "unsure" if _tainted(reading, hit, false) else "found"
        return PointEvidence(claim.id, state, _quote(reading, hit))
    near = [hit] if hit is not None else []
    near += [each for pattern in claim.partly for each in matcher.find(pattern)[:1]]
    near = [each for each in near if each.stance <= HEDGED]
    if near:
        return PointEvidence(claim.id, "unsure", _quote(reading, near[0]))
    return PointEvidence(claim.id, "not_detected")


def _tainted(reading: Reading, hit: Hit, false: list[Hit]) -> bool:
    """Whether a point rests on a sentence that also holds a false claim."""
    sentences = {reading.clauses[number].sentence for number in hit.clauses}
    return any(
        reading.clauses[number].sentence in sentences for each in false for number in each.clauses
    )


def _quote(reading: Reading, hit: Hit) -> str:
    """Return the answer's own words: whole clauses where they are short, else the match alone."""
    first, last = reading.clauses[hit.clauses[0]], reading.clauses[hit.clauses[-1]]
    start, end = reading.tokens[first.start].start, reading.tokens[last.end - 1].end
    if end - start > MAX_QUOTE:
        start, end = hit.start, hit.end
    quote = reading.text[start:end].strip(" \t\r\n,;")
    return quote if len(quote) <= MAX_QUOTE else quote[: MAX_QUOTE - 1].rstrip()
