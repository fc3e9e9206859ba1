"""One attempt at one item: an answer, a formula check, a grade. Written once, never changed.

An attempt names its item by kind and id only, so corrected content keeps the progress made on it.
"""

import json
import re
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from rlprep.progress.clock import EARLIEST, LATEST

Kind = Literal["question", "formula", "exercise"]
KINDS: tuple[Kind, ...] = get_args(Kind)
SCHEMA = "rlprep.attempt/v1"
_KEYS = ("id", "kind", "item", "at", "share", "verdict", "details")
_ITEM = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_ID = re.compile(r"[!-~]{1,100}")


@dataclass(frozen=True)
class Attempt:
    """What was tried, when, and how it went.

    Attributes:
        kind: what sort of item it was.
        item: the item's id in the bank.
        at: when it was made, in UTC, to the millisecond.
        share: the part of the points that it earned, 0 to 1; None where nothing was measured.
        verdict: the word of whoever decided, as the kind has it (``equivalent``, ``passed``).
        details: whatever else is worth keeping: the text, the marks, hints; plain JSON.
        id: unique for ever, so that taking in the same attempt twice changes nothing.
    """

    kind: Kind
    item: str
    at: datetime
    share: float | None = None
    verdict: str | None = None
    details: dict[str, Any] = field(default_factory=dict)
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def key(self) -> tuple[Kind, str]:
        """Return which item of the bank this is."""
        return self.kind, self.item


class BadAttemptError(ValueError):
    """A text is no attempt of a version known here; the message says why, in words."""


def moment_text(moment: datetime) -> str:
    """Return a moment as it is stored: texts in this form sort as the moments do."""
    return (
        moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
    )


def to_line(attempt: Attempt) -> str:
    """Return an attempt as one line of JSON, in ASCII so that no text can spoil the line."""
    return json.dumps(
        {
            "schema": SCHEMA,
            "id": attempt.id,
            "kind": attempt.kind,
            "item": attempt.item,
            "at": moment_text(attempt.at),
            "share": attempt.share,
            "verdict": attempt.verdict,
            "details": attempt.details,
        }
    )


def from_line(line: str) -> Attempt:
    """Return the attempt that a line holds.

    Raises:
        BadAttemptError: it holds none, or one of a newer version.
    """
    try:
        entry = json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise BadAttemptError("no JSON object") from None
    if not isinstance(entry, dict):
        raise BadAttemptError("no JSON object")
    _check_schema(entry.get("schema"))
    return from_entry(entry)


def from_entry(entry: dict[str, Any]) -> Attempt:
    """Return the attempt that a line's object or a row of the store describes.

    Raises:
        BadAttemptError: a key is missing, or its value is none.
    """
    missing = [key for key in _KEYS if key not in entry]
    if missing:
        raise BadAttemptError(f"'{missing[0]}' is missing")
    return Attempt(
        kind=_one_of(entry["kind"], KINDS),
        item=_matching(entry["item"], _ITEM, "item"),
        at=_moment(entry["at"]),
        share=_share(entry["share"]),
        verdict=_verdict(entry["verdict"]),
        details=_details(entry["details"]),
        id=_matching(entry["id"], _ID, "id"),
    )


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _check_schema(schema: object) -> None:
    if schema == SCHEMA:
        return
    name, _, version = str(schema).partition("/v")
    if name == SCHEMA.partition("/v")[0] and version.isdecimal() and int(version[:9]) > 1:
        raise BadAttemptError(f"written by a newer rlprep ({name}/v{version[:9]})")
    raise BadAttemptError(f"its schema isn't {SCHEMA}")


def _one_of(value: object, known: tuple[Kind, ...]) -> Kind:
    for each in known:
        if value == each:
            return each
    raise BadAttemptError(f"'kind' is none of {', '.join(known)}")


def _matching(value: object, pattern: re.Pattern[str], name: str) -> str:
    if isinstance(value, str) and len(value) <= 100 and pattern.fullmatch(value):
        return value
    raise BadAttemptError(f"'{name}' is no id")


def _moment(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is not None and moment.tzinfo and EARLIEST <= moment < LATEST:
            moment = moment.astimezone(UTC)
            return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    except (ValueError, OverflowError):
        pass
    raise BadAttemptError("'at' is no moment with a time zone between 2000 and 2200")


def _share(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    raise BadAttemptError("'share' is no number from 0 to 1")


def _verdict(value: object) -> str | None:
    if value is None or (isinstance(value, str) and _ID.fullmatch(value)):
        return value
    raise BadAttemptError("'verdict' is no word")


def _details(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadAttemptError("'details' is no object")
    try:
        json.dumps(value)
    except RecursionError:
        raise BadAttemptError("'details' is nested too deeply") from None
    return value
