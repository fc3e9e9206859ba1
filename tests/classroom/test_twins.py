"""The same but for names and formatting; nothing more is claimed, and nothing trivial listed."""

import pytest

from rlprep.bank.load import load_bank
from rlprep.classroom.twins import fingerprint, twins
from rlprep.report.exercises import stub

ORIGINAL = '''
"""My answer."""
import torch


def backwards(values, carry):
    """Sum from the end."""
    ahead = torch.zeros_like(values[0])  # nothing after the end
    out = torch.empty_like(values)
    for t in reversed(range(len(values))):
        ahead = values[t] + carry[t] * ahead
        out[t] = ahead
    return out


def gae(rewards, values, next_values, terminated, truncated, gamma, lam):
    deltas = rewards + gamma * next_values * ~terminated - values
    carry = gamma * lam * (~(terminated | truncated)).to(deltas.dtype)
    return backwards(deltas, carry)
'''
RENAMED = '''
import torch as T
def helper(x: T.Tensor, c: T.Tensor) -> T.Tensor:
    """Quite another text."""
    a = T.zeros_like(x[0])
    o = T.empty_like(x)
    for i in reversed(range(len(x))):
        a = x[i] + c[i]*a
        o[i] = a
    return o
def gae(r, v, nv, done,
        cut, g, l):
    pass
    d = r + g*nv*~done - v
    c: object = g*l*(~(done|cut)).to(d.dtype)
    return (helper(d, c))
'''
DIFFERENT = {
    "a sign": ORIGINAL.replace("- values", "+ values"),
    "a number": ORIGINAL.replace("values[0]", "values[1]"),
    "another name swapped": ORIGINAL.replace("next_values * ~terminated", "values * ~terminated"),
    "a method": ORIGINAL.replace("to(deltas.dtype)", "type_as(deltas)"),
    "another library": ORIGINAL.replace("torch", "numpy"),
    "another function of it": ORIGINAL.replace("torch.empty_like", "torch.zeros_like"),
    "order of arguments": ORIGINAL.replace("backwards(deltas, carry)", "backwards(carry, deltas)"),
}


def print_of(text: str) -> str | None:
    return fingerprint(text.encode(), ["gae"])


def test_names_comments_docstrings_annotations_and_layout_make_no_difference():
    assert print_of(ORIGINAL) is not None
    assert print_of(RENAMED) == print_of(ORIGINAL)


GUARDED = """
from torch import zeros_like, exp


def gae(rewards, values, next_values, terminated, truncated, gamma, lam):
    global calls
    ahead: object
    try:
        ahead = zeros_like(rewards[0]) + exp(values[0])
    except (TypeError, ValueError) as problem:
        raise RuntimeError(str(problem)) from problem
    for t in reversed(range(len(rewards))):
        ahead = rewards[t] + gamma * lam * ~terminated[t] * ahead
        rewards[t] = ahead - next_values[t]
    calls = rewards
    return rewards
"""


def test_aliases_and_the_names_of_what_is_caught_make_no_difference():
    other = (
        GUARDED.replace("import zeros_like, exp", "import exp as e, zeros_like as zeros")
        .replace(" zeros_like(", " zeros(")
        .replace(" exp(", " e(")
        .replace("problem", "error")
        .replace("    ahead: object\n", "")
    )
    assert print_of(other) == print_of(GUARDED) is not None
    assert print_of(GUARDED.replace("calls", "count")) != print_of(GUARDED)
    assert print_of(GUARDED.replace("as problem", "").replace("problem", "None")) != (
        print_of(GUARDED)
    )


@pytest.mark.parametrize("text", DIFFERENT.values(), ids=DIFFERENT)
def test_what_computes_something_else_is_something_else(text):
    assert text != ORIGINAL
    assert print_of(text) != print_of(ORIGINAL)


def test_a_stub_and_a_short_answer_say_nothing():
    bank = load_bank()
    for id_ in bank.ids("exercise"):
        assert fingerprint(stub(bank.exercise(id_)).encode(), [id_]) is None
    short = b"def entropy(x):\n    return -(x.softmax(-1) * x.log_softmax(-1)).sum(-1)\n"
    assert fingerprint(short) is None


def test_files_that_dont_parse_are_compared_as_text():
    broken = ORIGINAL + "def (\n"
    assert print_of(broken) == print_of(broken.replace("\n", "\n\n").replace(" = ", "="))
    assert print_of(broken) != print_of(broken.replace("ahead", "later"))
    assert fingerprint(b"def (") is None
    assert fingerprint(b"y = " + b"(" * 5000 + b")" * 5000) is not None


def test_groups_by_student():
    sources = {"1": ORIGINAL, "2": RENAMED, "3": DIFFERENT["a sign"], "4": "x = 1"}
    handed = [("zoe", "2"), ("ada", "1"), ("bob", "3"), ("cy", "4"), ("dan", "4"), ("eve", "1")]
    assert twins(handed, lambda sha: sources[sha].encode(), ["gae"]) == (("ada", "eve", "zoe"),)
