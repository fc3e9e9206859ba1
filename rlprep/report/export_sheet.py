"""The interviewer's sheet as one HTML page: to print, or to tick on a screen. Loads nothing."""

from collections.abc import Iterable
from html import escape

from rlprep.bank.formula import Formula
from rlprep.bank.load import Bank
from rlprep.bank.schema import Pack, Question
from rlprep.bank.select import Selection
from rlprep.report.markdown_html import as_mathml, to_html, to_inline_html, without_title
from rlprep.report.mathml import STYLE as _MATH_STYLE
from rlprep.report.page import page
from rlprep.report.prose import printable

_STYLE = """
nav ol { columns: 2; padding-left: 1.5rem; } nav li { break-inside: avoid; }
a { color: inherit; }
h2 { border-bottom: 2px solid var(--fg); padding-bottom: .25rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
h4, h5 { font-size: .95rem; margin: 1rem 0 .25rem; }
.ask { font-size: 1.1rem; }
ol, ul { padding-left: 1.5rem; } li { margin: .25rem 0; } li > p { margin: .25rem 0; }
td.tick { white-space: nowrap; width: 1%; } td.tick label { margin-right: .5rem; }
input[type=checkbox] { width: 1rem; height: 1rem; vertical-align: -.1rem; margin: 0 .2rem 0 0; }
dt { font-weight: 600; margin-top: .5rem; } dd { margin: 0 0 .25rem; }
.trap { color: var(--bad); } .notes { height: 8rem; border: 1px solid var(--line);
  border-radius: 6px; margin-top: .5rem; padding: .25rem .5rem; }
.sum { text-align: right; } .blank { display: inline-block; width: 3rem;
  border-bottom: 1px solid var(--fg); }
@media print {
  :root { color-scheme: light; --fg: #000; --bg: #fff; --soft: #444; --line: #999;
    --good: #000; --bad: #000; --panel: #fff; }
  @page { margin: 16mm 15mm; }
  html { font-size: 9.5pt; } body { font-size: 1rem; } h3 { font-size: 1.1rem; }
  .question { break-before: page; } h2, h3, h4, h5, dt { break-after: avoid; }
  dd, li, tr, math[display="block"] { break-inside: avoid; } h2 { margin-top: 0; }
  .notes { height: 45mm; break-inside: avoid; }
}
"""


def sheet(bank: Bank, selection: Selection) -> str:
    """Return the sheet for the selected questions: everything an interviewer wants at hand."""
    questions = [bank.question(id_) for id_ in selection.questions]
    parts = [_opening(bank.pack_of(questions[0].id), questions, selection)]
    parts += [_question(bank, each, number) for number, each in enumerate(questions, 1)]
    return page(f"{selection.title}: interviewer's sheet", "".join(parts), _MATH_STYLE + _STYLE)


def _opening(pack: Pack, questions: list[Question], selection: Selection) -> str:
    minutes = sum(each.minutes for each in questions)
    entries = "".join(
        f"<li><a href='#{each.id}'>{_text(each.title)}</a>"
        f" <span class='soft'>{each.minutes} min</span></li>\n"
        for each in questions
    )
    points = sum(point.weight for each in questions for point in each.rubric)
    body = f"<p class='soft'>{minutes} minutes of questions, {points} points.</p>\n"
    body += "<p>Candidate: <span class='blank' style='width: 15rem'></span>"
    body += " Date: <span class='blank' style='width: 8rem'></span>"
    body += f" Points: <span class='blank'></span> of {points}</p>\n"
    body += f"<nav aria-label='Questions'>\n<ol>\n{entries}</ol>\n</nav>\n"
    if pack.setting:
        body += f"<h3>The setting, told at the start</h3>\n{to_html(pack.setting)}"
    if pack.clarifications:
        asked = ((each.asks, each.answer) for each in pack.clarifications)
        body += f"<h3>If the candidate asks</h3>\n{_definitions(asked)}"
    return body


def _question(bank: Bank, question: Question, number: int) -> str:
    title = f"{number}. {_text(question.title)}"
    hints = "".join(f"<li>{to_inline_html(hint)}</li>\n" for hint in question.hints)
    body = (
        f"<section class='question' id='{question.id}'>\n"
        f"<h2>{title} <span class='soft'>{question.minutes} min</span></h2>\n"
        f"<div class='ask'>{to_html(question.prompt)}</div>\n"
        f"<h3>Hints, one at a time</h3>\n<ol>\n{hints}</ol>\n{_rubric(question)}"
    )
    if question.misconceptions:
        traps = ((each.claim, each.correction) for each in question.misconceptions)
        body += f"<h3>Traps: false claims, and what is true</h3>\n{_definitions(traps, 'trap')}"
    if question.follow_ups:
        asked = ((each.prompt, each.answer) for each in question.follow_ups)
        body += f"<h3>Follow-ups</h3>\n{_definitions(asked)}"
    if question.formulas:
        body += _formulas([bank.formula(id_) for id_ in question.formulas])
    body += "<h3>Notes</h3>\n<div class='notes'></div>\n"
    answer = bank.solution("question", question.id)
    if answer:
        text = without_title(answer.read_text("utf-8"))
        body += f"<h3>Model answer</h3>\n{to_html(text, shift=2)}"
    return f"{body}</section>\n"


def _rubric(question: Question) -> str:
    rows = "".join(
        "<tr><td class='tick'><label><input type='checkbox'>all</label>"
        "<label><input type='checkbox'>part</label></td>"
        f"<td>{to_inline_html(point.text)}</td><td class='points'>{point.weight}</td></tr>\n"
        for point in question.rubric
    )
    points = sum(point.weight for point in question.rubric)
    head = "<th scope='col'>Said</th><th scope='col'>Point</th><th scope='col'>Points</th>"
    return (
        f"<h3>Rubric</h3>\n<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n"
        f"</table>\n<p class='sum'>Points: <span class='blank'></span> of {points}</p>\n"
    )


def _definitions(pairs: Iterable[tuple[str, str]], style: str = "") -> str:
    shown = f" class='{style}'" if style else ""
    entries = "".join(
        f"<dt{shown}>{to_inline_html(term)}</dt>\n<dd>{to_inline_html(meaning)}</dd>\n"
        for term, meaning in pairs
    )
    return f"<dl>\n{entries}</dl>\n"


def _formulas(formulas: list[Formula]) -> str:
    body = "".join(
        f"<h4>{_text(each.title)}</h4>\n{as_mathml(each.reference, True)}\n" for each in formulas
    )
    return f"<h3>Formulas that the answer states</h3>\n{body}"


def _text(text: str) -> str:
    return escape(printable(text))
