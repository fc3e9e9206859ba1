"""What is wrong with a pack, for people and as JSON."""

from pathlib import Path
from typing import Any

from rlprep.bank.lint import Report
from rlprep.report.days import count

SCHEMA = "rlprep.lint/v1"


def lint_text(root: Path, report: Report) -> str:
    """Return every problem, and a line of how much was looked at."""
    held = ", ".join(count(number, kind) for kind, number in sorted(report.counts.items()))
    verdict = count(len(report.problems), "problem") if report.problems else "sound"
    said = f"{root}: {held or 'nothing readable'}: {verdict}"
    return "\n".join([*map(str, report.problems), said])


def lint_json(report: Report) -> dict[str, Any]:
    """Return the same as plain data."""
    problems = [
        {"file": str(each.file), "line": each.line, "what": each.what, "try": each.hint}
        for each in report.problems
    ]
    return {"schema": SCHEMA, "counts": report.counts, "problems": problems}
