"""Patterns against an answer: polynomial in both, whatever the author wrote.

A piece of a pattern is matched from one place at most once for each state it can be in, and the
result kept; there is no backtracking. A state is where the match stands, which negative word the
pattern has itself named, and how many negations were passed. Beyond a fixed number of steps, the
tenfold of what any honest pattern needs, a pattern counts as not found.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from rlprep.answers.pattern import (
    MAX_GAP,
    Denied,
    Either,
    Gap,
    Group,
    Node,
    Pattern,
    Sequence,
    Word,
)
from rlprep.answers.reading import Reading
from rlprep.answers.stance import UNASSERTED

POSITIVE, ANY, NEGATIVE = range(3)
_MOST_CUES = 4  # that are told apart over one word; beyond that only odd and even
_State = tuple[int, int, int]  # next token, the cue named by the pattern or -1, most cues seen
_NONE: frozenset[_State] = frozenset()
MAX_STEPS = 50_000  # for one pattern in one answer; the longest shipped one takes 5,000
MAX_STEPS_IN_ALL = 400_000  # for all patterns in one answer; all of a shipped question: 60,000


class _ExhaustedError(Exception):
    """A pattern took too many steps."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a pattern was found.

    Attributes:
        start: first character in the answer.
        end: after the last one.
        clauses: the clauses that hold it.
        stance: the weakest stance among them.
        supposed: whether all of it stands in a mere condition.
    """

    start: int
    end: int
    clauses: tuple[int, ...]
    stance: int
    supposed: bool = False


class Matcher:
    """Looks for patterns in one answer, remembering what it has seen."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._memo: dict[tuple[Node, int, int, int, int], frozenset[_State]] = {}
        self._spans: dict[tuple[Node, int, int], tuple[int, int] | None] = {}
        self._ahead: dict[int, frozenset[str]] = {}
        self._end = 0
        self._steps = 0
        self._spent = 0

    def find(self, pattern: Pattern) -> list[Hit]:
        """Return the first place of a pattern in each sentence, the firmest stance first."""
        self._spent += self._steps
        self._steps = 0
        if self._spent > MAX_STEPS_IN_ALL:
            return []
        try:
            return self._find(pattern)
        except _ExhaustedError:
            return []

    def places(self, pattern: Pattern, number: int) -> tuple[int, int] | None:
        """Return the first place of a name in a clause, denied or not, as tokens."""
        node = pattern.sentences[0][0].parts[0].node
        try:
            return self._span(node, number, ANY)
        except _ExhaustedError:
            return None

    def _find(self, pattern: Pattern) -> list[Hit]:
        for groups in pattern.sentences:
            for group in groups:
                for part in group.parts:
                    if not part.absent and not self._possible(part.node):
                        return []
        hits = [
            hit
            for sentence in self._reading.sentences
            if (hit := self._in_sentences(pattern, sentence)) is not None
        ]
        return sorted(hits, key=lambda hit: hit.stance)

    def _possible(self, node: Node) -> bool:
        """Whether the words that a piece can't do without occur at all."""
        if isinstance(node, Sequence):
            return all(self._possible(piece) for piece in node.pieces)
        if isinstance(node, Denied):
            return self._possible(node.piece)
        return node.first is None or not node.first.isdisjoint(self._reading.places)

    def _in_sentences(self, pattern: Pattern, sentence: int) -> Hit | None:
        """Look in one sentence, and where the pattern allows it in the next, either way round."""
        if len(pattern.sentences) == 1:
            return _joined(self._in_sentence(pattern.sentences[0], sentence))
        here = self._in_sentence(pattern.sentences[0], sentence)
        if here is None:
            return None
        found = list(here)
        for groups in pattern.sentences[1:]:
            for near in (sentence, sentence + 1, sentence - 1):
                inner = self._in_sentence(groups, near)
                if inner is not None:
                    found += inner
                    break
            else:
                return None
        return _joined(found)

    def _in_sentence(self, groups: tuple[Group, ...], sentence: int) -> list[Hit] | None:
        clauses = self._reading.sentences.get(sentence, ())
        found: list[Hit] = []
        for group in groups:
            if all(part.absent for part in group.parts):
                continue
            hits = [hit for number in clauses if (hit := self._in_clause(group, number))]
            if not hits:
                return None
            found.append(min(hits, key=lambda hit: (hit.stance, hit.supposed)))
        if len(groups) > 1 and any(
            self._span(part.node, number, ANY) is not None
            for group in groups
            for part in group.parts
            if part.absent
            for number in clauses
        ):
            return None
        return found

    def _in_clause(self, group: Group, number: int) -> Hit | None:
        spans: list[tuple[int, int]] = []
        mode = ANY if group.denies else POSITIVE
        for part in group.parts:
            span = self._span(part.node, number, ANY if part.absent else mode)
            if part.absent and span is not None:
                return None
            if not part.absent:
                if span is None:
                    return None
                spans.append(span)
        first, last = min(start for start, _ in spans), max(end for _, end in spans)
        tokens = self._reading.tokens
        stance = self._reading.stances[number]
        supposed = all(self._reading.supposed[first:last])
        return Hit(tokens[first].start, tokens[last - 1].end, (number,), stance, supposed)

    def _span(self, node: Node, number: int, mode: int) -> tuple[int, int] | None:
        """Return the first and shortest place of a piece in a clause, as tokens."""
        key = (node, number, mode)
        if key not in self._spans:
            clause = self._reading.clauses[number]
            self._end = clause.end
            span = None
            for start in self._starts(node, clause.start, clause.end):
                states = self._match(node, start, mode, -1, 0)
                ends = [
                    end
                    for end, named, _ in states
                    if mode != POSITIVE or self._is_asserted(start, end, named)
                ]
                if ends:
                    span = (start, min(ends))
                    break
            self._spans[key] = span
        return self._spans[key]

    def _is_asserted(self, start: int, end: int, named: int) -> bool:
        """Whether a place holds no denial that it passes over, and isn't dismissed as a whole."""
        reading = self._reading
        if any(at in reading.verbal and at != named for at in range(start + 1, end)):
            return False
        return not any(at in reading.dismissals for at in range(end, min(end + 2, self._end)))

    def _starts(self, node: Node, start: int, end: int) -> Iterable[int]:
        if node.first is None:
            return range(start, end)
        places = self._reading.places
        return sorted(
            {at for stem in node.first for at in places.get(stem, ()) if start <= at < end}
        )

    def _match(self, node: Node, at: int, mode: int, cue: int, denied: int) -> frozenset[_State]:
        """Return the states after `node` when it starts at `at`; clauses never share a place."""
        if node.first is not None and node.first.isdisjoint(self._next_stems(at)):
            return _NONE
        if at >= self._end:  # the same number begins the next clause
            return self._compute(node, at, mode, cue, denied)
        key = (node, at, mode, cue, denied)
        if key not in self._memo:
            self._memo[key] = self._compute(node, at, mode, cue, denied)
        return self._memo[key]

    def _next_stems(self, at: int) -> frozenset[str]:
        """Return what a word of a pattern may meet at a place, words that it may skip included."""
        if at not in self._ahead:
            reading, end = self._reading, at
            while end < len(reading.tokens) and reading.skippable[end]:
                end += 1
            stems = frozenset(reading.forms[end] if end < len(reading.tokens) else ())
            self._ahead[end] = stems
            for place in range(end - 1, at - 1, -1):
                stems = stems.union(reading.forms[place])
                self._ahead[place] = stems
        return self._ahead[at]

    def _compute(self, node: Node, at: int, mode: int, cue: int, denied: int) -> frozenset[_State]:
        self._steps += 1
        if isinstance(node, Word):
            return self._word(node, at, mode, cue, denied)
        if isinstance(node, Either):
            states = {(at, cue, denied)} if node.optional else set()
            for piece in node.pieces:
                states |= self._match(piece, at, mode, cue, denied)
            return frozenset(states)
        if isinstance(node, Denied):
            inner = self._match(node.piece, at, NEGATIVE, -1, 0)
            return frozenset((end, -1, denied) for end, _, most in inner if most % 2)
        if isinstance(node, Sequence):
            return self._sequence(node, at, mode, cue, denied)
        return _NONE

    def _sequence(
        self, node: Sequence, at: int, mode: int, cue: int, denied: int
    ) -> frozenset[_State]:
        states: Iterable[_State] = {(at, cue, denied)}
        gap = 0
        for piece in node.pieces:
            if isinstance(piece, Gap):
                gap = max(gap, piece.most)
                continue
            after: set[_State] = set()
            if gap:
                states = self._after_gap(piece, states, gap)
                gap = 0
            for place, named, seen in states:
                self._steps += 1
                after |= self._match(piece, place, mode, named, seen)
            if self._steps > MAX_STEPS:
                raise _ExhaustedError
            if not after:
                return _NONE
            states = after
        return frozenset(states)

    def _after_gap(self, piece: Node, states: Iterable[_State], gap: int) -> set[_State]:
        """Return the states from which a piece may start when up to `gap` words are left out."""
        result: set[_State] = set()
        if gap >= MAX_GAP:  # whatever follows the last place follows the first one too
            first: dict[tuple[int, int], int] = {}
            for place, named, seen in states:
                first[named, seen] = min(place, first.get((named, seen), place))
            states = {(place, named, seen) for (named, seen), place in first.items()}
        for place, named, seen in states:
            limit = self._end
            if gap < self._end - place:
                words, limit = 0, place
                while limit < self._end and words <= gap:
                    words += not self._reading.skippable[limit]
                    limit += 1
            result |= {(start, named, seen) for start in self._starts(piece, place, limit)}
        return result

    def _word(self, node: Word, at: int, mode: int, cue: int, denied: int) -> frozenset[_State]:
        reading = self._reading
        while at < self._end:
            if node.stem in reading.forms[at]:
                over = sum(1 for each in reading.cues[at] if each != cue)
                over = over if over < _MOST_CUES else _MOST_CUES - over % 2
                if over % 2 and mode == POSITIVE:
                    return _NONE
                named = at if at in reading.cue_places else cue
                return frozenset({(at + 1, named, max(denied, over))})
            if not reading.skippable[at]:
                return _NONE
            at += 1
        return _NONE


def _joined(hits: list[Hit] | None) -> Hit | None:
    """Return what was found as one: a condition counts together with what follows from it."""
    if not hits:
        return None
    supposed = all(hit.supposed for hit in hits)
    return Hit(
        min(hit.start for hit in hits),
        max(hit.end for hit in hits),
        tuple(sorted({number for hit in hits for number in hit.clauses})),
        UNASSERTED if supposed else max(hit.stance for hit in hits),
        supposed,
    )
