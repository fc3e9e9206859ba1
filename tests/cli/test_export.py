"""`rlprep export`: files and pipes, and what can't be written."""

import sys
from pathlib import Path

import pytest

from rlprep.errors import MissingExtraError
from rlprep.report.export_anki import package
from tests.conftest import Run
from tests.progress.conftest import MONDAY


def test_each_form_is_written_for_a_selection(run: Run, tmp_path: Path):
    cards = run("export", "anki", "--question", "gae", "cards.apkg")
    assert cards.returncode == 0, cards.stderr
    assert cards.stderr == "21 cards written to cards.apkg\n"
    assert (tmp_path / "cards.apkg").read_bytes().startswith(b"PK")
    sheet = run("export", "html", "-", "--part", "B")
    assert sheet.returncode == 0
    assert sheet.stdout.startswith("<!doctype html>")
    assert sheet.stdout.count("<section") == 2
    text = run("export", "markdown", "--question", "gqa")
    assert text.stdout.startswith("# Grouped-query attention\n")
    assert text.stderr == ""


def test_a_packs_own_questions_can_be_taken_along(run: Run, pack: Path):
    text = run("export", "markdown", "--pack", str(pack))
    assert text.stdout.startswith("# A small pack\n")
    assert "- [ ] (2) Subtracting a constant" in text.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["html", "/nowhere/sheet.html"], "there is no folder for /nowhere/sheet.html"),
        (["anki", "."], ". is a folder"),
        (["markdown", "--question", "gaee"], "there is no question 'gaee'"),
    ],
)
def test_what_cannot_be_is_misuse(run: Run, arguments: list[str], message: str):
    done = run("export", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_without_genanki_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "genanki", None)
    with pytest.raises(MissingExtraError, match="an Anki package needs the optional extra 'anki'"):
        package([], "core", "Round", MONDAY)
