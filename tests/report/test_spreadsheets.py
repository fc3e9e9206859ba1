"""CSV that a spreadsheet shows and never runs, and a gradebook that comes back as it went."""

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rlprep.classroom.record import ClassReport, Entry, State
from rlprep.errors import LearnerError, MisuseError
from rlprep.report.canvas import fill_canvas
from rlprep.report.spreadsheet import guarded, rows
from tests.report.sample import sample, wrong

EXPORT = (Path(__file__).parent.parent / "data" / "canvas_export.csv").read_bytes().decode()

GUARDED = {
    "=1+1": "'=1+1",
    "+49 30": "'+49 30",
    "-5": "'-5",
    "@SUM(A1)": "'@SUM(A1)",
    "\t=1": "' =1",
    "\rx": "'\ufffdx",
    "  =1": "'  =1",
    "\u200b=1": "'\ufffd=1",
    "\ufeff=1": "'\ufffd=1",
    "＝1": "'＝1",
    "'=1": "'=1",
    "Ann = Bob": "Ann = Bob",
    "O'Neill-Smith": "O'Neill-Smith",
    "two\nlines": "two lines",
    "\x00\x1b[31m": "\ufffd\ufffd[31m",
    "": "",
}


@pytest.mark.parametrize(("text", "cell"), GUARDED.items(), ids=map(repr, GUARDED))
def test_a_text_becomes_no_formula(text, cell):
    assert guarded(text) == cell


@given(st.text(max_size=12))
def test_no_text_becomes_a_formula_or_a_second_cell(text):
    (line,) = csv.reader(io.StringIO(rows([[text, 5, None]])))
    first, number, empty = line
    assert not re.match(r"[\s\u200b\ufeff]*[=+\-@\t\r＝＋－＠]", first)
    assert (number, empty) == ("5", "")
    assert guarded(guarded(text)) == guarded(text)


def test_texts_are_quoted_so_that_other_separators_cant_split_them():
    assert rows([["a;=1", 3]]) == '"a;=1",3\r\n'


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_only_the_column_is_written():
    filled = fill_canvas(sample(), EXPORT, "Homework 1")
    assert filled.written == 2
    before, after = cells(EXPORT), cells(filled.text)
    changed = [
        (row, column)
        for row, (was, now) in enumerate(zip(before, after, strict=True))
        for column, (a, b) in enumerate(zip(was, now, strict=True))
        if a != b
    ]
    assert changed == [(3, 6), (4, 0), (4, 6)]
    assert [after[3][6], after[4][6]] == ["5", "3"]
    assert after[4][0] == "'=cmd|calc"  # Canvas finds him by the identities beside it
    assert filled.text.count("\r\n") == filled.text.count("\n") == len(before)


def test_who_has_no_mark_keeps_what_is_there_and_who_is_excused_too():
    filled = fill_canvas(sample(), EXPORT, "Homework 1 (101)")
    after = {row[3]: row[6] for row in cells(filled.text)[3:]}
    assert (after["dee"], after["cy"], after["zoe"]) == ("6", "EX", "")
    assert "cy is excused (EX) and keeps that" in filled.remarks


def test_who_isnt_in_the_gradebook_is_named():
    filled = fill_canvas(sample(), EXPORT, "Homework 1")
    assert filled.unmatched == ('=HYPERLINK("http://x")',)


def test_a_new_column_says_what_it_is_worth():
    filled = fill_canvas(sample(), EXPORT, "Homework 2")
    head, _, points, ann, *_ = cells(filled.text)
    assert (head[-1], points[-1], ann[-1]) == ("Homework 2", "10", "5")
    assert "'Homework 2' is new: Canvas will ask whether to create it" in filled.remarks


def test_a_column_that_is_worth_something_else_is_remarked_on():
    report = replace(sample(), max_points=15)
    (remark,) = [r for r in fill_canvas(report, EXPORT, "Homework 1").remarks if "worth" in r]
    assert remark.endswith("is worth 10.0 points in Canvas, the marks are out of 15")


def test_semicolons_a_byte_order_mark_and_unix_lines_come_back():
    text = "\ufeffStudent;ID;SIS Login ID;Section;HW (7)\n    Points Possible;;;;10,0\n"
    text += "Ann;1;ann;A;\n"
    filled = fill_canvas(sample(), text, "HW")
    assert filled.text == text.replace("Ann;1;ann;A;", "Ann;1;ann;A;5")
    assert not [remark for remark in filled.remarks if "worth" in remark]


def of(*students: str) -> ClassReport:
    entries = tuple(Entry(s, "", "p", "h", 1, State.GRADED, (wrong("p"),)) for s in students)
    return ClassReport("t", ("gae",), 5, entries, {})


HEAD = "Student,ID,SIS User ID,SIS Login ID,Section,HW (7)\n"


def test_a_login_comes_before_an_id_that_is_equal():
    filled = fill_canvas(of("12"), f"{HEAD}A,12,u,a,S,\nB,9,v,12,S,\n", "HW")
    assert [row[5] for row in cells(filled.text)[1:]] == ["", "3"]


def test_two_rows_of_one_identity_get_nothing():
    filled = fill_canvas(of("a"), f"{HEAD}A,1,u,a,S,\nB,2,v,A,S,\n", "HW")
    assert (filled.written, filled.unmatched) == (0, ("a",))
    assert "a stands in several rows" in filled.remarks


def test_two_students_of_one_row_dont_overwrite_each_other():
    filled = fill_canvas(of("a", "u"), f"{HEAD}A,1,u,a,S,\n", "HW")
    assert (filled.written, filled.unmatched) == (1, ("u",))


NO_EXPORT = {
    "empty": "",
    "another table": "name,mark\nAnn,3\n",
    "no CSV": 'Student,ID\n"a"b,1\n',
    "a row too long": "Student,ID\na,b,c\n",
}


@pytest.mark.parametrize("text", NO_EXPORT.values(), ids=NO_EXPORT)
def test_what_is_no_export_is_refused(text):
    with pytest.raises(LearnerError, match="no gradebook that Canvas exported"):
        fill_canvas(sample(), text, "HW")


MISUSE = {
    "ID": "no column for marks",
    "": "no column for marks",
    "=HW": "take '=HW' for a formula",
    "Current Score": "Canvas calculates the column",
}


@pytest.mark.parametrize(("column", "words"), MISUSE.items())
def test_columns_that_cant_be_written(column, words):
    with pytest.raises(MisuseError, match=re.escape(words)):
        fill_canvas(sample(), EXPORT, column)


def test_a_title_that_two_columns_have_must_be_given_whole():
    text = "Student,ID,HW (1),HW (2)\nA,a,,\n"
    with pytest.raises(MisuseError, match="several columns"):
        fill_canvas(of("a"), text, "HW")
    assert fill_canvas(of("a"), text, "HW (2)").text.endswith("A,a,,3\n")
