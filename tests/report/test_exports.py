"""Anki cards, Markdown and the interviewer's sheet: complete, escaped, and stable."""

import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import pytest

from rlprep.bank.load import Bank, load_bank
from rlprep.bank.select import select
from rlprep.report.export_anki import Note, notes, package
from rlprep.report.export_markdown import markdown
from rlprep.report.export_sheet import sheet
from rlprep.report.markdown_html import as_mathjax, to_html, to_inline_html

BANK = load_bank()
ROUND = select(BANK, part=None, question=None)
NOW = datetime(2026, 3, 2, tzinfo=UTC)
SHEET = sheet(BANK, ROUND)
VOID = {"meta", "input", "br", "hr", "img", "link"}


class Page(HTMLParser):
    """Reads a page, holds that every tag is closed in order, and gathers what it shows."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.shown = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.shown += data

    def count(self, tag: str) -> int:
        return sum(seen == tag for seen, _ in self.seen)


def plain(text: str) -> str:
    return "".join(text.split())


def test_the_sheet_has_everything_an_interviewer_wants():
    page = Page(SHEET)
    questions = [BANK.question(id_) for id_ in ROUND.questions]
    boxes = sum(len(question.rubric) for question in questions)
    assert page.count("input") == 2 * boxes
    assert page.count("section") == len(questions) == 10
    shown = plain(page.shown)
    for question in questions:
        assert plain(question.title) in shown
        for text in (*(each.prompt for each in question.follow_ups), *question.hints):
            words = plain(text.split("$")[0].split("*")[0])
            assert words in shown, text
    assert shown.count("Modelanswer") == 10
    assert "87points" in shown
    assert page.count("math") > 700
    ids = {attributes.get("id") for _, attributes in page.seen} - {None}
    links = {str(attributes["href"]) for tag, attributes in page.seen if tag == "a"}
    assert {f"#{id_}" for id_ in ids} >= {link for link in links if link.startswith("#")}


def test_no_formula_of_the_sheet_falls_back_to_its_source():
    page = Page(SHEET)
    assert "\\" not in page.shown
    assert "$" not in page.shown


def test_the_sheet_loads_nothing_and_prints_dark_on_light():
    text = SHEET
    assert "default-src 'none'" in text
    tags = {tag for tag, _ in Page(text).seen}
    assert not tags & {"script", "img", "link", "iframe", "object", "form"}
    assert "break-before: page" in text
    assert "color-scheme: light; --fg: #000; --bg: #fff" in text


HOSTILE_QUESTION = """\
kind: question
id: softmax
title: "<script>alert(1)</script> & co"
minutes: 3
prompt: >-
  ![x](http://evil/x.png) <img src=x onerror=alert(1)> [a](javascript:alert(1))
  $\\text{</math><script>}$
hints: ["\\u202e hint"]
rubric:
  - id: shift
    text: "| not a table $\\\\nosuch{x}$"
    examples: {match: [a], no_match: [b]}
follow_ups:
  - {prompt: "`<b>`", answer: "<b>bold</b>"}
sources: [{cite: A textbook}]
"""


def test_a_hostile_pack_can_neither_load_nor_run_anything(pack: Path):
    (pack / "questions" / "softmax.yaml").write_text(HOSTILE_QUESTION, "utf-8")
    bank = load_bank([pack])
    assert not bank.skipped
    chosen = select(bank, part=None, question="softmax")
    text = sheet(bank, chosen)
    page = Page(text)
    assert not {tag for tag, _ in page.seen} & {"script", "img", "b"}
    assert all("onerror" not in attributes for _, attributes in page.seen)
    assert not any("javascript" in str(attributes.get("href")) for _, attributes in page.seen)
    assert "\u202e" not in text
    assert r"\nosuch{x}" in page.shown  # what can't be set is shown as it was written
    for note in notes(bank, chosen.questions, ()):
        assert not {tag for tag, _ in Page(note.front + note.back).seen} & {"script", "img"}


def test_markdown_has_the_same_and_keeps_its_mathematics():
    text = markdown(BANK, ROUND)
    points = sum(len(BANK.question(id_).rubric) for id_ in ROUND.questions)
    assert text.count("\n- [ ] (") == points
    assert text.count("### Model answer") == 10
    assert r"$$\hat A_t = \sum_{l=0}^{\infty} (\gamma \lambda)^l \, \delta_{t+l}$$" in text
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings[0] == "# Policy-gradient RL and efficient attention"
    assert sum(line.startswith("# ") for line in headings) == 1
    assert sum(line.startswith("## ") for line in headings) == 12
    assert Page(to_html(text)).count("li") >= points


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("one $x$.", "one <span style='white-space: nowrap'><math"),
        ("a\n\nb", "<p>a</p>\n<p>b</p>"),
        ("*a* **b** `c`", "<em>a</em> <strong>b</strong> <code>c</code>"),
        ("$a|b$ | c", "|</mo>"),
    ],
)
def test_markdown_becomes_html(text: str, html: str):
    assert html in to_inline_html(text)


def test_a_table_with_a_bar_in_a_formula_keeps_its_columns():
    page = Page(to_html("| a | b |\n|---|---|\n| $p(x|y)$ | 2 |\n"))
    assert page.count("td") == 2


def test_mathematics_for_anki_is_mathjax_and_escaped():
    assert as_mathjax("a < b", False) == r"\(a &lt; b\)"
    assert to_html("so $$x$$", as_mathjax) == "<p>so \\[x\\]</p>\n"


def collection(data: bytes, path: Path) -> dict[str, tuple[str, int, int]]:
    """What Anki would find: each note's guid with its fields, note type and deck."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        assert set(archive.namelist()) == {"collection.anki2", "media"}
        assert json.loads(archive.read("media")) == {}
        path.write_bytes(archive.read("collection.anki2"))
    query = "SELECT guid, flds, mid, did FROM notes JOIN cards ON cards.nid = notes.id"
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = connection.execute(query).fetchall()
    found = {guid: (fields, model, deck) for guid, fields, model, deck in rows}
    assert len(found) == len(rows)
    return found


def whole(bank: Bank) -> list[Note]:
    return list(notes(bank, ROUND.questions, tuple(bank.ids("formula"))))


def test_a_package_has_a_card_for_everything(tmp_path: Path):
    items = whole(BANK)
    questions = [BANK.question(id_) for id_ in ROUND.questions]
    assert len(items) == len(BANK.ids("formula")) + sum(
        1 + len(each.follow_ups) + len(each.misconceptions) for each in questions
    )
    found = collection(package(items, "core", "Round", NOW), tmp_path / "c.anki2")
    assert len(found) == len(items)
    shown = "\n".join(fields for fields, _, _ in found.values())
    assert r"\(\gamma\)" in shown
    assert "$" not in shown
    assert len({(model, deck) for _, model, deck in found.values()}) == 1


def test_a_corrected_note_keeps_its_ids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    items = whole(BANK)
    corrected = [Note(n.key, n.topic, n.front + " (corrected)", n.back, n.tags) for n in items]
    before = collection(package(items, "core", "Round", NOW), tmp_path / "a.anki2")
    after = collection(package(corrected, "core", "A new title", NOW), tmp_path / "b.anki2")
    assert before.keys() == after.keys()
    assert {each[1:] for each in before.values()} == {each[1:] for each in after.values()}
    assert all("(corrected)" in fields for fields, _, _ in after.values())


def test_notes_have_ids_that_never_change():
    """These are in people's collections: another id would make every card a new one."""
    keys = [note.key for note in whole(BANK)]
    assert len(set(keys)) == len(keys)
    assert {"question/gae", "question/gae/follow_up/1", "formula/ppo_clip"} <= set(keys)
    assert "question/gae/misconception/swap" in keys


def test_the_package_of_one_pack_is_a_deck_of_its_own(tmp_path: Path):
    some = whole(BANK)[:3]
    one = collection(package(some, "core", "Round", NOW), tmp_path / "a.anki2")
    other = collection(package(some, "mine", "Round", NOW), tmp_path / "b.anki2")
    assert {deck for _, _, deck in one.values()} != {deck for _, _, deck in other.values()}


@pytest.mark.parametrize("face", [sheet, markdown], ids=["html", "markdown"])
def test_a_selection_holds_only_what_was_asked_for(face: Callable[..., str]):
    text = face(BANK, select(BANK, part="B", question=None))
    assert "Grouped-query attention" in text
    assert "Trust region policy" not in text
