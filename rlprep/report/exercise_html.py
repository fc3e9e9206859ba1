"""One marked function as HTML: its mark, the mistake by its name, and a table of properties."""

from html import escape

from rlprep.report.prose import blocks, printable, without_markup
from rlprep.report.views import DiagnosisView, ExerciseView, FamilyView


def exercise_html(view: ExerciseView, title: str) -> str:
    """Return a section of a page.

    Args:
        view: the function, marked.
        title: plain text; what the section is about.
    """
    tone = "good" if view.passed else "bad"
    verdict = text(view.verdict.replace("_", " "))
    score = f"{view.points} of {view.max_points} points, " if view.max_points else ""
    body = f"<h2>{text(title)}</h2>\n<p><strong class='{tone}'>{score}{verdict}</strong>"
    if not view.families:
        return f"{body}<br>{text(view.message)}</p>\n"
    rows = "".join(_row(family) for family in view.families)
    head = "<tr><th scope='col'>Property</th><th scope='col'>Points</th></tr>"
    table = f"<table>\n<thead>{head}</thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
    return f"{body}</p>\n{_diagnosis(view.diagnosis)}{table}"


def text(words: str) -> str:
    """Return a text from outside as HTML that shows it and does nothing."""
    return escape(printable(words))


def sentence(words: str) -> str:
    """Return words that begin with a capital."""
    return words[:1].upper() + words[1:]


def _diagnosis(diagnosis: DiagnosisView | None) -> str:
    if not diagnosis:
        return ""
    page = "".join(
        f"<p>{text(without_markup(block.text.strip()))}</p>"
        for block in blocks(diagnosis.page, "unicode", escape=False)
    )
    return f"<aside><p><strong>{text(sentence(diagnosis.text))}</strong></p>{page}</aside>\n"


def _row(family: FamilyView) -> str:
    tone, mark = ("good", "✓") if family.passed else ("bad", "✗")
    said = f"<span class='{tone}'>{mark}</span> {text(family.claim)}."
    if not family.passed:
        said += f"<br><span class='bad'>{text(sentence(family.reason))}.</span>"
        if family.example:
            said += f"<pre>{text(family.example_text)}</pre>"
    points = f"{family.points} of {family.max_points}"
    return f"<tr><td>{said}</td><td class='points'>{points}</td></tr>\n"
