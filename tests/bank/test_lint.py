"""Each planted fault is named, with its file, its line and what to do."""

from pathlib import Path

import pytest

from rlprep.bank.lint import lint
from rlprep.bank.read_yaml import read_yaml
from rlprep.content import content_root


def test_the_shipped_content_is_sound():
    report = lint(content_root())
    assert [str(problem) for problem in report.problems] == []
    assert report.counts["pack"] == 2
    assert report.counts["question"] == 18
    assert report.counts["formula"] == 33
    assert report.counts["exercise"] == 29


def test_a_sound_pack_has_no_problems(pack: Path):
    assert lint(pack).problems == []


# (file, text to replace, replacement, line, what is said)
FAULTS = [
    ("softmax", "title: Softmax", "titel: Softmax", 3, "unknown key 'titel'"),
    ("softmax", "title: Softmax\n", "", 1, "the key 'title' is missing"),
    ("softmax", "id: softmax", "id: Soft-Max", 2, "id: 'Soft-Max' is no valid id"),
    ("softmax", "id: softmax", "id: softmin", 2, "the id 'softmin' is not the file's name"),
    ("softmax", "minutes: 3", "minutes: soon", 4, "minutes: input should be a valid integer"),
    ("softmax", "minutes: 3", "minutes: 3\nminutes: 4", 5, "key 'minutes' repeated"),
    ("softmax", "prompt: What", "prompt: What: how", 5, "YAML syntax: mapping values"),
    ("softmax", "title: Softmax", "title: 7", 3, "title: expected text, got a number"),
    ("softmax", "title: Softmax", "title: ''", 3, "title is empty"),
    ("softmax", "title: Softmax", "title: *a", 3, "undefined alias"),
    ("softmax", "minutes: 3", "minutes: !!python/object/apply:os.getpid []", 4, "YAML syntax"),
    ("softmax", "  - Think of $e^{1000}$.", "  {}", 6, "hints: expected a list, got a mapping"),
    ("softmax", "[softmax is shift invariant]", "[]", 13, "at least one entry is needed"),
    (
        "softmax",
        "    examples:\n      match: [softmax is shift invariant]\n"
        "      no_match: [softmax depends on the shift]\n",
        "",
        9,
        "the key 'rubric.0.examples' is missing",
    ),
    ("softmax", "$e^{1000}$", "$e^{1000$", 7, "mathematics: a '}' is missing"),
    ("softmax", "$e^{1000}$", "$e^{1000}", 7, "a dollar sign without its partner"),
    ("softmax", "$e^{1000}$", r"\alpha", 7, r"'\alpha' stands outside of dollar signs"),
    ("softmax", "sources:", "formulas: [nowhere]\nsources:", 25, "there is no formula 'nowhere'"),
    ("softmax", "sources:", "exercises: [nowhere]\nsources:", 25, "no exercise 'nowhere'"),
    ("softmax", "kind: question", "kind: riddle", 1, "unknown kind 'riddle'"),
    ("softmax", "kind: question\n", "", 1, "the first line is 'id: softmax'"),
    ("pack", "[softmax]", "[softmax, relu]", 8, "there is no question 'relu'"),
    ("pack", "[softmax]", "[]", 8, "at least one entry is needed"),
    ("pack", "kind: pack", "- kind: pack", 2, "YAML syntax"),
]


@pytest.mark.parametrize(
    ("stem", "old", "new", "line", "what"), FAULTS, ids=[fault[-1][:40] for fault in FAULTS]
)
def test_a_planted_fault_is_named(pack: Path, stem: str, old: str, new: str, line: int, what: str):
    file = pack / "questions" / f"{stem}.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    found = [problem for problem in lint(pack).problems if what in problem.what]
    assert found, [str(problem) for problem in lint(pack).problems]
    assert found[0].file == file
    assert found[0].line == line


def test_an_unknown_key_gets_the_key_that_was_meant(pack: Path):
    file = pack / "questions" / "softmax.yaml"
    file.write_text(file.read_text("utf-8").replace("    weight: 2", "    wieght: 2"), "utf-8")
    assert [problem.hint for problem in lint(pack).problems] == ["did you mean 'weight'?"]


def test_files_in_the_wrong_place_are_named(pack: Path):
    questions = pack / "questions"
    (questions / "other.yml").write_text("kind: question\n", "utf-8")
    (pack / "solutions" / "orphan.md").write_text("Text\n", "utf-8")
    (pack / "solutions" / "softmax.md").unlink()
    (questions / "deep").mkdir()
    copy = (questions / "softmax.yaml").read_text("utf-8")
    (questions / "deep" / "softmax.yaml").write_text(copy, "utf-8")
    said = " / ".join(problem.what for problem in lint(pack).problems)
    assert "the suffix is .yml" in said
    assert "answers no item" in said
    assert "question 'softmax' has no model answer" in said
    assert "the question id 'softmax' is taken by softmax.yaml" in said


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"kind: question\ntitle: \xff\n", "not UTF-8"),
        (b"kind: question\n" + b"x: y\n" * 300_000, "larger than"),
        (b"kind: question\na: " + b"[" * 100_000, "nested too deeply"),
        (b"kind: question\na: " + b"[ " * 5_000 + b"]" * 5_000, "nested too deeply"),
        (b"kind: question\na: " + b"[']', " * 100_000, "nested too deeply"),
        (b"kind: question\na:\n  " + b"- " * 400_000, "nested too deeply"),
        (b"kind: question\n\x00\n", "YAML syntax"),
        (b"kind: question\na: &a [x]\nb: *a\n", "aliases"),
        (b"", "the first line is ''"),
    ],
    ids=[
        "latin-1",
        "huge",
        "deep",
        "deep with spaces",
        "deep between strings",
        "deep dashes",
        "NUL",
        "alias",
        "empty",
    ],
)
def test_a_hostile_file_is_refused(pack: Path, content: bytes, what: str):
    (pack / "questions" / "hostile.yaml").write_bytes(content)
    assert what in " / ".join(problem.what for problem in lint(pack).problems)


def test_many_nested_lists_side_by_side_are_fine(tmp_path: Path):
    file = tmp_path / "arrays.yaml"
    file.write_text("arrays:\n" + "- [[[[1, 2]]]]\n" * 500)
    assert len(read_yaml(file).data["arrays"]) == 500


def test_a_folder_that_is_no_pack_is_named(tmp_path: Path):
    assert lint(tmp_path / "absent").problems[0].what == "no such folder"
    assert "no folder 'questions'" in lint(tmp_path).problems[0].what
    (tmp_path / "questions").mkdir()
    assert "no pack.yaml" in lint(tmp_path).problems[0].what
