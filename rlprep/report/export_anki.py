"""The bank as an Anki package: notes whose ids come from the items' ids, so corrections update.

A note is told by its kind, its item's id and, within a question, the misconception's id or the
number of the follow-up. Anki updates a known note's text and leaves its schedule alone.
"""

import hashlib
import io
import itertools
import json
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING

from rlprep.bank.formula import Formula
from rlprep.bank.load import Bank
from rlprep.bank.schema import Question
from rlprep.errors import MissingExtraError
from rlprep.report.markdown_html import as_mathjax, to_html, to_inline_html
from rlprep.report.prose import printable

if TYPE_CHECKING:
    import genanki

_MODEL_ID = 1_734_902_116
"""Of the note type. A change of its fields needs another number; a new look doesn't."""
_FIELDS = ("Item", "Topic", "Front", "Back")
_CSS = """
.card { font: 20px/1.4 system-ui, sans-serif; max-width: 40em; margin: 0 auto; padding: 0 1em; }
.topic { color: #888; font-size: 14px; } li { margin: .3em 0; }
table { border-collapse: collapse; } td, th { border: 1px solid #999; padding: .2em .5em; }
"""


@dataclass(frozen=True)
class Note:
    """One card: `key` names it for ever, the rest may be corrected. Front and back are HTML."""

    key: str
    topic: str
    front: str
    back: str
    tags: tuple[str, ...]


def notes(bank: Bank, questions: tuple[str, ...], formulas: tuple[str, ...]) -> Iterator[Note]:
    """Yield the notes of the questions and formulas with these ids."""
    for id_ in questions:
        yield from _question_notes(bank.question(id_))
    for id_ in formulas:
        yield _formula_note(bank.formula(id_))


def package(items: list[Note], deck: str, title: str, moment: datetime) -> bytes:
    """Return an Anki package (.apkg).

    Args:
        items: its notes.
        deck: what the deck's id is made of; the same for ever.
        title: the deck's name.
        moment: when the notes were changed last: now, so that Anki takes the corrections.

    Raises:
        MissingExtraError: genanki isn't installed.
    """
    try:
        import genanki
    except ImportError:
        raise MissingExtraError("an Anki package", "anki") from None
    holder = genanki.Deck(_number(f"rlprep/deck/{deck}"), title)
    model = _model()
    for number, item in enumerate(items):  # new cards come in this order
        fields = [item.key, item.topic, item.front, item.back]
        guid = genanki.guid_for("rlprep", item.key)
        holder.add_note(genanki.Note(model, fields, tags=list(item.tags), guid=guid, due=number))
    seconds = moment.timestamp()
    with closing(sqlite3.connect(":memory:")) as connection:
        ids = itertools.count(int(seconds * 1000))
        genanki.Package(holder).write_to_db(connection.cursor(), seconds, ids)
        connection.commit()
        collection = connection.serialize()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("collection.anki2", collection)
        archive.writestr("media", json.dumps({}))
    return file.getvalue()


def _model() -> "genanki.Model":
    import genanki

    topic = "<p class='topic'>{{Topic}}</p>"
    front = f"{topic}{{{{Front}}}}"
    return genanki.Model(
        _MODEL_ID,
        "rlprep",
        fields=[{"name": name} for name in _FIELDS],
        templates=[{"name": "Card", "qfmt": front, "afmt": f"{front}<hr id='answer'>{{{{Back}}}}"}],
        css=_CSS,
    )


def _number(text: str) -> int:
    """Return a number for a name, in the range that Anki uses for ids made by programs."""
    return (1 << 30) + int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % (1 << 30)


def _question_notes(question: Question) -> Iterator[Note]:
    topic = escape(printable(question.title))
    points = "".join(f"<li>{_inline(point.text)}</li>" for point in question.rubric)
    tags = ("rlprep", f"rlprep::{question.id}")
    key = f"question/{question.id}"
    yield Note(key, topic, _block(question.prompt), f"<ul>{points}</ul>", (*tags, "rlprep::rubric"))
    for number, each in enumerate(question.follow_ups, 1):
        yield Note(
            f"{key}/follow_up/{number}",
            topic,
            _block(each.prompt),
            _block(each.answer),
            (*tags, "rlprep::follow_up"),
        )
    for trap in question.misconceptions:
        front = (
            f"<p>What is wrong with this claim?</p><blockquote>{_block(trap.claim)}</blockquote>"
        )
        back = _block(trap.correction)
        yield Note(
            f"{key}/misconception/{trap.id}", topic, front, back, (*tags, "rlprep::misconception")
        )


def _formula_note(formula: Formula) -> Note:
    symbols = "".join(
        f"<li>{as_mathjax(each.symbol, False)}: {_inline(each.meaning)}</li>"
        for each in formula.symbols
    )
    conventions = "".join(f"<li>{_inline(each)}</li>" for each in formula.conventions)
    back = f"{as_mathjax(formula.reference, True)}<ul>{symbols}</ul>"
    back += f"<p>Conventions</p><ul>{conventions}</ul>" if conventions else ""
    return Note(
        f"formula/{formula.id}",
        escape(printable(formula.title)),
        _block(formula.prompt),
        back,
        ("rlprep", f"rlprep::{formula.id}", "rlprep::formula"),
    )


def _block(text: str) -> str:
    return to_html(text, as_mathjax).strip()


def _inline(text: str) -> str:
    return to_inline_html(text, as_mathjax)
