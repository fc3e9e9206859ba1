"""Whose file is which: layouts, and everything that a folder of submissions can be wrong with."""

import os
import unicodedata
from pathlib import Path

import pytest

from rlprep.classroom.folder import identity, read_folder
from rlprep.classroom.layouts import Layout
from rlprep.errors import LearnerError

SOURCE = "x = 1\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SOURCE)


def students(folder: Path, layout: Layout = Layout.AUTO) -> dict[str, str]:
    return {each.student: each.problem for each in read_folder(folder, layout).found}


def test_files_are_students_by_their_stems(folder: Path):
    put(folder, "ada.py", "bob.py", "README.md", ".hidden.py", "__pycache__/ada.py")
    read = read_folder(folder)
    assert read.layout is Layout.FILES
    assert [(e.student, e.shown, e.problem) for e in read.found] == [
        ("ada", "ada.py", ""),
        ("bob", "bob.py", ""),
    ]
    assert read.ignored == (".hidden.py", "README.md")


def test_folders_are_students_with_one_file_somewhere_in_them(folder: Path):
    put(folder, "ada/gae.py", "bob/src/deep/gae.py", "bob/__pycache__/x.py", "bob/.venv/y.py")
    put(folder, "notes.py")
    read = read_folder(folder)
    assert read.layout is Layout.FOLDERS
    assert [(e.student, e.shown, e.problem) for e in read.found] == [
        ("ada", "ada/gae.py", ""),
        ("bob", "bob/src/deep/gae.py", ""),
    ]
    assert read.ignored == ("notes.py",)


def test_a_named_layout_is_taken_whatever_there_is_more_of(folder: Path):
    put(folder, "ada/gae.py", "bob/gae.py", "cy.py")
    assert students(folder, Layout.FILES) == {"cy": ""}
    assert set(students(folder, Layout.FOLDERS)) == {"ada", "bob"}


def test_several_files_of_one_student_are_for_a_person_to_look_at(folder: Path):
    put(folder, "ada/a.py", "ada/b.py", "bob/a.py", *(f"cy/{n}.py" for n in range(9)))
    found = students(folder)
    assert found["ada"] == "2 files for one student: ada/a.py, ada/b.py"
    assert found["bob"] == ""
    assert found["cy"].endswith("cy/4.py and 4 more")


def test_two_names_that_are_one_identity(folder: Path):
    put(folder, "ren\u00e9.py", "rene\u0301.py", "ada.py", "ada.PY")
    found = students(folder)
    assert set(found) == {"ren\u00e9", "ada"}
    assert all(problem.startswith("2 files for one student") for problem in found.values())


def test_a_folder_without_a_file_and_one_with_far_too_many(folder: Path, monkeypatch):
    monkeypatch.setattr("rlprep.classroom.folder.MOST_ENTRIES", 20)
    (folder / "ada").mkdir()
    put(folder, *(f"bob/data/{n}.txt" for n in range(30)))
    (folder / "cy").symlink_to(folder / "ada")
    assert students(folder) == {
        "ada": "no .py file in the folder",
        "bob": "over 20 files in the folder",
        "cy": "the folder is a symbolic link",
    }


def test_links_inside_a_students_folder_are_never_followed(folder: Path):
    put(folder, "ada/a.py", "secret/s.py")
    (folder / "ada" / "more").symlink_to(folder / "secret")
    (folder / "ada" / "loop").symlink_to(folder / "ada")
    assert students(folder)["ada"] == ""


HOSTILE = [
    "=cmd()|' calc'!A0",
    "a\nb",
    "\u202egnp",
    "x..",
    "$(id)",
    "-rf",
    "a\tb",
    "%00",
    "名前",
    "a" * 200,
]


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_is_an_identity(folder: Path, name: str):
    put(folder, f"{name}.py")
    ((student, problem),) = students(folder).items()
    assert (student, problem) == (unicodedata.normalize("NFC", name), "")


def test_hidden_python_files_are_nobodys_but_dont_vanish(folder: Path):
    put(folder, "ada.py", "...py", ".x.py", "._ada.py", ".DS_Store", "__init__.py")
    read = read_folder(folder)
    assert [each.student for each in read.found] == ["ada"]
    assert read.ignored == ("...py", ".x.py", "__init__.py")


def test_bytes_that_are_no_text_can_be_stored_and_printed(folder: Path):
    raw = os.fsencode(folder) + b"/caf\xe9.py"
    Path(os.fsdecode(raw)).write_text(SOURCE)
    (only,) = read_folder(folder).found
    assert only.student == "caf\\xe9"
    assert only.shown == "caf\\xe9.py"
    assert only.file is not None
    assert only.file.read_text() == SOURCE


def test_a_name_of_blanks_is_nobodys(folder: Path):
    put(folder, " .py")
    assert students(folder) == {"?": "the name says of nobody whose it is"}


def test_identities_are_composed_and_trimmed():
    assert identity(" rene\u0301 ") == "ren\u00e9"


def test_an_empty_folder_and_no_folder(folder: Path):
    with pytest.raises(LearnerError, match=r"nothing to grade: no \.py file"):
        read_folder(folder)
    with pytest.raises(LearnerError, match="no student's folder"):
        read_folder(folder, Layout.FOLDERS)
    with pytest.raises(LearnerError, match="not a class's folder: no such file"):
        read_folder(folder / "nowhere")
