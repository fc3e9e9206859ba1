"""Results as the journal's text, and back: JSON, ASCII only, so that any name survives."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rlprep.grader.result import Diagnosis, FamilyResult, Shown, SubmissionResult, Verdict


def to_text(results: Sequence[SubmissionResult]) -> str:
    """Return results as the journal keeps them."""
    return json.dumps([asdict(each) for each in results], separators=(",", ":"))


def from_text(text: str) -> tuple[SubmissionResult, ...]:
    """Return results as they were."""
    return tuple(map(_result, json.loads(text)))


def _result(data: dict[str, Any]) -> SubmissionResult:
    families = tuple(map(_family, data["families"]))
    diagnosis = Diagnosis(**data["diagnosis"]) if data["diagnosis"] else None
    plain = {"verdict": Verdict(data["verdict"]), "families": families, "diagnosis": diagnosis}
    return SubmissionResult(**{**data, **plain})


def _family(data: dict[str, Any]) -> FamilyResult:
    example = Shown(**data["example"]) if data["example"] else None
    return FamilyResult(**{**data, "verdict": Verdict(data["verdict"]), "example": example})
