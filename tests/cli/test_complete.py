"""Completion as a shell asks for it: quick, and silent whatever lies in a pack."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rlprep.bank.load import load_bank
from rlprep.labs.catalogue import LABS
from rlprep.report.class_faces import CLASS_FACES
from rlprep.report.grade_faces import GRADE_FACES
from rlprep.report.schema_files import names
from tests.cli.help_pages import commands
from tests.conftest import Run

HEAVY = ("torch", "sympy", "numpy", "lark", "z3", "rich", "rlprep.bank.schema")


@pytest.fixture
def complete(call: Run):
    """Return what bash would offer after a line, its last word unfinished."""

    def offered(line: str, **env: str) -> list[str]:
        words = line.split(" ")
        env |= {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
        done = call(_RLPREP_COMPLETE="complete_bash", **env)
        assert done.returncode == 0
        assert done.stderr == ""
        return [line for line in done.stdout.splitlines() if line]

    return offered


BANK = load_bank()
OFFERED = {
    "rlprep quiz --question ": BANK.ids("question"),
    "rlprep quiz --question kv": ["kv_4x"],
    "rlprep quiz --part ": [part.id for _, part in BANK.parts()],
    "rlprep quiz --part f": ["follow-ups"],
    "rlprep export anki a.apkg --question tr": ["trpo"],
    "rlprep check-formula ": BANK.ids("formula"),
    "rlprep check-formula ppo_c": ["ppo_clip"],
    "rlprep exercise show ": BANK.ids("exercise"),
    "rlprep exercise start entr": ["entropy"],
    "rlprep grade --exercise gae --exercise entr": ["entropy"],
    "rlprep ci grade --exercise entr": ["entropy"],
    "rlprep class grade hw1 --exercise entr": ["entropy"],
    "rlprep lab run ": [lab.name for lab in LABS],
    "rlprep grade --report ": [f"{each}=" for each in GRADE_FACES],
    "rlprep ci grade --report ju": ["junit="],
    "rlprep class report --report ": [f"{each}=" for each in CLASS_FACES],
    "rlprep schema ": names(),
    "rlprep review --kind f": ["formula"],
    "rlprep quiz --question zzz": [],
    "rlprep quiz --question $(": [],
}


@pytest.mark.parametrize(("line", "words"), OFFERED.items(), ids=OFFERED)
def test_ids_are_offered(complete, line: str, words: list[str]):
    assert sorted(complete(line)) == sorted(words)


def test_every_option_and_argument_that_takes_an_id_is_completed():
    for name, command in commands():
        for each in command.params:
            if each.metavar in ("ID", "PART", "FORMAT=PATH"):
                assert each._custom_shell_complete is not None, (name, each.name)


def test_a_pack_that_is_named_takes_part(complete, pack: Path):
    assert "softmax" in complete(f"rlprep quiz --pack {pack} --question so")
    assert complete(f"rlprep quiz --pack {pack} --part S") == ["S"]
    assert "softmax" in complete("rlprep quiz --question so", RLPREP_PACK_PATH=str(pack))


def test_broken_and_hostile_packs_are_silent(complete, pack: Path, tmp_path: Path):
    questions = pack / "questions"
    for name in ("$(touch pwned)", "a b", "`id`", "-rf", "so\nfar", "s;true", "so'"):
        (questions / f"{name}.yaml").write_text("kind: question\n", "utf-8")
    (questions / "solo.yaml").write_bytes(b"kind: question\n\xff\xfe: [")
    (questions / "soft.yaml").write_bytes(b"\xff" * 1000)
    (questions / "pack.yaml").write_text("kind: pack\nparts: [{id: '$(id)'}, {id: [}", "utf-8")
    (questions / "loop").symlink_to(questions)
    (questions / "sock.yaml").mkdir()
    os.mkfifo(questions / "some.yaml")
    places = os.pathsep.join(map(str, (pack, tmp_path / "nowhere", "/proc/1/root", "\x01")))
    offered = complete("rlprep quiz --question so", RLPREP_PACK_PATH=places)
    assert sorted(offered) == ["softmax", "softmax_scratch", "softmax_wins", "solo"]
    assert complete("rlprep quiz --question $", RLPREP_PACK_PATH=places) == []
    assert "A" in complete("rlprep quiz --part ", RLPREP_PACK_PATH=places)
    assert not list(tmp_path.rglob("pwned"))


def test_what_an_installed_pack_prints_or_raises_is_not_seen(
    complete, monkeypatch: pytest.MonkeyPatch, pack: Path
):
    from importlib import metadata

    class Loud:
        name, value = "loud", "loud:folder"

        def load(self) -> object:
            print("import me")
            print("and me", file=sys.stderr)
            raise RuntimeError("no")

    class Sound(Loud):
        def load(self) -> object:
            print("hello")
            return str(pack)

    monkeypatch.setattr(metadata, "entry_points", lambda group: [Loud(), Sound()])
    offered = complete("rlprep quiz --question softm")
    assert sorted(offered) == ["softmax", "softmax_scratch", "softmax_wins"]


@pytest.mark.parametrize(
    ("shell", "variables"),
    [
        ("bash", {"COMP_WORDS": "rlprep quiz --question kv", "COMP_CWORD": "3"}),
        ("zsh", {"_TYPER_COMPLETE_ARGS": "rlprep quiz --question kv"}),
        (
            "fish",
            {
                "_TYPER_COMPLETE_ARGS": "rlprep quiz --question kv",
                "_TYPER_COMPLETE_FISH_ACTION": "get-args",
            },
        ),
    ],
)
def test_as_a_process_it_loads_nothing_heavy(
    environment: dict[str, str], shell: str, variables: dict[str, str]
):
    probe = (
        "import sys; sys.argv = ['rlprep']\n"
        "from rlprep.cli import main\n"
        "try: main()\n"
        f"finally: print('LOADED', *sorted({set(HEAVY)!r} & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe],
        capture_output=True,
        text=True,
        timeout=60,
        env={**environment, **variables, "_RLPREP_COMPLETE": f"complete_{shell}"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == "LOADED\n"
    assert "kv_4x" in done.stdout


def test_in_a_real_bash(environment: dict[str, str], tmp_path: Path):
    """The script that `--show-completion` gives out, sourced and asked."""
    program = tmp_path / "rlprep"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m rlprep "$@"\n', "utf-8")
    program.chmod(0o755)
    script = (
        'eval "$(_RLPREP_COMPLETE=source_bash rlprep)"\n'
        "COMP_WORDS=(rlprep exercise show entr) COMP_CWORD=3\n"
        '_rlprep_completion rlprep; echo "${COMPREPLY[@]}"\n'
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        env={**environment, "PATH": f"{tmp_path}:{environment['PATH']}"},
    )
    assert (done.stdout, done.stderr) == ("entropy\n", "")
