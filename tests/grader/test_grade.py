"""What a submission earns, and what it is told."""

import re

import pytest

from rlprep.grader.grade import Grader
from rlprep.grader.result import SubmissionResult, Verdict, exit_code

SIGNATURE = "def gae(rewards, values, next_values, terminated, truncated, gamma, lam):\n"
RIGHT = (
    SIGNATURE
    + """    out = rewards.clone()
    ahead = rewards[0] * 0
    for t in reversed(range(len(rewards))):
        delta = rewards[t] + gamma * next_values[t] * (~terminated[t]) - values[t]
        ahead = delta + gamma * lam * (~(terminated[t] | truncated[t])) * ahead
        out[t] = ahead
    return out
"""
)

WORTHLESS = {
    "zeros": (SIGNATURE + "    return rewards * 0\n", "wrong"),
    "ones": (SIGNATURE + "    return rewards * 0 + 1\n", "wrong"),
    "its input": (SIGNATURE + "    return rewards\n", "wrong"),
    "the values": (SIGNATURE + "    return -values\n", "wrong"),
    "NaN": (SIGNATURE + "    return rewards * float('nan')\n", "non_finite"),
    "one number": (SIGNATURE + "    return 0.0\n", "shape"),
    "nothing": (SIGNATURE + "    pass\n", "dtype"),
    "a string": (SIGNATURE + "    return 'gae'\n", "dtype"),
    "complex numbers": (SIGNATURE + "    return rewards + 0j\n", "dtype"),
    "a generator": (SIGNATURE + "    yield rewards\n", "dtype"),
    "an exception": (SIGNATURE + "    raise ValueError('no')\n", "exception"),
    "an exception on import": ("1 / 0\n" + RIGHT, "exception"),
    "exit on import": ("import sys\nsys.exit(0)\n" + RIGHT, "exception"),
    "exit at once": ("import os\nos._exit(0)\n" + RIGHT, "crash"),
    "prints for ever": (SIGNATURE + "    while True: print('x' * 1000)\n", "output_limit"),
    "too much memory": (SIGNATURE + "    return [0.0] * 10**10\n", "memory"),
    "recursion": (SIGNATURE + "    return gae(*[rewards] * 7)\n", "exception"),
    "gone after the import": (RIGHT + "del gae\n", "missing_function"),
    "async": ("async " + RIGHT, "bad_signature"),
    "a class": ("class gae:\n    pass\n", "bad_signature"),
    "too few parameters": ("def gae(rewards, values):\n    return rewards\n", "bad_signature"),
}


@pytest.mark.parametrize(("source", "verdict"), WORTHLESS.values(), ids=WORTHLESS)
def test_what_is_never_right_earns_nothing(grade, source, verdict):
    result = grade(source)
    assert result.verdict == verdict
    assert result.points == 0
    assert result.max_points == 10
    assert result.message


def test_an_endless_loop_is_cut_once_and_not_once_a_case(grade):
    result = grade(SIGNATURE + "    while True: pass\n")
    assert (result.verdict, result.points) == ("timeout", 0)
    assert result.seconds < 30


PUBLIC_ONLY = (
    SIGNATURE
    + """    if len(rewards) == 3 and float(rewards[0].sum()) == 1.0:
        return rewards * 0 + rewards.new_tensor([-0.9375, 4.25, 1.0])
    return rewards * 0
"""
)


def test_who_is_right_on_the_public_examples_only_earns_nothing(grade):
    assert grade(PUBLIC_ONLY).points == 0


NOISY = "import random\n" + RIGHT.replace("return out", "return out * (1 + 0.01 * random.random())")


def test_noise_is_wrong(grade):
    assert grade(NOISY).points == 0


def test_state_between_calls_costs_the_contract(grade):
    source = "calls = []\n" + RIGHT.replace(
        "return out", "calls.append(1)\n    return out * len(calls)"
    )
    result = grade(source)
    assert {f.id for f in result.families if not f.points} == {"contract"}
    assert "called twice" in result.message


def test_a_changed_input_costs_the_contract_and_is_named(grade):
    result = grade(RIGHT.replace("rewards.clone()", "rewards"))
    assert result.points == 9
    assert "changes its input rewards" in result.message
    assert result.diagnosis is not None
    assert result.diagnosis.id == "in_place"


def test_an_input_changed_in_a_batch_only_costs_the_contract(grade):
    result = grade(
        RIGHT.replace("rewards.clone()", "rewards.clone() if rewards.dim() == 1 else rewards")
    )
    assert {f.id for f in result.families if not f.points} == {"contract"}
    assert result.message == "changes its input rewards: work on a copy"
    assert result.diagnosis is not None
    assert result.diagnosis.id == "in_place"


def test_a_submission_for_one_axis_only_keeps_what_it_earned(grade):
    source = RIGHT.replace("    out =", "    assert rewards.ndim == 1\n    out =")
    result = grade(source)
    assert {f.id for f in result.families if not f.points} == {"batch"}
    assert result.verdict == Verdict.EXCEPTION


def test_an_exception_is_told_with_its_line_and_the_words_only_of_a_public_example(grade):
    source = SIGNATURE + "    raise ValueError(str(rewards.tolist()))\n"
    result = grade(source)
    family = result.families[0]
    assert family.reason == "raised ValueError in line 2"
    assert family.example is not None
    assert family.example.got == "raised ValueError in line 2: [1.0, 3.0, 2.0]"


def test_a_family_tells_of_one_case_however_many_say_something(grade):
    choose = "    int(rewards.sum() * 1e6) % 40 or None\n"
    lines = "".join(f"    if {n} == chosen: raise ValueError(rewards)\n" for n in range(40))
    result = grade(SIGNATURE + choose.replace("    int", "    chosen = int") + lines)
    reasons = [family.reason for family in result.families]
    assert all(re.fullmatch(r"raised \w+( in line \d+)?", reason) for reason in reasons)
    assert len(set(reasons)) > 1  # lines do depend on the hidden inputs
    assert result.diagnosis is None


def test_a_gradient_by_differences_serves_numpy_and_not_a_detached_tensor(grade):
    head = "def ppo_clip_loss(new, old, adv, eps):\n"
    body = (
        "    r = (new{} - old).exp()\n"
        "    return -(r * adv).minimum(r.clamp(1 - eps, 1 + eps) * adv).mean(){}\n"
    )
    assert grade(head + body.format("", "")).points == 10
    for broken in (head + body.format(".detach()", ""), head + body.format("", ".item()")):
        result = grade(broken)
        assert {f.id for f in result.families if not f.points} == {"gradient"}
        assert result.diagnosis is not None
        assert result.diagnosis.id == "gradient_dropped"


def test_a_constant_factor_is_named(grade):
    result = grade(
        "def entropy(logits):\n    p = logits.softmax(-1)\n"
        "    return -3 * (p * logits.log_softmax(-1)).sum(-1)\n"
    )
    assert result.diagnosis is not None
    assert result.diagnosis.id == "factor"
    assert "factor of 3" in result.diagnosis.text


def test_online_softmax_must_read_its_block(grade):
    result = grade(
        "def online_softmax(scores, values, block):\n    return scores.softmax(0) @ values\n"
    )
    assert result.points == 9
    assert result.diagnosis is not None
    assert result.diagnosis.id == "whole"


def test_the_same_seed_gives_the_same_words(grade):
    wrong = RIGHT.replace("~(terminated[t] | truncated[t])", "~terminated[t]")
    first, second = (grade(wrong, seed=5) for _ in range(2))
    assert first.families == second.families


def test_every_exercise_of_a_file_is_graded(bank, sandbox):
    source = RIGHT + "\ndef entropy(logits):\n    return logits\n"
    results = Grader(bank, sandbox, 1).source("a.py", source.encode())
    assert [(r.exercise, r.points) for r in results] == [("gae", 10), ("entropy", 0)]
    (only,) = Grader(bank, sandbox, 1).source("a.py", source.encode(), only="entropy")
    assert only.exercise == "entropy"


UNREAD = {
    "nothing of ours": ("def f(): pass\n", "missing_function", "exercise list"),
    "nearly": ("def gea(r): pass\n# gae\n", "missing_function", "should it be called 'gae'"),
    "syntax": ("def gae(:\n", "syntax", "line 1"),
}


@pytest.mark.parametrize(("source", "verdict", "words"), UNREAD.values(), ids=UNREAD)
def test_a_file_in_which_nothing_can_be_graded(grade, source, verdict, words):
    result = grade(source)
    assert (result.exercise, result.verdict, result.max_points) == (None, verdict, 0)
    assert words in result.message


def result_of(verdict: str, points: int = 0) -> SubmissionResult:
    return SubmissionResult("a.py", "gae", Verdict(verdict), points, 10)


def test_exit_codes():
    passed, wrong = result_of("passed", 10), result_of("wrong", 4)
    assert exit_code([passed]) == 0
    assert exit_code([passed, wrong]) == 1
    assert exit_code([passed, wrong], fail_under=70) == 0
    assert exit_code([passed, wrong], fail_under=71) == 1
    assert exit_code([passed, result_of("syntax")]) == 3
    assert exit_code([result_of("refused_file"), result_of("internal_error")]) == 4
