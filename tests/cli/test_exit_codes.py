"""One meaning for each exit code, whichever command leaves with it, and one form of message."""

from pathlib import Path

import pytest

from tests.conftest import Run

UNKNOWN = [
    ["quiz", "--question", "gaee"],
    ["quiz", "--part", "Z"],
    ["quiz", "--question", "gaee", "--answer", "-"],
    ["check-formula", "gaee", "x"],
    ["check-formula", "gaee", "--show"],
    ["check-formula"],
    ["exercise", "show", "gaee"],
    ["exercise", "start", "gaee"],
    ["export", "markdown", "--question", "gaee"],
    ["lab", "run", "recal"],
    ["schema", "gaee"],
    ["ci", "github", "--exercise", "gaee", "--install", "rlprep"],
    ["ci", "gitlab", "--exercise", "gaee", "--install", "rlprep"],
    ["ci", "gradescope", "--exercise", "gaee", "--install", "rlprep", "--to", "a.zip"],
    ["class", "grade", "folder", "--exercise", "gaee"],
    ["class", "status"],
    ["class", "status", "folder"],
    ["class", "report", "folder", "--report", "jsn=-"],
]
EXCLUSIVE = [
    ["quiz", "--part", "A", "--question", "gae"],
    ["export", "html", "a.html", "--part", "A", "--question", "gae"],
    ["check-formula", "ratio", "x", "--file", "folder"],
    ["progress", "--export", "a", "--import", "b"],
    ["progress", "--export", "a", "--recover"],
]
NOWHERE = [
    ["export", "markdown", "no/such.md"],
    ["export", "anki", "folder"],
    ["progress", "--export", "folder"],
    ["exercise", "start", "gae", "--to", "no/such.py"],
    ["exercise", "start", "gae", "--to", "folder"],
    ["lab", "run", "recall", "--csv", "no/such.csv"],
    ["ci", "gitlab", "--exercise", "gae", "--install", "rlprep", "--to", "no/such.yml"],
    ["ci", "gradescope", "--exercise", "gae", "--install", "rlprep", "--to", "folder"],
    ["class", "gradebook", "a.csv", "folder", "--column", "x", "--to", "/dev/null"],
    ["export", "html", "/dev/full"],
]
UNREADABLE = [
    ["quiz", "--question", "gae", "--answer", "nowhere"],
    ["quiz", "--batch", "nowhere"],
    ["check-formula", "ratio", "--file", "nowhere"],
    ["check-formula", "--batch", "nowhere"],
    ["progress", "--import", "nowhere"],
    ["class", "gradebook", "nowhere", "folder", "--column", "x", "--to", "a.csv"],
    ["ci", "gradescope", "--exercise", "gae", "--to", "a.zip", "--install", "rlprep-1.whl"],
    ["ci", "grade", "folder", "--exercise", "gae", "--key", "nowhere", "--student", "ada"],
    ["class", "grade", "folder", "--exercise", "gae", "--roster", "nowhere"],
]


def check(run: Run, arguments: list[str], code: int, tmp_path: Path) -> str:
    (tmp_path / "folder").mkdir()
    done = run(*arguments)
    assert done.returncode == code, done
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") <= 2
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == ["folder"]
    return done.stderr


def words(arguments: list[str]) -> str:
    return " ".join(arguments)


@pytest.mark.parametrize("arguments", UNKNOWN + EXCLUSIVE, ids=words)
def test_what_nobody_knows_is_misuse_and_a_remedy_is_named(
    call: Run, arguments: list[str], tmp_path: Path
):
    assert "\n  try: " in check(call, arguments, 2, tmp_path)


@pytest.mark.parametrize("arguments", NOWHERE, ids=words)
def test_a_place_that_cannot_be_written_to_is_misuse_before_any_work(
    call: Run, arguments: list[str], tmp_path: Path
):
    check(call, arguments, 2, tmp_path)


@pytest.mark.parametrize("arguments", UNREADABLE, ids=words)
def test_a_file_that_cannot_be_read_is_named_first(call: Run, arguments: list[str], tmp_path: Path):
    said = check(call, arguments, 3, tmp_path)
    file = next(each for each in arguments if each in ("nowhere", "rlprep-1.whl"))
    assert said.startswith(f"error: {file}: can't be read: no such file or directory")
