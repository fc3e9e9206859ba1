"""A folder that was reported into before: stale pages go, and nothing that isn't ours."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from rlprep.errors import RlprepError
from rlprep.report.class_faces import CLASS_FACES, write_class_reports
from rlprep.report.class_folder import LIST, write_folder
from rlprep.report.request import Request
from tests.report.sample import crowd

KIND = "students/*.html"
BOTH = {"class.html": "ada, bob", "students/ada.html": "ada", "students/bob.html": "bob"}
ADA = {"class.html": "ada", "students/ada.html": "ada again"}


def held(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): file.read_text()
        for file in folder.rglob("*")
        if file.is_file() and file.name != LIST
    }


def test_who_is_gone_has_no_page_and_what_is_foreign_stays(tmp_path: Path):
    write_folder(tmp_path / "out", BOTH, KIND)
    assert held(tmp_path / "out") == BOTH
    foreign = {"notes.txt": "mine", "students/eve.html": "not ours", "students/bob.css": "p {}"}
    for name, text in foreign.items():
        (tmp_path / "out" / name).write_text(text)
    write_folder(tmp_path / "out", ADA, KIND)
    assert held(tmp_path / "out") == ADA | foreign
    write_folder(tmp_path / "out", BOTH, KIND)
    write_folder(tmp_path / "out", {}, KIND)
    assert held(tmp_path / "out") == {"class.html": "ada, bob", **foreign}


def test_a_page_that_somebody_changed_is_kept(tmp_path: Path):
    write_folder(tmp_path, BOTH, KIND)
    (tmp_path / "students" / "bob.html").write_text("bob, with a remark")
    write_folder(tmp_path, ADA, KIND)
    assert held(tmp_path) == ADA | {"students/bob.html": "bob, with a remark"}


def test_the_list_names_nobody_and_does_not_grow(tmp_path: Path):
    for number in range(3):
        write_folder(tmp_path, {**BOTH, "students/ada.html": f"ada {number}"}, KIND)
    listed = json.loads((tmp_path / LIST).read_text())
    assert len(listed["files"]) == len(BOTH)
    assert not {"ada", "bob", "html"} & set(re.findall("[a-z]{3,}", str(listed["files"])))


def test_another_format_in_the_same_folder_is_no_business_of_this_one(tmp_path: Path):
    write_folder(tmp_path, {"students/bob.json": "{}"}, "students/*.json")
    write_folder(tmp_path, BOTH, KIND)
    write_folder(tmp_path, ADA, KIND)
    assert held(tmp_path) == ADA | {"students/bob.json": "{}"}
    write_folder(tmp_path, {}, "students/*.json")
    assert held(tmp_path) == ADA


def test_a_run_that_ended_half_way_leaves_nothing_that_the_next_does_not_know(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    write_folder(tmp_path, BOTH, KIND)
    later = {**BOTH, "students/bob.html": "bob, better", "students/eve.html": "eve"}
    from rlprep.report import class_folder

    real = class_folder.write_whole

    def until_bob(path: Path, content: str | bytes) -> None:
        real(path, content)
        if path.name == "bob.html":
            raise RlprepError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(class_folder, "write_whole", until_bob)
        with pytest.raises(RlprepError):
            write_folder(tmp_path, later, KIND)
    assert held(tmp_path)["students/bob.html"] == "bob, better"
    write_folder(tmp_path, ADA, KIND)
    assert held(tmp_path) == ADA


LISTS = {
    "none": None,
    "no JSON": "{",
    "no object": "[]",
    "another schema": '{"schema": "x", "files": []}',
    "no files": '{"schema": "rlprep.report-files/v1"}',
    "files of another kind": '{"schema": "rlprep.report-files/v1", "files": 5}',
}


@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS)
def test_without_a_list_of_ours_nothing_is_taken_away(tmp_path: Path, text: str | None):
    write_folder(tmp_path, BOTH, KIND)
    (tmp_path / LIST).unlink()
    if text is not None:
        (tmp_path / LIST).write_text(text)
    write_folder(tmp_path, ADA, KIND)
    assert held(tmp_path) == ADA | {"students/bob.html": "bob"}


def test_a_link_and_the_same_text_under_another_name_are_nobodys_pages(tmp_path: Path):
    out = tmp_path / "out"
    write_folder(out, BOTH, KIND)
    bob = out / "students" / "bob.html"
    (out / "students" / "copy.html").write_bytes(bob.read_bytes())
    bob.rename(tmp_path / "bob.html")
    bob.symlink_to(tmp_path / "bob.html")
    (out / "students" / "folder.html").mkdir()
    write_folder(out, ADA, KIND)
    assert bob.is_symlink()
    assert (tmp_path / "bob.html").read_text() == "bob"
    assert held(out) == ADA | {"students/bob.html": "bob", "students/copy.html": "bob"}


@pytest.mark.parametrize("format_", ["html", "student-html", "student-json", "gradescope"])
def test_a_class_without_one_of_its_students(tmp_path: Path, format_: str):
    whole = crowd(3)
    write_class_reports(whole, [Request(format_, tmp_path)])
    fewer = replace(whole, entries=whole.entries[1:])
    write_class_reports(fewer, [Request(format_, tmp_path)])
    face = CLASS_FACES[format_]
    assert set(held(tmp_path)) == set(face.files(fewer)) < set(face.files(whole))
