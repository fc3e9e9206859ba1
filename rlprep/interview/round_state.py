"""The state of a round, folded from its events: what was asked, answered, judged, and when.

Every change is an `Event` that is first appended to the session's log and then applied here, so
that resuming is reading the log again. Nothing in this file prints or asks.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

Event = dict[str, Any]
Mark = Literal["made", "partly", "missed"]
MARK_VALUE: dict[Mark, float] = {"made": 1.0, "partly": 0.5, "missed": 0.0}


@dataclass
class Answer:
    """What the candidate has said to one question, and what was made of it."""

    lines: list[str] = field(default_factory=list)
    hints: int = 0
    started: bool = False
    finished: bool = False
    skipped: bool = False
    seconds: float = 0.0
    marks: dict[str, Mark] = field(default_factory=dict)
    explained: bool = False
    follow_ups: dict[int, str] = field(default_factory=dict)
    closed: bool = False
    evidence: dict[str, str] = field(default_factory=dict)
    """What the engine found: point id -> found, unsure or not_detected; empty if it abstained."""
    claims: dict[str, bool] = field(default_factory=dict)
    """False claims that were detected: misconception id -> whether the candidate agrees."""
    additions: dict[str, str] = field(default_factory=dict)
    """What was added when asked for a missing point: point id -> the reply."""
    probed: bool = False

    @property
    def text(self) -> str:
        """Return the answer as one text."""
        return "\n".join(self.lines)

    @property
    def said(self) -> str:
        """Return the answer with what was added to it on request."""
        return "\n".join([*self.lines, *filter(None, self.additions.values())])


@dataclass
class Round:
    """One interview: its questions in order, and each one's answer."""

    mode: Literal["practice", "mock"] = "practice"
    title: str = ""
    begun: str = ""
    minutes: int = 0
    questions: tuple[str, ...] = ()
    answers: dict[str, Answer] = field(default_factory=dict)
    introduced: bool = False
    seconds: float = 0.0
    """Time spent in the round so far; a pause does not count."""

    def answer(self, question: str) -> Answer:
        """Return the answer to a question, an empty one where nothing was said yet."""
        return self.answers.setdefault(question, Answer())

    def apply(self, event: Event) -> None:
        """Take one event into account; an event of a kind unknown here is passed over."""
        self.seconds = max(self.seconds, float(event.get("t", 0.0)))
        kind = event.get("event")
        if kind == "begin":
            self.mode = event["mode"]
            self.title = event["title"]
            self.begun = event["at"]
            self.minutes = event["minutes"]
            self.questions = tuple(event["questions"])
        elif kind == "introduced":
            self.introduced = True
        elif "question" in event:
            self._apply_to_answer(self.answer(event["question"]), event)

    def _apply_to_answer(self, answer: Answer, event: Event) -> None:
        match event["event"]:
            case "asked":
                answer.started = True
            case "line":
                answer.lines.append(event["text"])
            case "rewritten":
                answer.lines = event["text"].split("\n") if event["text"] else []
            case "hint":
                answer.hints += 1
            case "answered":
                answer.finished = True
                answer.seconds += event["seconds"]
            case "paused":
                answer.seconds += event["seconds"]
            case "skipped":
                answer.finished = answer.skipped = True
            case "marked":
                answer.marks[event["point"]] = event["mark"]
            case "judged":
                judged = event["points"] if event["abstained"] is None else {}
                answer.evidence = {id_: state for id_, (state, _) in judged.items()}
            case "claim":
                answer.claims[event["misconception"]] = event["agreed"]
            case "added":
                answer.additions[event["point"]] = event["text"]
                answer.probed = True
            case "explained":
                answer.explained = True
            case "follow_up":
                answer.follow_ups[event["index"]] = event["text"]
            case "closed":
                answer.closed = True


def replay(events: list[Event]) -> Round:
    """Return the state that a session's events lead to.

    Raises:
        KeyError, TypeError, ValueError: the events are not of this version, or damaged.
    """
    state = Round()
    for event in events:
        state.apply(event)
    if not state.questions:
        raise ValueError("the session names no questions")
    return state
