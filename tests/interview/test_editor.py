"""Which editor opens: the one that is set, else one that is there, else a word on what to set."""

from pathlib import Path

import pytest

from rlprep.errors import MisuseError
from rlprep.interview.editor import edit


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder in which programs are found besides /bin/sh's."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    return folder


def add(folder: Path, name: str) -> str:
    """Put an editor into a folder that writes its name first and keeps what was below."""
    program = folder / name
    seen = folder.parent / "seen"
    program.write_text(
        "#!/bin/sh\n"
        f'{{ while IFS= read -r line; do printf "%s\\n" "$line"; done; }} <"$1" >"{seen}"\n'
        f'printf "by {name}\\n" >"$1"\n'
    )
    program.chmod(0o755)
    return str(program)


def test_what_is_set_comes_first_and_visual_before_editor(programs: Path, monkeypatch):
    for name in ("nano", "vi", "mine", "other"):
        add(programs, name)
    monkeypatch.setenv("EDITOR", "other")
    assert edit("", "") == "by other"
    monkeypatch.setenv("VISUAL", "mine")
    assert edit("", "") == "by mine"


@pytest.mark.parametrize("unset", ["", "  "])
def test_what_is_there_opens_where_nothing_is_set(programs: Path, monkeypatch, unset: str):
    monkeypatch.setenv("EDITOR", unset)
    add(programs, "vi")
    assert edit("a draft", "the question") == "by vi"
    seen = (programs.parent / "seen").read_text()
    assert seen.startswith("a draft\n")
    assert ":wq" in seen.partition("--- write above")[2]
    add(programs, "nano")
    assert edit("", "the question") == "by nano"
    assert ":wq" not in (programs.parent / "seen").read_text()


def test_where_there_is_none_it_says_what_to_set(programs: Path):
    assert not any(programs.iterdir())
    with pytest.raises(MisuseError, match="neither nano nor vi is here") as refused:
        edit("", "")
    assert "set EDITOR" in str(refused.value.hint)


def test_one_that_is_set_and_cannot_run_is_named_and_not_passed_over(programs: Path, monkeypatch):
    add(programs, "nano")
    monkeypatch.setenv("EDITOR", "nowhere")
    with pytest.raises(MisuseError, match="the editor 'nowhere' can't be run"):
        edit("", "")
