"""The result of grading as one HTML page that loads nothing and in which all is escaped."""

from html import escape

from rlprep.grader.result import FamilyResult, GradeReport, Shown, SubmissionResult, Verdict
from rlprep.report.page import page
from rlprep.report.prose import blocks, printable, without_markup


def grade_html(report: GradeReport) -> str:
    """Return the report as a page that stands alone, light or dark, and prints."""
    parts = "".join(_submission(each) for each in report.submissions)
    mode = escape(str(report.sandbox.get("mode", "")))
    title = f"Grades: {report.points} of {report.max_points} points"
    return page(title, f"<p class='soft'>Seed {report.seed}, sandbox {mode}.</p>\n{parts}")


def _submission(result: SubmissionResult) -> str:
    tone = "good" if result.passed else "bad"
    title = _text(result.path) + (f": {_text(result.exercise)}" if result.exercise else "")
    verdict = str(result.verdict).replace("_", " ")
    score = f"{result.points} of {result.max_points} points, " if result.max_points else ""
    body = f"<h2>{title}</h2>\n<p><strong class='{tone}'>{score}{verdict}</strong>"
    if not result.families:
        return f"{body}<br>{_text(result.message)}</p>\n"
    rows = "".join(_row(family) for family in result.families)
    head = "<tr><th scope='col'>Property</th><th scope='col'>Points</th></tr>"
    table = f"<table>\n<thead>{head}</thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
    return f"{body}</p>\n{_diagnosis(result)}{table}"


def _diagnosis(result: SubmissionResult) -> str:
    if not result.diagnosis:
        return ""
    page = "".join(
        f"<p>{_text(without_markup(block.text.strip()))}</p>"
        for block in blocks(result.diagnosis.page, "unicode", escape=False)
    )
    return (
        f"<aside><p><strong>{_text(_sentence(result.diagnosis.text))}</strong></p>{page}</aside>\n"
    )


def _row(family: FamilyResult) -> str:
    passed = family.verdict is Verdict.PASSED
    tone, mark = ("good", "✓") if passed else ("bad", "✗")
    said = f"<span class='{tone}'>{mark}</span> {_text(family.claim)}."
    if not passed:
        said += f"<br><span class='bad'>{_text(_sentence(family.reason))}.</span>"
    if family.example:
        said += _example(family.example)
    points = f"{family.points} of {family.max_points}"
    return f"<tr><td>{said}</td><td class='points'>{points}</td></tr>\n"


def _example(example: Shown) -> str:
    lines = [example.call, f"  right: {example.expected}"]
    lines.append("  yours: the same here" if example.agrees else f"  yours: {example.got}")
    return f"<pre>{_text(chr(10).join(lines))}</pre>"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _text(text: str) -> str:
    return escape(printable(text))
