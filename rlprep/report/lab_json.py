"""Labs and what they measured as plain data."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rlprep.labs.cache_size import Decoder
from rlprep.labs.lab import Axis, Cell, Estimate, Lab, LabResult, Line, Settings

SCHEMA = "rlprep.lab/v1"
LIST_SCHEMA = "rlprep.labs/v1"


def list_json(labs: tuple[Lab, ...]) -> dict[str, Any]:
    """Return the catalogue."""
    return {"schema": LIST_SCHEMA, "labs": [_about(lab) for lab in labs]}


def lab_json(
    lab: Lab, result: LabResult, settings: Settings, model: Decoder | None = None
) -> dict[str, Any]:
    """Return one run; no number is NaN or infinite, null stands where there is none.

    With a model the result was worked out for it, and the settings had no part in it.
    """
    return {
        "schema": SCHEMA,
        "lab": _about(lab),
        "settings": {
            "seed": settings.seed,
            "seeds": settings.seeds,
            "quick": settings.quick,
        },
        "model": asdict(model) if model else None,
        "confidence": {"level": 0.95, "method": "Student's t over seeds"},
        "columns": [{"name": each.name, "unit": each.unit} for each in result.columns],
        "rows": [[_cell(cell) for cell in row] for row in result.rows],
        "panels": [
            {
                "title": panel.title,
                "x": _axis(panel.x),
                "y": _axis(panel.y),
                "lines": [_line(line) for line in panel.lines],
            }
            for panel in result.panels
        ],
        "findings": list(result.findings),
    }


def _about(lab: Lab) -> dict[str, Any]:
    return {
        "id": lab.name,
        "title": lab.title,
        "shows": lab.shows,
        "does_not_show": lab.does_not_show,
        "questions": list(lab.questions),
        "traps": list(lab.traps),
        "quick_s": lab.about_s[0],
        "full_s": lab.about_s[1],
    }


def _axis(axis: Axis) -> dict[str, Any]:
    return {"name": axis.name, "unit": axis.unit, "log": axis.log}


def _line(line: Line) -> dict[str, Any]:
    return {
        "label": line.label,
        "x": _numbers(line.x),
        "y": _numbers(line.y),
        "low": _numbers(line.low),
        "high": _numbers(line.high),
    }


def _cell(cell: Cell) -> Any:
    if isinstance(cell, Estimate):
        return {"mean": _number(cell.mean), "low": _end(cell, -1), "high": _end(cell, 1)}
    return _number(cell) if isinstance(cell, float) else cell


def _end(cell: Estimate, side: int) -> float | None:
    return None if cell.half_width is None else _number(cell.mean + side * cell.half_width)


def _numbers(values: Sequence[float]) -> list[float | None]:
    return [_number(each) for each in values]


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
