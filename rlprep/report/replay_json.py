"""A mark made again, as JSON."""

import json

from rlprep.classroom.replay import Replay
from rlprep.report.grade_json import submission_json

SCHEMA = "rlprep.replay/v1"


def replay_json(result: Replay) -> str:
    """Return the recorded results and those made again; for staff, with the seed."""
    data = {
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
    return json.dumps(data, indent=2) + "\n"
