"""A class at a glance, for staff: how the marks lie, what went wrong, and everybody's page."""

import json
from collections.abc import Sequence
from urllib.parse import quote

from rlprep.report import class_figures
from rlprep.report.exercise_html import sentence, text
from rlprep.report.histogram import STYLE, histogram
from rlprep.report.page import page
from rlprep.report.views import StaffEntry, StaffView

SHOWN_AT_ONCE = 12
"""More students without a mark than that are folded away."""


def class_html(view: StaffView, pages: Sequence[str]) -> str:
    """Return the page of a class.

    Args:
        view: the class.
        pages: the path of each student's page, relative to this one, in the order of the entries.
    """
    # By which object it is: two odd identities may look the same once they are printable.
    links = {id(entry): path for entry, path in zip(view.entries, pages, strict=True)}
    parts = [
        _summary(view),
        _distribution(view, links),
        _without_mark(view, links),
        _mistakes(view),
        _properties(view),
        _students(view, links),
        _twins(view),
        _provenance(view),
    ]
    return page(view.title, "".join(parts), STYLE + _STYLE)


Links = dict[int, str]


def _summary(view: StaffView) -> str:
    states = class_figures.states(view)
    counts = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    exercises = text(", ".join(view.exercises))
    return (
        f"<p class='soft'>{exercises}: {view.max_points} points. For staff only.</p>\n"
        f"<p><strong>{len(view.entries)} students: {counts or 'none'}.</strong>"
        f" {sentence(class_figures.spread(view))}.</p>\n"
    )


def _distribution(view: StaffView, links: Links) -> str:
    if not class_figures.marks(view):
        return ""
    bars = class_figures.bars(view)
    rows = []
    for bar in reversed(bars):
        who = [e for e in view.entries if e.points is not None and bar.low <= e.points <= bar.high]
        if who:
            names = ", ".join(_link(entry, links) for entry in who)
            rows.append([f"{bar.label}", str(bar.count), names])
    table = _table(["Points", "Students", ""], rows)
    details = f"<details><summary>Who has which mark</summary>\n{table}</details>\n"
    return f"<h2>Distribution of marks</h2>\n{histogram(bars)}{details}"


def _without_mark(view: StaffView, links: Links) -> str:
    lacking = class_figures.without_mark(view)
    if not lacking:
        return ""
    rows = [[_link(e, links), text(e.state), text(sentence(e.why))] for e in lacking]
    table = _table(["Student", "State", "Why"], rows)
    opened = " open" if len(lacking) <= SHOWN_AT_ONCE else ""
    note = f"<summary>{len(lacking)} without a mark, which isn't 0</summary>\n"
    return f"<h2>No mark</h2>\n<details{opened}>{note}{table}</details>\n"


def _mistakes(view: StaffView) -> str:
    found = class_figures.mistakes(view)
    if not found:
        return ""
    rows = [
        [_id(each.exercise), f"<code>{text(each.id)}</code><br>{text(sentence(each.name))}",
         str(each.count)]
        for each in found
    ]  # fmt: skip
    return f"<h2>Mistakes recognised</h2>\n{_table(['Exercise', 'Mistake', 'Students'], rows)}"


def _properties(view: StaffView) -> str:
    found = class_figures.properties(view)
    if not found:
        return ""
    rows = [
        [_id(each.exercise), text(each.claim),
         f"<meter min='0' max='{each.count}' value='{each.passed}'></meter>"
         f" {each.passed} of {each.count}"]
        for each in found
    ]  # fmt: skip
    table = _table(["Exercise", "Property", "Right"], rows)
    return f"<h2>Properties, hardest first</h2>\n{table}"


def _students(view: StaffView, links: Links) -> str:
    rows = [_student(view, entry, links) for entry in view.entries]
    head = ["Student", "Name", "Exercises", "Points"]
    return f"<h2>Students</h2>\n{_table(head, rows)}"


def _student(view: StaffView, entry: StaffEntry, links: Links) -> list[str]:
    if entry.points is None:
        return [_link(entry, links), text(entry.name), "", f"<em>{text(entry.state)}</em>"]
    mistakes = [each.diagnosis.id for each in entry.exercises if each.diagnosis]
    done = [*map(text, entry.done), *(f"<code>{text(each)}</code>" for each in mistakes)]
    points = f"{entry.points} of {view.max_points}"
    return [_link(entry, links), text(entry.name), "<br>".join(done), points]


def _twins(view: StaffView) -> str:
    if not view.twins:
        return ""
    groups = "".join(f"<li>{text(', '.join(group))}</li>\n" for group in view.twins)
    note = (
        "<p>Equal once names and formatting are normalised. That says nothing of how it came about:"
        " short exercises have few right answers.</p>\n"
    )
    return f"<h2>Same submissions</h2>\n{note}<ul>\n{groups}</ul>\n"


def _provenance(view: StaffView) -> str:
    if not view.provenance:
        return ""
    rows = [[text(key), f"<code>{text(_value(value))}</code>"]
            for key, value in view.provenance.items()]  # fmt: skip
    return f"<h2>What the marks depend on</h2>\n{_table(['', ''], rows)}"


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _id(id_: str) -> str:
    """Return an id that a narrow column breaks between its words."""
    return text(id_).replace("_", "_<wbr>")


def _link(entry: StaffEntry, links: Links) -> str:
    shown = text(entry.student) or "<em>no name</em>"
    return f"<a href='{quote(links[id(entry)])}'>{shown}</a>"


def _table(head: list[str], rows: list[list[str]]) -> str:
    """Return a table of cells that are HTML already; numbers stand in the last column."""
    titles = "".join(f"<th scope='col'>{name}</th>" for name in head)
    thead = f"<thead><tr>{titles}</tr></thead>\n" if any(head) else ""
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n" for row in rows)
    return f"<table>\n{thead}<tbody>\n{body}</tbody>\n</table>\n"


_STYLE = """
a { color: var(--bar); } td { overflow-wrap: anywhere; } td:last-child { min-width: 6rem; }
details { margin-top: .5rem; } summary { cursor: pointer; } meter { width: 5rem; }
td:has(meter) { white-space: nowrap; }
em { color: var(--soft); }
"""
