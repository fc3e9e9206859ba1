"""Progress as plain data (rlprep.progress/v1)."""

from datetime import timedelta
from typing import Any

from rlprep.progress.attempt import moment_text
from rlprep.progress.clock import local_day
from rlprep.progress.schedule import Standing, recall_by_day
from rlprep.progress.today import Today
from rlprep.report.progress_terminal import AHEAD_DAYS, PAST_DAYS

SCHEMA = "rlprep.progress/v1"


def progress_json(today: Today) -> dict[str, Any]:
    """Return the standing of everything that was practised, and what is due."""
    first = local_day(today.now) - timedelta(days=PAST_DAYS - 1)
    recall = recall_by_day(today.known, first, PAST_DAYS + AHEAD_DAYS)
    return {
        "schema": SCHEMA,
        "now": moment_text(today.now),
        "interview_date": today.interview.isoformat() if today.interview else None,
        "counts": {
            "attempts": len(today.attempts),
            "practised": len(today.known),
            "due": len(today.agenda.due),
            "unseen": len(today.agenda.unseen),
        },
        "items": [_item(each, today) for each in today.known.values()],
        "recall": [
            {"date": day.isoformat(), "recall": _rounded(value)}
            for day, value in recall
            if value is not None
        ],
    }


def _item(standing: Standing, today: Today) -> dict[str, Any]:
    kind, id_ = standing.key
    last = standing.last
    return {
        "kind": kind,
        "id": id_,
        "strength": standing.strength,
        "tries": standing.tries,
        "last": {"at": moment_text(last.at), "share": last.share, "verdict": last.verdict},
        "recall": _rounded(standing.recall(today.now)),
        "due": moment_text(standing.due) if standing.due else None,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
