from rlprep.bank.load import load_bank
from rlprep.bank.schema import Clarification
from rlprep.interview.clarify import find
from rlprep.interview.round_state import Answer, replay
from rlprep.interview.score import score_parts, score_question, study_list

BANK = load_bank()


def answer(**marks: str) -> Answer:
    return Answer(lines=["text"], finished=True, marks=marks)  # type: ignore[arg-type]


def test_a_point_counts_its_weight_in_full_or_half():
    scored = score_question(BANK.question("gae"), answer(delta="made", sum="partly", lam0="missed"))
    assert (scored.points, scored.max_points) == (2.0, 7)
    assert [point.id for point in scored.missing] == [
        "sum", "lam0", "lam1", "tradeoff", "recursion",
    ]  # fmt: skip


def test_scores_are_grouped_by_part_and_the_weakest_come_first():
    scores = {
        "gae": score_question(BANK.question("gae"), answer(delta="made")),
        "gqa": score_question(BANK.question("gqa"), Answer()),
        "ppo": score_question(
            BANK.question("ppo"),
            answer(**{point.id: "made" for point in BANK.question("ppo").rubric}),
        ),
    }
    parts = score_parts([part for _, part in BANK.parts()], scores)
    assert [(part.part.id, part.points, part.max_points) for part in parts] == [
        ("A", 10.0, 16),
        ("B", 0.0, 9),
    ]
    assert [each.question.id for each in study_list(scores.values())] == ["gqa", "gae"]
    assert not scores["gqa"].answered


def test_state_is_what_the_events_say():
    state = replay(
        [
            {"event": "begin", "mode": "mock", "title": "T", "at": "now", "minutes": 45,
             "questions": ["gae"], "t": 0.0},
            {"event": "asked", "question": "gae", "t": 1.0},
            {"event": "line", "question": "gae", "text": "one", "t": 2.0},
            {"event": "line", "question": "gae", "text": "two", "t": 3.0},
            {"event": "paused", "question": "gae", "seconds": 2.0, "t": 3.0},
            {"event": "rewritten", "question": "gae", "text": "one\nand two", "t": 5.0},
            {"event": "an event of a later version", "question": "gae"},
            {"event": "answered", "question": "gae", "seconds": 4.0, "t": 9.0},
        ]
    )  # fmt: skip
    assert state.answer("gae").text == "one\nand two"
    assert state.answer("gae").seconds == 6.0
    assert state.answer("gae").finished
    assert state.seconds == 9.0


PREPARED = BANK.packs[0].clarifications


def asked(text: str) -> str | None:
    found: Clarification | None = find(text, PREPARED)
    return found.asks if found else None


def test_a_candidates_own_wording_finds_the_prepared_answer():
    assert "mathematics" in (asked("Do you want maths or the intuition first?") or "")
    assert "production" in (asked("original paper or a production variant?") or "")
    assert "inference" in (asked("is this about serving/inference or training?") or "")
    assert "conjugate gradient" in (asked("pitfalls like the conjugate gradient?") or "")
    assert asked("1") == PREPARED[0].asks


def test_nothing_is_guessed():
    assert asked("what's for lunch") is None
    assert asked("99") is None
    assert asked("the") is None
    assert asked("ünïcödé ???") is None
