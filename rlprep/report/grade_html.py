"""The result of grading as one HTML page that loads nothing and in which all is escaped."""

from html import escape

from rlprep.grader.result import FamilyResult, GradeReport, Shown, SubmissionResult, Verdict
from rlprep.report.prose import blocks, printable, without_markup

_STYLE = """
:root { color-scheme: light dark; --fg: #1b1f24; --bg: #ffffff; --soft: #59636e; --line: #d1d9e0;
  --good: #1a7f37; --bad: #c4202b; --panel: #f6f8fa; }
@media (prefers-color-scheme: dark) { :root { --fg: #e6edf3; --bg: #0d1117; --soft: #9198a1;
  --line: #3d444d; --good: #3fb950; --bad: #ff7b72; --panel: #161b22; } }
* { box-sizing: border-box; }
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: var(--fg);
  background: var(--bg); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin: 2.5rem 0 .25rem; }
code, pre { font: .875rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { margin: .5rem 0 0; padding: .5rem .75rem; background: var(--panel); white-space: pre-wrap;
  border-radius: 6px; }
table { width: 100%; border-collapse: collapse; margin-top: .75rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0;
  border-top: 1px solid var(--line); }
th { font-weight: 600; white-space: nowrap; } td.points { text-align: right; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
.soft { color: var(--soft); } .good { color: var(--good); } .bad { color: var(--bad); }
aside { margin-top: 1rem; padding: .75rem 1rem; border-left: 4px solid var(--bad);
  background: var(--panel); border-radius: 0 6px 6px 0; }
aside p { margin: .25rem 0; }
@media print { body { margin: 0; max-width: none; font-size: 10pt; } tr, aside, pre {
  break-inside: avoid; } h2 { break-after: avoid; } }
"""


def grade_html(report: GradeReport) -> str:
    """Return the report as a page that stands alone, light or dark, and prints."""
    parts = "".join(_submission(each) for each in report.submissions)
    mode = escape(str(report.sandbox.get("mode", "")))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Grades: {report.points} of {report.max_points} points</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>Grades: {report.points} of {report.max_points} points</h1>
<p class="soft">Seed {report.seed}, sandbox {mode}.</p>
{parts}</body>
</html>
"""


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
