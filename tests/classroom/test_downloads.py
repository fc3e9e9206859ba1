"""Downloads from Canvas, Moodle and Gradescope: whose is which, duplicates, and hostile names."""

import os
import unicodedata
from pathlib import Path

import pytest

from rlprep.classroom.downloads import canvas_label, moodle_label
from rlprep.classroom.enrol import enrolled
from rlprep.classroom.folder import Found, read_folder
from rlprep.classroom.layouts import Layout
from rlprep.cli.class_ import LayoutChoice
from rlprep.errors import LearnerError


def put(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n")
    return folder


CANVAS = {
    "lovelaceada_4711_90210_gae.py": ("4711", "lovelaceada", 90210, "gae.py"),
    "lovelaceada_LATE_4711_90210_gae-2.py": ("4711", "lovelaceada", 90210, "gae-2.py"),
    "李雷_1_2_作业.py": ("1", "李雷", 2, "作业.py"),
    "o_brien_4711_90210_gae.py": ("4711", "o_brien", 90210, "gae.py"),
    "_4711_90210_gae.py": ("4711", "", 90210, "gae.py"),
    "ada_4711_90210_1_gae.py": ("4711", "ada", 90210, "1_gae.py"),
    "ada_4711_90210_bob_1_2_gae.py": ("4711", "ada", 90210, "bob_1_2_gae.py"),
    "ada_4711_90210_a\nb.py": ("4711", "ada", 90210, "a\nb.py"),
    "anon_x7Qd1_90210_gae.py": ("anon_x7Qd1", "", 90210, "gae.py"),
    "LATE_anon_x7Qd1_90210_gae.py": ("anon_x7Qd1", "", 90210, "gae.py"),
    "shannon_77_90210_gae.py": ("77", "shannon", 90210, "gae.py"),
    "gae.py": None,
    "hw1_2024_gae.py": None,
    "2024_07_gae.py": None,
    "ada_٤_٥_gae.py": None,
    "ada_4711_90210_": None,
}


@pytest.mark.parametrize(("entry", "whose"), CANVAS.items())
def test_what_canvas_puts_into_a_name(entry, whose):
    label = canvas_label(entry)
    assert (label and (label.student, label.name, label.upload, label.file)) == whose


MOODLE = {
    "Ada Lovelace_4711_assignsubmission_file_": ("4711", "Ada Lovelace"),
    "Ada Lovelace_4711_assignsubmission_file": ("4711", "Ada Lovelace"),
    "Participant_4711_assignsubmission_file_": ("4711", "Participant"),
    "Ada_4711_assignsubmission_file_Bob_1_assignsubmission_file_.py": ("4711", "Ada"),
    "Ada Lovelace_4711": None,
    "Ada Lovelace_assignsubmission_file_": None,
}


@pytest.mark.parametrize(("entry", "whose"), MOODLE.items())
def test_what_moodle_puts_into_a_name(entry, whose):
    label = moodle_label(entry)
    assert (label and (label.student, label.name)) == whose


def test_a_canvas_download_is_known_by_its_names_and_the_newest_upload_counts(tmp_path):
    put(
        tmp_path,
        "lovelaceada_1_70_gae.py",
        "lovelaceada_LATE_1_100_gae-1.py",
        "lovelaceada_1_90_gae-2.py",
        "hopper_2_5_gae.py",
        "hopper_2_6_notes.pdf",
        "turing_3_7_gae.ipynb",
    )
    read = read_folder(tmp_path)
    assert read.layout is Layout.CANVAS
    assert [(e.student, e.name, e.shown, e.problem) for e in read.found] == [
        ("1", "lovelaceada", "lovelaceada_LATE_1_100_gae-1.py", ""),
        ("2", "hopper", "hopper_2_5_gae.py", ""),
        ("3", "turing", "turing_3_7_gae.ipynb", "not a .py file"),
    ]
    assert read.ignored == ("hopper_2_6_notes.pdf",)
    assert read.remarks == (
        "1 handed in again: lovelaceada_LATE_1_100_gae-1.py counts, not lovelaceada_1_70_gae.py,"
        " lovelaceada_1_90_gae-2.py",
    )


def test_other_files_and_other_names_under_one_number_are_for_a_person_to_look_at(tmp_path):
    put(tmp_path, "ada_1_70_gae.py", "ada_1_71_entropy.py", "bob_2_1_gae.py", "eve_2_9_gae.py")
    read = read_folder(tmp_path, Layout.CANVAS)
    assert [each.problem for each in read.found] == [
        "2 files for one student: ada_1_70_gae.py, ada_1_71_entropy.py",
        "2 files for one student: bob_2_1_gae.py, eve_2_9_gae.py",
    ]
    assert read.remarks == ()


@pytest.mark.parametrize(
    "names",
    [
        ["hw1_2024_07_ada.py", "hw1_2024_07_bob.py"],
        ["ada_1_2_gae.py", "bob_1_3_gae.py"],
        ["ada_1_2_gae.py", "bob.py"],
    ],
)
def test_ones_own_names_arent_taken_for_canvas(tmp_path, names):
    read = read_folder(put(tmp_path, *names))
    assert read.layout is Layout.FILES
    assert [each.shown for each in read.found] == names


def test_moodle_folders(tmp_path):
    put(
        tmp_path,
        "René Descartes_11_assignsubmission_file_/src/gae.py",
        "Ada Lovelace_12_assignsubmission_file/gae.py",
        "Ada Lovelace_12_assignsubmission_onlinetext/onlinetext.html",
        "Ada Lovelace_13_assignsubmission_file_/a.py",
        "Ada Lovelace_13_assignsubmission_file_/b.py",
        "Eve_14_assignsubmission_onlinetext_/onlinetext.html",
    )
    read = read_folder(tmp_path)
    assert read.layout is Layout.MOODLE
    assert {e.student: (e.name, e.problem[:7]) for e in read.found} == {
        "11": ("René Descartes", ""),
        "12": ("Ada Lovelace", ""),
        "13": ("Ada Lovelace", "2 files"),
        "14": ("Eve", "no .py "),
    }
    assert read.ignored == ("Ada Lovelace_12_assignsubmission_onlinetext",)


def test_moodle_files(tmp_path):
    put(
        tmp_path,
        "Ada_12_assignsubmission_file_gae.py",
        "Ada_12_assignsubmission_file_plot.png",
        "Bob_13_assignsubmission_file_gae.py",
        "Eve_14_assignsubmission_file_gae.txt",
    )
    read = read_folder(tmp_path)
    assert read.layout is Layout.MOODLE
    assert [(e.student, e.name, e.problem) for e in read.found] == [
        ("12", "Ada", ""),
        ("13", "Bob", ""),
        ("14", "Eve", "not a .py file"),
    ]
    assert read.ignored == ("Ada_12_assignsubmission_file_plot.png",)


def test_two_files_beside_each_other_in_moodle_are_for_a_person_to_look_at(tmp_path):
    put(tmp_path, "Ada_12_assignsubmission_file_a.py", "Ada_12_assignsubmission_file_b.py")
    (ada,) = read_folder(tmp_path).found
    assert ada.problem.startswith("2 files for one student")
    assert ada.also == ("Participant 12",)


def test_the_newest_upload_is_the_one_of_the_largest_number(tmp_path):
    put(tmp_path, "ada_1_100_gae.py", "ada_1_90_gae-1.py", "bob_2_1_gae.py")
    ada, _ = read_folder(tmp_path).found
    assert ada.shown == "ada_1_100_gae.py"


EXPORT = """\
---
submission_10:
  :submitters:
  - :name: Ada Lovelace
    :sid: '0012'
    :email: ada@uni.edu
  :created_at: 2026-04-26 17:34:00.861687000 Z
  :results: !ruby/hash:ActiveSupport::HashWithIndifferentAccess
    output: |-
      submission_11:
      :submitters:
      - :name: Eve
        :sid: '0013'
  :history:
  - :id: 9
    :submitters:
    - :name: Eve
submission_11:
  :submitters:
  - :name: "Ren\\xE9: [Descartes]"
    :sid:
    :email: rene@uni.edu
  - :name: Bob
    :sid: '0014'
    :email: ''
  :score: 1.0
submission_12:
  :submitters: []
"""


def test_a_gradescope_export_is_read_by_its_list(tmp_path):
    put(tmp_path, *(f"submission_{n}/gae.py" for n in (10, 11, 12, 13)), "notes.py")
    (tmp_path / "submission_metadata.yml").write_text(EXPORT, "utf-8")
    read = read_folder(tmp_path)
    assert read.layout is Layout.GRADESCOPE
    assert [(e.student, e.name, e.also, e.shown, e.problem) for e in read.found] == [
        ("0012", "Ada Lovelace", ("ada@uni.edu",), "submission_10/gae.py", ""),
        ("0014", "Bob", (), "submission_11/gae.py", ""),
        ("rene@uni.edu", "René: [Descartes]", ("rene@uni.edu",), "submission_11/gae.py", ""),
        ("submission_12", "", (), "submission_12/gae.py", ""),
    ]
    assert read.ignored == ("notes.py", "submission_13", "submission_metadata.yml")


def test_what_a_submission_printed_never_says_whose_a_folder_is(tmp_path):
    put(tmp_path, "submission_10/gae.py")
    printed = EXPORT.replace("      submission_11:\n", "      submission_10:\n        x\n\n\n")
    (tmp_path / "submission_metadata.yml").write_text(printed, "utf-8")
    assert [each.student for each in read_folder(tmp_path).found] == ["0012"]


def test_what_a_submission_printed_need_not_be_yaml(tmp_path):
    put(tmp_path, "submission_10/gae.py", "submission_11/gae.py")
    printed = EXPORT.replace("  :score: 1.0", "  :score: \x1b[31m: [")
    (tmp_path / "submission_metadata.yml").write_text(printed, "utf-8")
    assert len(read_folder(tmp_path).found) == 3


BAD_EXPORTS = {
    "no text": b"\xff\xfe\xfa",
    "no YAML": b"a: [\n",
    "a list": b"- a\n",
    "nothing": b"",
    "a bomb": b"a: " + b"[" * 100_000,
}


@pytest.mark.parametrize("data", BAD_EXPORTS.values(), ids=BAD_EXPORTS)
def test_another_file_of_that_name_is_refused(tmp_path, data):
    put(tmp_path, "submission_10/gae.py")
    (tmp_path / "submission_metadata.yml").write_bytes(data)
    with pytest.raises(LearnerError, match="not what Gradescope writes"):
        read_folder(tmp_path)


def test_a_list_that_no_class_has_is_refused(tmp_path, monkeypatch):
    put(tmp_path, "submission_10/gae.py")
    (tmp_path / "submission_metadata.yml").write_text(EXPORT, "utf-8")
    monkeypatch.setattr("rlprep.classroom.gradescope.MOST_BYTES", len(EXPORT.encode()))
    assert read_folder(tmp_path).found
    monkeypatch.setattr("rlprep.classroom.gradescope.MOST_BYTES", len(EXPORT.encode()) - 1)
    with pytest.raises(LearnerError, match=r"^submission_metadata\.yml: larger than 0 MB$"):
        read_folder(tmp_path)


def test_what_a_layout_needs_and_isnt_there(tmp_path):
    put(tmp_path, "submission_10/gae.py", "ada.py")
    with pytest.raises(
        LearnerError, match=r"submission_metadata\.yml: can't be read: no such file"
    ):
        read_folder(tmp_path, Layout.GRADESCOPE)
    with pytest.raises(LearnerError, match=r"no \.py file with a name that Canvas gives"):
        read_folder(tmp_path, Layout.CANVAS)
    with pytest.raises(LearnerError, match="a name that Moodle gives"):
        read_folder(tmp_path, Layout.MOODLE)


@pytest.mark.parametrize("name", ["=cmd()|' calc'!A0", "\u202egnp", "-rf", "$(id)", "a" * 150])
def test_a_hostile_name_is_only_text(tmp_path, name):
    put(tmp_path, f"{name}_1_2_gae.py", f"bob_2_3_{name}.py")
    read = read_folder(tmp_path)
    assert [(e.student, e.name) for e in read.found] == [("1", name), ("2", "bob")]
    assert all(each.file and each.file.read_text() for each in read.found)


def test_names_are_composed_and_bytes_that_are_no_text_are_shown(tmp_path):
    put(tmp_path, "rene\u0301_1_2_gae.py")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9_2_3_gae.py")).write_text("x = 1\n")
    assert [each.name for each in read_folder(tmp_path).found] == ["ren\u00e9", "caf\\xe9"]


def test_the_command_offers_every_layout():
    assert {each.value for each in LayoutChoice} == {each.value for each in Layout}


def found(student: str, name: str = "", *also: str) -> Found:
    return Found(student, Path("x.py"), "x.py", "", name, also)


ROSTERS = {
    "by identity": (found("7", "lovelaceada"), {"7": "Ada", "8": "Lovelace, Ada"}, "7"),
    "by another identity": (found("0012", "Ada", "ada@u"), {"ada@u": "Someone"}, "ada@u"),
    "last name first": (found("7", "lovelaceada"), {"al": "Ada Lovelace"}, "al"),
    "with a comma": (found("7", "lovelaceada"), {"al": "Lovelace, Ada"}, "al"),
    "as it is": (found("7", "Ada Lovelace"), {"al": "Ada Lovelace"}, "al"),
    "three words": (found("7", "garcíamárquezana"), {"al": "Ana García Márquez"}, "al"),
    "other letters": (found("7", "garciamarquezana"), {"al": "Ana García Márquez"}, "7"),
    "accents": (
        found("7", "garcíamárquezana"),
        {"al": unicodedata.normalize("NFD", "Ana García Márquez")},
        "al",
    ),
    "punctuation": (found("7", "o_brienmaryann"), {"al": "Mary-Ann O'Brien"}, "al"),
    "capitals": (found("7", "straßejo"), {"al": "Jo STRASSE"}, "al"),
    "nobody's name": (found("7", ""), {"al": "", "bo": "-"}, "7"),
    "namesakes on the roster": (
        found("7", "Ada Lovelace"),
        {"al": "Ada Lovelace", "lo": "Lovelace, Ada"},
        "7",
    ),
}


@pytest.mark.parametrize(("handed", "roster", "student"), ROSTERS.values(), ids=ROSTERS)
def test_who_handed_in_is_called_as_the_roster_does_where_that_is_certain(handed, roster, student):
    (only,) = enrolled([handed], roster)
    assert only.student == student
    assert (only.file, only.name) == (handed.file, handed.name)


def test_nobody_gets_the_identity_of_another():
    handed = [found("1", "Ada L"), found("2", "Ada L"), found("3", "Bob"), found("bo", "Robert")]
    assert enrolled(handed, {"al": "Ada L", "bo": "Bob"}) == handed
    both = [found("1", "A", "x@u"), found("2", "B", "x@u")]
    assert enrolled(both, {"x@u": "X"}) == both
