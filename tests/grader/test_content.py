"""What the exercises come with is as listed: examples, families, every mistake by its name."""

import pytest

from rlprep.bank.lint_exercises import mistakes_folder
from rlprep.bank.load import load_bank
from rlprep.grader import complexity
from rlprep.grader.answers import answers_for
from rlprep.grader.cases.catalogue import COSTLY, GENERATORS, make_cases
from rlprep.grader.content import check_listing
from rlprep.grader.grade import Grader
from tests.grader.in_process import InProcess

BANK = load_bank()
IDS = BANK.ids("exercise")
SEEDS = range(2)


def test_every_exercise_of_the_bank_has_cases_and_the_other_way_round():
    assert set(IDS) == set(GENERATORS)


@pytest.mark.parametrize("id_", IDS)
def test_examples_and_families_are_as_listed(id_):
    exercise = BANK.exercise(id_)
    assert list(check_listing(exercise, answers_for(BANK, exercise, InProcess()))) == []


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("id_", IDS)
def test_every_mistake_loses_points_and_is_named(id_, seed, monkeypatch):
    # Cost is told by limits that only the sandbox has: see test_cost.
    monkeypatch.setattr(complexity, "cost_finding", lambda *_: None)
    grader = Grader(BANK, InProcess(), seed)
    folder = mistakes_folder(BANK.solution_stem("exercise", id_))
    for mistake in BANK.exercise(id_).mistakes:
        if mistake.sign == "cost" or mistake.id == "state_kept":
            continue  # the sandbox gives every case a fresh process, which is how it shows
        (result,) = grader.file(folder / f"{mistake.id}.py", only=id_)
        assert result.points < result.max_points, mistake.id
        assert result.diagnosis is not None, mistake.id
        assert result.diagnosis.id == mistake.id


@pytest.mark.parametrize("id_", COSTLY)
def test_a_mistake_that_shows_in_the_cost_alone_is_named(id_, bank, sandbox):
    folder = mistakes_folder(BANK.solution_stem("exercise", id_))
    costly = [m.id for m in BANK.exercise(id_).mistakes if m.sign == "cost"]
    assert costly
    for mistake in costly:
        (result,) = Grader(bank, sandbox, 5).file(folder / f"{mistake}.py", only=id_)
        assert [f.id for f in result.families if not f.points] == ["cost"]
        assert result.diagnosis is not None
        assert result.diagnosis.id == mistake


def test_a_mistake_that_lives_from_call_to_call_is_named(bank, sandbox):
    folder = mistakes_folder(BANK.solution_stem("exercise", "kv_cache_decode"))
    (result,) = Grader(bank, sandbox, 5).file(folder / "state_kept.py", only="kv_cache_decode")
    assert result.points < result.max_points
    assert result.diagnosis is not None
    assert result.diagnosis.id == "state_kept"


@pytest.mark.parametrize("id_", IDS)
def test_at_least_six_mistakes_are_known(id_):
    assert len(BANK.exercise(id_).mistakes) >= 6


@pytest.mark.parametrize("id_", IDS)
def test_the_points_of_every_exercise_add_up_to_ten(id_):
    assert BANK.exercise(id_).points == 10


@pytest.mark.parametrize("id_", IDS)
def test_cases_repeat_with_their_seed_and_differ_without(id_):
    def text(seed: int) -> str:
        return repr([case.arguments for case in make_cases(BANK.exercise(id_), seed)])

    assert text(3) == text(3)
    assert text(3) != text(4)
