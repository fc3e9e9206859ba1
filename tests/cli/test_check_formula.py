"""`rlprep check-formula` as a process: faces, exit codes, batches, and practice at a terminal."""

import json
import sys
from pathlib import Path

import pexpect
import pytest

from tests.conftest import Run

RIGHT = "E[min(r*A, clip(r, 1-eps, 1+eps)*A)]"
WRONG = "E[max(r*A, clip(r, 1-eps, 1+eps)*A)]"
BROKEN = "E[min(r*A, clip(r, 1-eps, 1+eps*A)]"
KEYS = {
    "schema", "formula", "verdict", "proof", "counterexample", "misconception", "message",
    "position", "span", "remarks", "reading",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "verdict", "code"),
    [(RIGHT, "equivalent", 0), (WRONG, "different", 1), (BROKEN, "unreadable", 3)],
)
def test_each_verdict_has_its_exit_code_and_its_json(run: Run, text: str, verdict: str, code: int):
    done = run("check-formula", "ppo_clip", text, "--json")
    assert done.returncode == code
    shown = json.loads(done.stdout)
    assert set(shown) == KEYS
    assert (shown["schema"], shown["verdict"]) == ("rlprep.formula/v1", verdict)


def test_a_wrong_formula_is_underlined_named_and_shown_beside_the_reference(run: Run):
    lines = run("check-formula", "ppo_clip", WRONG).stdout.splitlines()
    assert lines[1] == "different"
    at = lines.index(f"  {WRONG}")
    assert lines[at + 1] == "    ^^^"
    assert any("takes the larger of the two" in line for line in lines)
    assert any(line.startswith("  Reference: ") for line in lines)


def test_a_formula_comes_from_standard_input_or_a_file(run: Run, tmp_path: Path):
    assert run("check-formula", "ppo_clip", "-", input=RIGHT).returncode == 0
    file = tmp_path / "formula.py"
    file.write_text(f"\ufeffr = ratio\r\nloss = {RIGHT}\r\n", "utf-8")
    assert run("check-formula", "ppo_clip", "--file", str(file), "--json").returncode in (0, 1)
    assert run("check-formula", "ppo_clip", "--file", str(tmp_path)).returncode == 3
    assert run("check-formula", "ppo_clip", "--file", str(tmp_path / "none")).returncode == 3


def test_a_batch_answers_every_line_in_order(run: Run, tmp_path: Path):
    file = tmp_path / "batch.jsonl"
    lines = [
        json.dumps({"formula": "ppo_clip", "input": RIGHT}),
        "no json",
        json.dumps({"formula": "nowhere", "input": "x"}),
        "",
        json.dumps({"formula": "advantage", "input": ["Q - V"]}),
        "[" * 50_000,
        json.dumps({"formula": "advantage", "input": "V - Q"}),
    ]
    file.write_text("\n".join(lines), "utf-8")
    done = run("check-formula", "--batch", str(file))
    assert done.returncode == 1
    verdicts = [json.loads(line) for line in done.stdout.splitlines()]
    assert [verdict["verdict"] for verdict in verdicts] == [
        "equivalent", "unreadable", "unreadable", "unreadable", "unreadable", "different",
    ]  # fmt: skip
    assert all(set(verdict) == KEYS for verdict in verdicts)
    assert "line 3: there is no formula 'nowhere'" in verdicts[2]["message"]


def test_lists_and_references(run: Run):
    listed = json.loads(run("check-formula", "--list", "--json").stdout)
    assert len(listed["formulas"]) == 33
    assert "ppo_clip " in run("check-formula", "--list").stdout
    shown = run("check-formula", "--show", "gae").stdout
    assert "arXiv 1506.02438" in shown
    assert run("check-formula", "gae", "A = delta_t + (gamma lam) A_{t+1}", "--latex").stdout
    unicode = run("check-formula", "advantage", "Q(s,a) - V(s)", "--pretty").stdout
    assert unicode == "Q(s, a) − V(s)\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "which formula?"),
        (["ppo_clp", "x"], "there is no formula 'ppo_clp'\n  try: did you mean 'ppo_clip'?"),
        (["ppo_clip"], "no formula is given"),
        (["ppo_clip", "x", "--file", "y"], "both FORMULA and --file are given"),
    ],
)
def test_misuse_gets_one_message(run: Run, arguments: list[str], message: str):
    done = run("check-formula", *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {message}")


def test_rich_markup_and_escapes_in_a_formula_are_shown_literally(run: Run):
    done = run("check-formula", "ppo_clip", "E[red](\x1b[31m \u202e x", env={"FORCE_COLOR": "1"})
    assert done.returncode == 3
    assert "\x1b[31m " not in done.stdout
    assert "\u202e" not in done.stdout


def test_practice_lets_a_candidate_try_again(environment: dict[str, str], home: Path):
    child = pexpect.spawn(
        sys.executable,
        ["-m", "rlprep", "check-formula", "ppo_clip"],
        env={**environment, "NO_COLOR": "1"},  # type: ignore[arg-type]
        dimensions=(40, 80),
        timeout=60,
        encoding="utf-8",
    )
    for typed, heard in (
        (BROKEN, "unreadable"),
        ("/hint", "plain surrogate"),
        (WRONG, "different"),
        ("/nonsense", "no command /nonsense"),
        (RIGHT, "equivalent"),
    ):
        child.expect("> ")
        child.sendline(typed)
        child.expect(heard)
        assert "Reference:" not in str(child.before)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert WRONG in (home / "formula_history").read_text()
