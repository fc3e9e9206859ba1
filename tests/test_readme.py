"""The README and the pack authors' page hold what they promise: every command they print is run.

A story is a few printed commands that are tried in order in one folder, word for word but for the
placeholders (FILE, ID and the like), by a shell that finds `rlprep`, `python` and `pytest`.
"""

import importlib
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pexpect
import pytest
import typer.main

from rlprep.cli import app

ROOT = Path(__file__).parent.parent
PAGES = {name: (ROOT / name).read_text("utf-8") for name in ("README.md", "questions/README.md")}
SOLUTION = ROOT / "solutions" / "exercises" / "gae_torch.py"
ANSWER = "The TD residual is delta_t = r_t + gamma V(s_{t+1}) - V(s_t). GAE sums residuals."
GRADES = """\
Student,ID,SIS Login ID,Section,Homework 1 (7)
    Points Possible,,,,10
"Lovelace, Ada",1,ada,S,
"""
PLACEHOLDER = re.compile(r"\b(FILE(\.\w+)?|ID|NAME|YYYY-MM-DD|ADDRESS|N)\b")
COMMAND = re.compile(r"(rlprep|pytest|python|pip|mkdir|\$EDITOR|\.ci/run)\b|\$EDITOR|\.ci/run")


@dataclass(frozen=True)
class Step:
    """One printed command: what is put for its placeholders, and what must come of it."""

    printed: str
    values: dict[str, str] = field(default_factory=dict)
    shows: str = ""
    code: int = 0
    makes: str = ""
    typed: tuple[str, ...] | None = None
    """Said to it at a terminal, one line each after `shows`; None: there is no terminal."""

    @property
    def line(self) -> str:
        """The command as it is run."""
        command = self.printed
        for placeholder, value in self.values.items():
            command = re.sub(rf"\b{re.escape(placeholder)}(?!\w|=)", value, command)
        return command


WRONG = 'rlprep check-formula ppo_clip "E[max(r*A, clip(r, 1-eps, 1+eps)*A)]"'
RIGHT = 'rlprep check-formula ppo_clip "E[min(r*A, clip(r, 1-eps, 1+eps)*A)]"'
WHEEL = {"FILE.whl": "rlprep-1.0-py3-none-any.whl"}
STORIES: dict[str, list[Step]] = {
    "the interview at a terminal": [
        Step("rlprep quiz --part A", shows="press Enter to start", typed=("/quit",)),
        Step("rlprep quiz --question gae", shows="starts anew|press Enter", typed=("n", "/quit")),
        Step("rlprep quiz --mock", shows="starts anew|press Enter", typed=("n", "/quit")),
        Step("rlprep quiz --plain", shows="starts anew|press Enter", typed=("n", "/quit")),
        Step("rlprep quiz --editor", shows="starts anew|press Enter", typed=("n", "/quit")),
    ],
    "the interview through a pipe": [
        Step("rlprep quiz --list", shows="Generalized advantage estimation"),
        Step("rlprep quiz --part B --json", shows='"id": "gqa"'),
        Step("rlprep quiz --question gae --answer FILE", {"FILE": "answer.txt"}, "TD residual is"),
        Step("rlprep quiz --batch FILE.jsonl", {"FILE.jsonl": "many.jsonl"}, '"state": "found"'),
    ],
    "formulas": [
        Step("rlprep check-formula --list", shows="ppo_clip"),
        Step(WRONG, code=1),
        Step(RIGHT),
    ],
    "an exercise from its start": [
        Step("rlprep exercise list", shows="Generalized advantage estimation"),
        Step("rlprep exercise start gae", makes="gae.py"),
        Step("rlprep grade gae.py", code=1, shows="0 of 10 points"),
    ],
    "grading on every save": [
        Step("rlprep grade --watch FILE", {"FILE": "my_gae.py"}, "q quits", typed=("q",)),
    ],
    "an exercise in CI": [
        Step(
            "rlprep ci github --exercise gae --install FILE.whl", WHEEL, makes=".github/workflows"
        ),
        Step(
            "rlprep ci gitlab --exercise gae --install FILE.whl --to .gitlab-ci.yml",
            WHEEL,
            makes=".gitlab-ci.yml",
        ),
        Step(
            "rlprep ci gradescope --exercise gae --install FILE.whl --to autograder.zip",
            WHEEL,
            makes="autograder.zip",
        ),
    ],
    "properties as tests": [
        Step("pytest --rlprep FILE", {"FILE": "my_gae.py"}, r"7 passed"),
    ],
    "what comes back": [
        Step("rlprep check-formula ID", {"ID": "ratio"}, "LaTeX, Unicode", typed=("pi/mu",)),
        Step("rlprep progress", shows="formula +ratio +1 +right"),
        Step("rlprep progress --export FILE", {"FILE": "mine.json"}, makes="mine.json"),
        Step("rlprep progress --import FILE", {"FILE": "mine.json"}),
        Step("rlprep review", shows="press Enter|> ", typed=("/quit",)),
    ],
    "taken along": [
        Step("rlprep export anki FILE.apkg", {"FILE.apkg": "cards.apkg"}, makes="cards.apkg"),
        Step("rlprep export markdown", shows="## The setting"),
        Step("rlprep export html FILE.html", {"FILE.html": "sheet.html"}, makes="sheet.html"),
    ],
    "labs": [
        Step("rlprep lab list", shows="kv-cache"),
        Step("rlprep lab run NAME", {"NAME": "gamma-vs-lambda --quick"}, "Found:"),
        Step("rlprep lab run kv-cache --heads 32 --kv-heads 8", shows=r"GQA-8 \(yours\)"),
        Step(
            "rlprep lab run trust-region --quick --plot FILE.png",
            {"FILE.png": "region.png"},
            "KL",
            makes="region.png",
        ),
    ],
    "a class": [
        Step("mkdir hw1 && rlprep exercise start gae --to hw1/ada.py", makes="hw1/ada.py"),
        Step("rlprep class grade hw1 --exercise gae", shows="1 graded", makes="hw1.key"),
        Step(
            "rlprep class report hw1 --report html=overview --report csv=marks.csv",
            makes="overview/class.html",
        ),
        Step("rlprep class replay ada hw1", shows="the same mark"),
        Step(
            'rlprep class gradebook grades.csv hw1 --column "Homework 1" --to filled.csv',
            makes="filled.csv",
        ),
    ],
    "this machine": [
        Step("rlprep doctor", shows="Landlock"),
        Step("rlprep --help", shows="check-formula"),
        Step("rlprep schema", shows="grade"),
        Step("python -c pass"),
    ],
    "a pack from an empty folder": [
        Step("mkdir -p mine/questions mine/solutions"),
        Step("rlprep schema item > rlprep.schema.json", makes="rlprep.schema.json"),
        Step("$EDITOR mine/questions/pack.yaml", makes="mine/questions/pack.yaml"),
        Step("$EDITOR mine/questions/bellman.yaml", makes="mine/questions/bellman.yaml"),
        Step("$EDITOR mine/solutions/bellman.md", makes="mine/solutions/bellman.md"),
        Step("rlprep pack lint mine", shows="1 question"),
        Step("rlprep quiz --pack mine", shows="Bellman"),
    ],
    "a pack with formulas and exercises": [
        Step("rlprep pack lint --run mine", {"mine": "small"}),
        Step(
            "rlprep check-formula --pack mine ID",
            {"mine": "small", "ID": "mine"},
            "LaTeX, Unicode",
            typed=("/quit",),
        ),
    ],
}
ELSEWHERE = {
    "rlprep --install-completion": "tests/cli/test_complete.py asks as a shell does",
    "rlprep ci grade": "what those files run, never a person: tests/cli/test_ci.py runs them",
    "python3 -m venv .venv && . .venv/bin/activate": ".ci/run makes and enters one",
    "pip install .": "tests/test_packaging.py installs the wheel alone",
    "pip install '.[grade,labs]'": "needs the network; tests/test_packaging.py has the extras",
    "pip install '.[grade]'": "the same",
    "pip install '.[anki]'": "the same",
    "pip install -c .ci/constraints.txt -e '.[test]'": ".ci/run does it in a fresh environment",
    "python -m pytest -n 2": "it runs this test; .ci/run takes it from the README",
    ".ci/run": "it runs this test",
}
BENCHES = {"formulas", "answers", "kernels", "labs", "class", "grade", "startup"}


def fences(page: str) -> list[tuple[str, str]]:
    """Return the fenced blocks of a page: language and text."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def console(page: str) -> Iterator[tuple[str, str]]:
    """Return each command of the console blocks, and the output that is printed below it."""
    for language, body in fences(page):
        if language == "console":
            for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
                command, _, output = part.partition("\n")
                yield command, output


def spans(page: str) -> list[str]:
    """Return what stands in backquotes in a page's prose and tables, each on one line."""
    prose = re.sub(r"^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL)
    return [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", prose)]


def commands(page: str) -> Iterator[str]:
    """Return all commands that a page prints, in blocks, tables and prose."""
    yield from (command for command, _ in console(page))
    for language, body in fences(page):
        if language == "sh":
            yield from (re.sub(r"\s+#.*", "", line) for line in body.splitlines())
    for span in spans(page):
        if COMMAND.match(span) and not span.startswith("rlprep/") and " " in span + " ":
            yield span


PRINTED = {
    command
    for page in PAGES.values()
    for command in commands(page)
    if command not in ("$EDITOR", "rlprep.packs")
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What a reader has at hand: an answer, an implementation, a gradebook, a small pack."""
    here = tmp_path / "here"
    here.mkdir()
    (here / "answer.txt").write_text(ANSWER)
    (here / "many.jsonl").write_text(json.dumps({"question": "gae", "text": ANSWER}) + "\n")
    (here / "my_gae.py").write_bytes(SOLUTION.read_bytes())
    (here / "grades.csv").write_text(GRADES)
    (here / WHEEL["FILE.whl"]).write_bytes(b"what python -m build makes")
    return here


@pytest.fixture
def shell(environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """An environment in which the pages' commands are found, and `$EDITOR` writes what they say."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, command in (
        ("python", ""),
        ("rlprep", "-m rlprep"),
        ("pytest", f"-m pytest -c {os.devnull} --rootdir . -p rlprep.pytest_plugin"),
        ("editor", shlex.quote(str(programs / "editor.py"))),
    ):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {command} "$@"\n')
        program.chmod(0o755)
    (programs / "editor.py").write_text(
        "import json, pathlib, sys\n"
        f"texts = json.loads({json.dumps(json.dumps(_typed_by_the_author()))})\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "path.write_text(texts[path.name], encoding='utf-8')\n"
    )
    return {
        **environment,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "EDITOR": "editor",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # named above, whether installed or in a checkout
        "NO_COLOR": "1",
        "MPLCONFIGDIR": str(tmp_path / "matplotlib"),
    }


def _typed_by_the_author() -> dict[str, str]:
    """Return the files of the pack authors' page as it prints them, by name."""
    blocks = [body for language, body in fences(PAGES["questions/README.md"]) if language == "yaml"]
    named = {f"{re.search(r'^id: (.*)$', body, re.MULTILINE)[1]}.yaml": body for body in blocks}  # type: ignore[index]
    return {
        "pack.yaml": named.pop("mine.yaml"),
        **named,
        "bellman.md": "# Bellman's equation\n\n$V = r + \\gamma P V$, a contraction.\n",
    }


def test_every_printed_command_is_known_and_every_known_one_is_printed():
    told = {step.printed for steps in STORIES.values() for step in steps}
    benches = {name for name in PRINTED if name.startswith("python -m tests.bench.")}
    assert {name.split()[2].removeprefix("tests.bench.") for name in benches} == BENCHES
    assert PRINTED - benches == told | ELSEWHERE.keys()


@pytest.mark.parametrize("story", STORIES)
def test_what_is_printed_works(story: str, folder: Path, shell: dict[str, str]):
    outputs = dict(console(PAGES["README.md"]))
    if story == "a pack with formulas and exercises":
        _small_pack(folder / "small")
    for step in STORIES[story]:
        assert not PLACEHOLDER.search(step.line), step.line
        if step.typed is not None:
            said, code = _at_a_terminal(step, folder, shell)
        else:
            done = subprocess.run(
                ["bash", "-c", step.line],
                cwd=folder, env=shell, stdin=subprocess.DEVNULL, capture_output=True, timeout=180,
            )  # fmt: skip
            said, code = done.stdout.decode(), done.returncode
            if outputs.get(step.printed):
                assert said == outputs[step.printed]
            said += done.stderr.decode()
        assert code == step.code, f"{step.line}\n{said}"
        assert re.search(step.shows, said), f"{step.line}\n{said}"
        assert "Traceback" not in said, said
        if step.makes:
            made = folder / step.makes
            assert made.is_dir() or made.stat().st_size, step.line


def _at_a_terminal(step: Step, folder: Path, shell: dict[str, str]) -> tuple[str, int]:
    """Run a command that asks; return what it wrote and its exit code."""
    child = pexpect.spawn(
        "bash", ["-c", step.line], cwd=str(folder), env=shell, encoding="utf-8", timeout=60,
        dimensions=(24, 80),
    )  # fmt: skip
    child.expect(step.shows)
    said = (child.before or "") + str(child.after)
    for line in step.typed or ():
        child.send(f"{line}\r")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus is not None, f"{step.line} ended by signal {child.signalstatus}"
    return said + (child.before or ""), child.exitstatus


def _small_pack(folder: Path) -> None:
    """Make a pack of the practice pack's formula and exercise on softmax, under another id."""
    for kind in ("questions", "solutions"):
        source = ROOT / kind / "practice"
        for file in (*source.rglob("softmax*.yaml"), *source.rglob("softmax*.py"),
                     *source.rglob("softmax/*.py")):  # fmt: skip
            copy = folder / kind / str(file.relative_to(source)).replace("softmax", "mine", 1)
            copy.parent.mkdir(parents=True, exist_ok=True)
            named = r"(?<=^id: )softmax$" if file.suffix == ".yaml" else r"(?<![.\w])softmax(?=\()"
            text = re.sub(named, "mine", file.read_text("utf-8"), flags=re.MULTILINE)
            copy.write_text(text, "utf-8")
    (folder / "questions" / "mine_scratch.yaml").unlink()
    (folder / "questions" / "pack.yaml").write_text(
        "kind: pack\nid: small\ntitle: Softmax\ndescription: A formula and an exercise.\n"
    )


def test_the_figures_have_benches_that_begin():
    for name in BENCHES:
        assert callable(importlib.import_module(f"tests.bench.{name}").main)


def test_every_option_that_is_mentioned_exists():
    known = {"--help", *_options(typer.main.get_command(app))}
    for page in PAGES.values():
        for span in spans(page):
            if not span.startswith(("pip", "pytest")):
                for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", span):
                    assert option in known, f"{option} in '{span}'"


def _options(command: object) -> Iterator[str]:
    for parameter in getattr(command, "params", ()):
        yield from (*parameter.opts, *parameter.secondary_opts)
    for child in getattr(command, "commands", {}).values():
        yield from _options(child)


def test_what_a_reader_pipes_leaves_no_trace(folder: Path, shell: dict[str, str], home: Path):
    for line in (WRONG, "rlprep quiz --question gae --answer answer.txt", "rlprep quiz --part A"):
        subprocess.run(
            ["bash", "-c", line], cwd=folder, env=shell, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=60, check=False,
        )  # fmt: skip
    assert not home.exists()
