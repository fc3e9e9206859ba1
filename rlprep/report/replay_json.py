"""A mark made again, as JSON."""

from typing import Any

from rlprep.classroom.replay import Replay
from rlprep.report.grade_json import submission_json

SCHEMA = "rlprep.replay/v1"


def replay_json(result: Replay) -> dict[str, Any]:
    """Return the recorded results and those made again; for staff, with the seed."""
    return {
        "schema": SCHEMA,
        "student": result.entry.student,
        "path": result.entry.path,
        "sha256": result.entry.sha256,
        "seed": result.entry.seed,
        "is_same": result.is_same,
        "changed": list(result.changed),
        "recorded": [submission_json(each) for each in result.entry.results],
        "again": [submission_json(each) for each in result.again],
    }
