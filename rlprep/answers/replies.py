"""A short reply to the question for one point, read as what it means there.

Asked what is good about lambda = 0, people say "low variance, but biased" and not once more of
what. So the author of a question may give a point a `topic`, the words that a reply to its `ask` is
understood to begin with. Only the point that was asked for is credited this way.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from rlprep.answers.abstain import reason_to_abstain
from rlprep.answers.evidence import MAX_QUOTE, judge
from rlprep.answers.judgement import FalseClaim, Judgement, PointEvidence, State
from rlprep.answers.rubric import CompiledRubric

_OPENING = re.compile(
    r"(?:(?:yes|yeah|yep|no|nope|well|hmm|ok|right|sure|so)\s*[,.:;!]\s*"
    r"|(?:(?:that's|it's|that is|it is)\s+)?because\s+)+",
    re.IGNORECASE,
)
_RESTARTS = re.compile(r"(?:it|that|this|they|there|which|these|those)\b", re.IGNORECASE)


def judge_replies(
    rubric: CompiledRubric,
    judgement: Judgement,
    replies: Mapping[str, str],
    disputed: Collection[str] = (),
) -> Judgement:
    """Return a judgement with what replies show of the points that they were asked for.

    A false claim that a reply makes about its topic is reported, and leaves its point uncredited.

    Args:
        rubric: the compiled question.
        judgement: of the whole answer, the replies' own words included.
        replies: point id -> what was replied to the point's `ask`, as it was typed.
        disputed: misconceptions that count as not held, by a person's word.
    """
    if judgement.abstained is not None:
        return judgement
    topics = {claim.id: claim.topic for claim in rubric.points if claim.topic}
    shown = {point.id: point for point in judgement.points}
    false = {claim.id: claim for claim in judgement.misconceptions}
    for id_, reply in replies.items():
        quote = reply.strip()[:MAX_QUOTE].rstrip()
        if id_ not in topics or shown[id_].state == "found" or not _says_something(reply):
            continue
        inner = judge(rubric, in_context(topics[id_], reply), disputed)
        for claim in inner.misconceptions:
            false.setdefault(claim.id, FalseClaim(claim.id, quote))
        found: State = next(point.state for point in inner.points if point.id == id_)
        if found != "not_detected":
            shown[id_] = PointEvidence(id_, "unsure" if inner.misconceptions else found, quote)
    points = tuple(shown[point.id] for point in judgement.points)
    return replace(judgement, points=points, misconceptions=tuple(false.values()))


def in_context(topic: str, reply: str) -> str:
    """Return a reply as a statement about its topic: its first sentence, and any that goes on."""
    said = _OPENING.sub("", reply.strip(), count=1)
    sentences = re.split(r"(?<=[.!?])\s+|\n", said)
    return " ".join(
        f"{topic}: {sentence}" if number == 0 or _RESTARTS.match(sentence) else sentence
        for number, sentence in enumerate(sentences)
    )


def _says_something(reply: str) -> bool:
    said = _OPENING.sub("", reply.strip(), count=1)
    return bool(said) and reason_to_abstain(reply) in (None, "very short")
