"""`rlprep progress` and `rlprep review` without a terminal, and what a check or a grade leaves."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from rlprep.cli import grade, progress_store
from rlprep.grader.result import FamilyResult, GradeReport, SubmissionResult, Verdict
from rlprep.progress.attempt import Attempt
from rlprep.progress.schedule import Key
from rlprep.progress.store import Store
from tests.conftest import Run
from tests.interview.test_attempts import answered, log_of
from tests.progress.conftest import MONDAY, attempt

TABLE = """
Progress. 4 of 81 items practised, 2 weak, 1 fair, 1 strong
        kind      item                     tries  result  recall  due
weak    question  an_item_of_another_pack      1      0%     70%  yesterday
weak    exercise  gae                          1     50%     87%  yesterday
fair    formula   ratio                        2   right     87%  yesterday
strong  question  gae                          1    100%     94%  in 4 days

Recall. mean of what you practised, by day
100% │██ ██ ▇▇ ▄▄ ▃▃ ▂▂ ▁▁ ▁▁
     │██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ▇▇ ▇▇ ▇▇ ▇▇
 50% │██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██
     │██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██
     └────────────┴────────────────────────────────
      Mar 2       today                      Mar 16
now 84%; without another review 71% on Mar 16

6 items left for today: `rlprep review`.
"""
RIGHT = "pi_theta(a|s) / pi_old(a|s)"


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    return {**environment, "TZ": "UTC", "RLPREP_NOW": "2026-03-06T18:00", "COLUMNS": "80"}


@pytest.fixture
def store(home: Path) -> Store:
    return Store(home, print)


@pytest.fixture
def practised(store: Store) -> Store:
    store.add(
        [
            attempt("gae", share=1.0, day=0),
            attempt("ratio", "formula", 0.0, 0),
            attempt("ratio", "formula", 1.0, 1),
            attempt("gae", "exercise", 0.5, 2),
            attempt("an_item_of_another_pack", share=0.0, day=2),
        ]
    )
    return store


def test_first_use_is_told_what_to_do(call: Run, home: Path):
    shown = call("progress")
    assert shown.returncode == 0
    assert "Nothing is recorded yet" in shown.stdout
    listed = call("review", "--list")
    assert listed.returncode == 0
    assert "nothing is recorded yet" in listed.stdout
    assert "rlprep review --interview-date YYYY-MM-DD" in listed.stdout
    assert "Today. 4 new" in listed.stdout
    assert not home.exists()


def test_progress_is_a_table_and_a_chart_in_80_columns(run: Run, practised: Store):
    done = run("progress")
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout == TABLE
    assert all(len(line) <= 80 for line in done.stdout.splitlines())


def test_without_torch_progress_counts_what_review_offers(
    call: Run, practised: Store, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(grade, "find_spec", lambda _: None)
    offered = json.loads(call("review", "--json").stdout)["tasks"]
    assert {task["kind"] for task in offered} == {"question", "formula"}
    assert f"\n{len(offered)} items left for today" in call("progress").stdout


def test_progress_as_json_has_its_contract(call: Run, practised: Store):
    found = json.loads(call("progress", "--json").stdout)
    assert set(found) == {"schema", "now", "interview_date", "counts", "items", "recall"}
    assert found["schema"] == "rlprep.progress/v1"
    assert set(found["counts"]) == {"attempts", "practised", "due", "unseen"}
    assert found["counts"]["attempts"] == 5
    assert set(found["items"][0]) == {"kind", "id", "strength", "tries", "last", "recall", "due"}
    assert set(found["items"][0]["last"]) == {"at", "share", "verdict"}
    assert set(found["recall"][0]) == {"date", "recall"}
    by_key = {(each["kind"], each["id"]): each for each in found["items"]}
    assert by_key["formula", "ratio"]["tries"] == 2
    assert by_key["question", "gae"]["strength"] == "strong"


def test_for_ears_progress_is_sentences(run: Run, practised: Store):
    said = run("progress", "--plain").stdout
    assert "formula ratio: " in said
    assert not set(said) & set("│█▁└─")


def test_review_lists_what_is_due_the_most_overdue_first(call: Run, practised: Store):
    lines = call("review", "--list").stdout.splitlines()
    assert lines[1:4] == [
        "Today. 2 due, 4 new",
        "  yesterday     exercise  gae               Generalized advantage estimation",
        "  yesterday     formula   ratio             Probability ratio",
    ]
    found = json.loads(call("review", "--json").stdout)
    assert set(found) == {"schema", "now", "interview_date", "tasks", "next"}
    assert found["schema"] == "rlprep.review/v1"
    task_keys = {"kind", "id", "title", "new", "due", "recall"}
    assert all(set(task) == task_keys for task in [*found["tasks"], found["next"]])
    old = [task for task in found["tasks"] if not task["new"]]
    assert [task["due"] for task in old] == sorted(task["due"] for task in old)
    assert [(task["kind"], task["id"]) for task in old] == [
        ("exercise", "gae"), ("formula", "ratio"),
    ]  # fmt: skip
    assert found["next"]["id"] == "gae"


def test_review_is_limited_in_number_and_kind(call: Run, practised: Store):
    one = json.loads(call("review", "--json", "--limit", "1").stdout)
    assert [task["id"] for task in one["tasks"]] == ["gae"]
    formulas = json.loads(call("review", "--json", "--kind", "formula").stdout)["tasks"]
    assert {task["kind"] for task in formulas} == {"formula"}


def test_nothing_due_says_when_the_next_one_is(call: Run, store: Store):
    items: list[Key] = [
        ("question", "gae"), ("formula", "gae"), ("formula", "ratio"), ("exercise", "gae"),
    ]  # fmt: skip
    store.add([Attempt(kind, item, MONDAY.replace(day=6), 1.0) for kind, item in items])
    said = call("review").stdout
    assert "Nothing more is due today." in said
    assert "Next: " in said
    assert "Mar 8" in said
    assert "76 items not tried yet" in said


def test_the_interviews_day_is_remembered_and_shown(call: Run, practised: Store):
    assert "interview in 3 days" in call("review", "--interview-date", "2026-03-09").stdout
    items = json.loads(call("progress", "--json").stdout)["items"]
    assert all(each["due"][:10] <= "2026-03-09" for each in items)
    refused = call("review", "--interview-date", "2026-03-01")
    assert refused.returncode == 2
    assert refused.stderr == (
        "error: 2026-03-01 is over; today is 2026-03-06\n  try: name a day to come, or none\n"
    )


def test_a_clock_set_to_nonsense_is_misuse(call: Run):
    done = call("review", RLPREP_NOW="noon")
    assert done.returncode == 2
    assert "RLPREP_NOW is 'noon'" in done.stderr


def test_there_and_back_through_files_and_pipes(call: Run, practised: Store, tmp_path: Path):
    done = call("progress", "--export", "mine.jsonl")
    assert done.returncode == 0
    assert done.stderr == "5 attempts written to mine.jsonl\n"
    lines = (tmp_path / "mine.jsonl").read_text()
    assert call("progress", "--export", "-").stdout == lines
    other = str(tmp_path / "other")
    bad = call("progress", "--import", "-", RLPREP_HOME=other, input=f"{lines}nonsense\n")
    assert bad.returncode == 3
    assert bad.stdout == "5 new, 0 known already, 1 left out\n"
    assert bad.stderr == "-:6: left out: no JSON object\n"
    again = call("progress", "--import", "mine.jsonl", RLPREP_HOME=other)
    assert again.returncode == 0
    assert again.stdout == "0 new, 5 known already\n"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--import", "nowhere.jsonl"], 3, "nowhere.jsonl: can't be read: no such file"),
        (["--export", "/nowhere/x"], 2, "there is no folder for /nowhere/x"),
    ],
)
def test_files_that_cannot_be_used_are_said(call: Run, arguments, code: int, message: str):
    done = call("progress", *arguments)
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_newer_store_is_refused_and_left_alone(run: Run, practised: Store):
    with closing(sqlite3.connect(practised.path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = practised.path.read_bytes()
    done = run("review", "--list")
    assert done.returncode == 3
    assert "a newer rlprep keeps your progress there (layout 99" in done.stderr
    assert "Traceback" not in done.stderr
    kept = run("check-formula", "ratio", RIGHT, "--keep")
    assert kept.returncode == 0
    assert kept.stderr.count("warning: ") == 1
    assert practised.path.read_bytes() == before


def test_a_damaged_store_is_set_aside_and_the_rounds_logs_bring_it_back(
    call: Run, home: Path, practised: Store
):
    log_of(home, *answered())
    practised.path.write_bytes(b"damaged" * 1000)
    done = call("progress")
    assert done.returncode == 0
    assert "warning: your progress could not be read" in done.stderr
    assert "Nothing is recorded yet" in done.stdout
    for logged in (1, 0):
        assert call("progress", "--recover").stdout == (
            f"0 attempts taken in from damaged files, {logged} from rounds' logs\n"
        )
    assert [each.item for each in practised.attempts()] == ["gae"]


def test_a_check_is_kept_where_a_person_asks_for_it(call: Run, store: Store):
    call("check-formula", "ratio", "pi_old/pi", "--keep")
    call("check-formula", "ratio", RIGHT)  # through a pipe: a script, perhaps
    call("check-formula", "ratio", "((", "--keep")  # a slip of the pen is no attempt
    (kept,) = store.attempts()
    assert (kept.key, kept.share, kept.verdict) == (("formula", "ratio"), 0.0, "different")
    assert kept.details["text"] == "pi_old/pi"
    assert kept.details["misconception"] == "ratio_swapped"


def graded(exercise: str | None, verdict: Verdict, points: int, families: int = 1):
    family = FamilyResult("f", points, 10, verdict, "claim")
    return SubmissionResult("a.py", exercise, verdict, points, 10, (family,) * families)


def test_grades_are_kept_and_what_was_not_graded_is_not(
    monkeypatch: pytest.MonkeyPatch, home: Path, store: Store
):
    monkeypatch.setenv("RLPREP_HOME", str(home))
    monkeypatch.setattr(progress_store, "keeper", progress_store.keeper.__wrapped__)
    report = GradeReport(
        7,
        {},
        (
            graded("gae", Verdict.WRONG, 4),
            graded("vtrace", Verdict.PASSED, 10),
            graded("entropy", Verdict.INTERNAL_ERROR, 0),
            graded("entropy", Verdict.SYNTAX, 0, families=0),
            graded(None, Verdict.MISSING_FUNCTION, 0, families=0),
        ),
    )
    progress_store.keep_grades(report)
    kept = {each.item: (each.kind, each.share, each.verdict) for each in store.attempts()}
    assert kept == {"gae": ("exercise", 0.4, "wrong"), "vtrace": ("exercise", 1.0, "passed")}
    assert all(each.details["seed"] == 7 for each in store.attempts())


@pytest.mark.parametrize(
    ("asked", "as_json", "ci", "terminal", "kept"),
    [
        (None, False, "", True, True),
        (None, False, "", False, False),
        (None, True, "", True, False),
        (None, False, "true", True, False),
        (True, True, "true", False, True),
        (False, False, "", True, False),
    ],
)
def test_only_a_person_at_a_terminal_leaves_a_trace_unasked(
    monkeypatch: pytest.MonkeyPatch, asked, as_json, ci: str, terminal: bool, kept: bool
):
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr("rlprep.report.screen.is_terminal", lambda _: terminal)
    assert progress_store.is_kept(asked, as_json=as_json) is kept
