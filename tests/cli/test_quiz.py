"""`rlprep quiz` without a terminal: lists, text, JSON, and what goes wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Run


def test_the_list_names_every_question_by_part(run: Run):
    done = run("quiz", "--list")
    assert done.returncode == 0
    assert done.stdout.splitlines()[:3] == [
        "A  Policy methods",
        "   on_off_policy         4 min  On-policy and off-policy learning",
        "   trpo                  7 min  Trust region policy optimization",
    ]


def test_the_list_as_json_has_its_contract(run: Run):
    listed = json.loads(run("quiz", "--list", "--json").stdout)
    assert set(listed) == {"schema", "parts"}
    assert listed["schema"] == "rlprep.questions/v1"
    assert set(listed["parts"][0]) == {"pack", "id", "title", "questions"}
    assert set(listed["parts"][0]["questions"][0]) == {"id", "title", "minutes"}
    assert [question["id"] for part in listed["parts"] for question in part["questions"]] == [
        "on_off_policy", "trpo", "ppo", "gae", "linear_attention", "gqa", "stale_replay",
        "gamma_lambda", "softmax_wins", "kv_4x",
        *("softmax_scratch", "cross_entropy", "logistic_regression", "auc_roc", "self_attention"),
        *("dropout", "normalisation", "rlhf_grpo"),
    ]  # fmt: skip


def test_through_a_pipe_questions_are_text_and_nothing_is_asked(run: Run, home: Path):
    done = run("quiz", "--part", "a")
    assert done.returncode == 0
    assert done.stderr == ""
    assert "3. Proximal policy optimization" in done.stdout
    assert "\x1b" not in done.stdout
    assert "> " not in done.stdout
    assert all(line == line.rstrip() for line in done.stdout.splitlines())
    assert not home.exists()


def test_a_round_as_json_tells_the_candidate_no_answers(run: Run):
    shown = json.loads(run("quiz", "--question", "gae", "--json").stdout)
    assert set(shown) == {"schema", "title", "setting", "questions"}
    (question,) = shown["questions"]
    assert set(question) == {"id", "title", "minutes", "prompt", "hints", "follow_ups"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--question", "gaee"], "there is no question 'gaee'\n  try: did you mean 'gae'?"),
        (["--part", "C"], "there is no part 'C'\n  try: one of A, B, follow-ups, P, R"),
        (["--part", "A", "--question", "gae"], "--part and --question exclude each other"),
    ],
)
def test_misuse_gets_one_message_and_exit_code_2(run: Run, arguments: list[str], message: str):
    done = run("quiz", *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {message}")
    assert "Traceback" not in done.stderr


def test_an_unknown_option_is_misuse(run: Run):
    assert run("quiz", "--frobnicate").returncode == 2


def test_a_broken_pack_is_reported_and_the_round_goes_on(run: Run, pack: Path):
    (pack / "questions" / "softmax.yaml").write_text("kind: question\nid: [", "utf-8")
    done = run("quiz", "--list", "--pack", str(pack))
    assert done.returncode == 0
    assert "warning: pack skipped" in done.stderr
    assert "softmax.yaml:3: YAML syntax" in done.stderr
    assert "Policy methods" in done.stdout


def test_a_given_packs_questions_are_asked(run: Run, pack: Path):
    done = run("quiz", "--pack", str(pack))
    assert done.returncode == 0
    assert "1. Softmax" in done.stdout
    assert "softmax(z)" in done.stdout


def test_closed_streams_are_no_crash(environment: dict[str, str]):
    command = f"{sys.executable} -m rlprep quiz --list"
    for redirection in ("<&-", "2>&-", "<&- 2>&-"):
        done = subprocess.run(
            ["sh", "-c", f"{command} {redirection}"],
            env=environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "gqa" in done.stdout


def test_a_reader_that_leaves_early_causes_no_traceback(environment: dict[str, str]):
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m rlprep quiz --part A | head -1"],
        env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


def test_a_terminal_without_greek_letters_gets_question_marks(run: Run):
    done = run("quiz", "--part", "A", env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    assert "?" in done.stdout


def test_pack_lint_and_schema(run: Run, pack: Path):
    done = run("pack", "lint", str(pack))
    assert done.returncode == 0
    assert done.stdout == f"{pack}: 1 pack, 1 question: sound\n"
    (pack / "solutions" / "softmax.md").unlink()
    done = run("pack", "lint", str(pack), "--json")
    assert done.returncode == 3
    report = json.loads(done.stdout)
    assert set(report) == {"schema", "counts", "problems"}
    assert set(report["problems"][0]) == {"file", "line", "what", "try"}
    assert json.loads(run("schema", "item").stdout)["$schema"].endswith("2020-12/schema")


def test_a_fault_of_ours_is_exit_code_4(environment: dict[str, str], tmp_path: Path):
    probe = (
        "import sys; sys.argv = ['rlprep', 'quiz', '--list']\n"
        "import rlprep.bank.load as load\n"
        "def broken(*_): raise ZeroDivisionError\n"
        "load.load_bank = broken\n"
        "from rlprep.cli import main\nmain()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], env=environment, cwd=tmp_path,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 4
    assert "a fault of rlprep" in done.stderr


def test_shipped_content_that_is_missing_is_said(environment: dict[str, str], tmp_path: Path):
    import shutil

    package = tmp_path / "site"
    shutil.copytree(
        Path(__file__).parents[2] / "rlprep",
        package / "rlprep",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    done = subprocess.run(
        [sys.executable, "-m", "rlprep", "quiz"],
        env={**environment, "PYTHONPATH": str(package)},
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert "the shipped questions are missing" in done.stderr
    assert os.linesep in done.stderr
