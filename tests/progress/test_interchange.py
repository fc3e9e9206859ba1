"""Progress as lines of JSON: there and back, twice, and what is refused."""

import io
import json

import pytest

from rlprep.progress.attempt import to_line
from rlprep.progress.interchange import LONGEST_LINE, Imported, export_lines, import_lines
from rlprep.progress.store import Store
from tests.progress.conftest import attempt
from tests.progress.test_store import HOSTILE


def taken(store: Store, *lines: str | bytes) -> Imported:
    data = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
    return import_lines(store, io.BytesIO(data))


def changed(**values: object) -> str:
    return json.dumps({**json.loads(to_line(attempt())), **values})


def test_there_and_back_and_twice_is_once(store: Store, tmp_path):
    some = [attempt(text=HOSTILE), attempt("ppo", "formula", None, 1), attempt("gae", day=2)]
    store.add(some)
    lines = list(export_lines(store))
    assert all(line.isascii() and line.endswith("\n") for line in lines)
    other = Store(tmp_path / "other", lambda _: None)
    assert taken(other, *lines) == Imported(3, 0, ())
    assert taken(other, *lines) == Imported(0, 3, ())
    assert other.attempts() == some
    assert list(export_lines(other)) == lines


def test_a_line_has_its_contract():
    line = json.loads(to_line(attempt()))
    assert set(line) == {"schema", "id", "kind", "item", "at", "share", "verdict", "details"}
    assert line["schema"] == "rlprep.attempt/v1"
    assert line["at"] == "2026-03-02T09:00:00.000Z"


BAD = {
    "no JSON": ("{", "no JSON object"),
    "a list": ("[1]", "no JSON object"),
    "too deep": ("[" * 100_000, "no JSON object"),
    "a number like no other": (changed(share=float("nan")), "no JSON object"),
    "of a newer rlprep": (changed(schema="rlprep.attempt/v2"), "written by a newer rlprep"),
    "of another program": (changed(schema="x/v1"), "its schema isn't rlprep.attempt/v1"),
    "no schema": ('{"id": "x"}', "its schema isn't rlprep.attempt/v1"),
    "half": ('{"schema": "rlprep.attempt/v1", "id": "x"}', "'kind' is missing"),
    "an unknown kind": (changed(kind="poem"), "'kind' is none of question, formula, exercise"),
    "a kind that is a list": (changed(kind=[]), "'kind' is none of"),
    "an item that is no id": (changed(item="../gae"), "'item' is no id"),
    "an id with a space": (changed(id="a b"), "'id' is no id"),
    "an id that is a number": (changed(id=7), "'id' is no id"),
    "a share above one": (changed(share=1.01), "'share' is no number from 0 to 1"),
    "a share that is true": (changed(share=True), "'share' is no number from 0 to 1"),
    "a share beyond all": (changed(share=10**400), "'share' is no number from 0 to 1"),
    "a day of no calendar": (changed(at="2026-02-30T09:00Z"), "'at' is no moment"),
    "a time without a zone": (changed(at="2026-03-02T09:00"), "'at' is no moment"),
    "a far future": (changed(at="9999-12-31T23:59:59Z"), "'at' is no moment"),
    "a verdict of two lines": (changed(verdict="a\nb"), "'verdict' is no word"),
    "details that are a text": (changed(details="x"), "'details' is no object"),
    "no UTF-8": (b'{"schema": "\xff"}', "not UTF-8"),
    "endless": (b"[" * (LONGEST_LINE + 10), "too long"),
}


@pytest.mark.parametrize(("line", "reason"), BAD.values(), ids=BAD)
def test_a_bad_line_is_named_and_the_others_come_in(store: Store, line, reason: str):
    found = taken(store, to_line(attempt("gae")), "", line, to_line(attempt("ppo")))
    assert found.new == 2
    ((number, why),) = found.refused
    assert number == 3
    assert reason in why
    assert [each.item for each in store.attempts()] == ["gae", "ppo"]


def test_a_known_id_with_other_content_is_named_and_changes_nothing(store: Store):
    one = attempt()
    store.add([one])
    found = taken(store, to_line(attempt("ppo")), changed(id=one.id, share=0.25))
    assert (found.new, found.known) == (1, 0)
    assert found.refused[0][0] == 2
    assert "other content" in found.refused[0][1]
    assert one in store.attempts()


def test_a_byte_order_mark_and_windows_line_ends_are_no_matter(store: Store):
    line = to_line(attempt())
    assert taken(store, f"\ufeff{line}\r", f"{line}\r").new == 1
