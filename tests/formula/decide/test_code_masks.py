"""Flags that end an episode, in loops over a rollout: which step each tells of, what it masks.

Libraries keep two conventions: `dones[t]` says that step t ended, or, as in CleanRL and
Stable-Baselines3, `dones[t + 1]` and `episode_starts[t + 1]` do. A program keeps to one of them.
"""

import pytest

from tests.formula.decide.verdicts import assert_accepted

SERIES = "series: all coefficients agree"

LOOP = """\
gae = 0
for t in reversed(range(T)):
    delta = rewards[t] + gamma * values[t + 1]{} - values[t]
    gae = delta + gamma * lam{} * gae
    adv[t] = gae"""
MASKS = (
    (" * (1 - dones[t])", " * (1 - dones[t])", True),
    (" * (1 - dones[t + 1])", " * (1 - dones[t + 1])", True),
    (" * masks[t + 1]", " * masks[t + 1]", True),
    (" * (1 - episode_starts[t + 1])", " * (1 - episode_starts[t + 1])", True),
    (" * (1 - dones[t])", " * (1 - episode_starts[t + 1])", True),
    (" * (1.0 - float(dones[t]))", " * (1.0 - dones[t].float())", True),
    (" * (1 - dones[t])", " * (1 - dones[t + 1])", False),
    (" * (1 - dones[t + 1])", " * (1 - dones[t])", False),
    (" * (1 - dones[t - 1])", " * (1 - dones[t - 1])", False),
    (" * (1 - dones[t + 2])", " * (1 - dones[t + 2])", False),
    (" * (1 - episode_starts[t])", " * (1 - episode_starts[t])", False),
    (" * masks[t + 1]", " * masks[t]", False),
    (" * (1 - dones[t])", "", False),
    ("", " * (1 - dones[t])", False),
    (" * dones[t]", " * dones[t]", False),
    (" * (1 - dones[t + 1])", " * (1 - episode_starts[t])", False),
)


@pytest.mark.parametrize(("value", "carried", "is_right"), MASKS)
def test_both_masks_tell_of_the_same_step(ask, value, carried, is_right) -> None:
    verdict = ask("gae_recursive", LOOP.format(value, carried))
    assert verdict.verdict == ("equivalent" if is_right else "different"), verdict.message


CLEANRL = """\
lastgaelam = 0
for t in {order}:
    if {last}:
        nextnonterminal = {end}
        nextvalues = {bootstrap}
    else:
        nextnonterminal = {flag}
        nextvalues = {value}
    delta = rewards[t] + gamma * nextvalues * nextnonterminal - values[t]
    advantages[t] = lastgaelam = delta + gamma * gae_lambda * nextnonterminal * lastgaelam"""
USUAL = {
    "order": "reversed(range(num_steps))", "last": "t == num_steps - 1",
    "end": "1.0 - next_done", "bootstrap": "next_value", "flag": "1.0 - dones[t + 1]",
    "value": "values[t + 1]",
}  # fmt: skip
BASELINES = {"end": "1.0 - dones", "bootstrap": "last_values", "flag": "1.0 - mb_dones[t + 1]"}
STABLE = {**BASELINES, "end": "1.0 - float(dones)", "flag": "1.0 - episode_starts[t + 1]"}


@pytest.mark.parametrize("changes", [{}, BASELINES, STABLE])
def test_the_last_turn_of_a_rollout_has_a_branch_of_its_own(ask, changes) -> None:
    assert_accepted(ask("gae_recursive", CLEANRL.format(**USUAL | changes)), SERIES)


SLIPS = (
    {"flag": "1.0 - dones[t]"}, {"end": "next_done"}, {"end": "1.0"}, {"value": "values[t]"},
    {"bootstrap": "0"}, {"bootstrap": "values[t]"},
    {"order": "range(num_steps)"}, {"flag": "1.0"}, STABLE | {"flag": "1.0 - episode_starts[t]"},
)  # fmt: skip


@pytest.mark.parametrize("changes", SLIPS)
def test_a_slip_in_the_branches_of_a_rollout_is_told(ask, changes) -> None:
    verdict = ask("gae_recursive", CLEANRL.format(**USUAL | changes))
    assert verdict.verdict == "different", verdict.message


EITHER = """\
for step in reversed(range(size)):
    goes_on = 1.0 - float(dones) if step == size - 1 else 1.0 - episode_starts[step + 1]
    next_values = last_values if step == size - 1 else values[{}]
    delta = rewards[step] + gamma * next_values * goes_on - values[step]
    gae = delta + gamma * gae_lambda * goes_on * gae
    advantages[step] = gae"""


@pytest.mark.parametrize(("index", "expected"), [("step + 1", "equivalent"), ("step", "different")])
def test_conditional_values_are_branches(ask, index: str, expected: str) -> None:
    assert ask("gae_recursive", EITHER.format(index)).verdict == expected


PLAIN = (
    ("td_residual", "r[t] + gamma*(1-done[t+1])*V[t+1] - V[t]", "equivalent"),
    ("td_residual", "r[t] + gamma*(1-done[t-1])*V[t+1] - V[t]", "different"),
    ("td_residual", "r + gamma*(1-next_done)*next_value - value", "equivalent"),
    ("gae_recursive", r"\delta_t + \gamma\lambda(1-d_{t+1}) A_{t+1}", "equivalent"),
    ("gae_recursive", r"\delta_t + \gamma\lambda(1-d_{t-1}) A_{t+1}", "different"),
    ("gae_recursive", r"r_t + \gamma (1-d_t) V(s_{t+1}) - V(s_t) "
                      r"+ \gamma\lambda(1-d_{t+1}) A_{t+1}", "different"),
)  # fmt: skip


@pytest.mark.parametrize(("formula", "text", "expected"), PLAIN)
def test_flags_of_a_line_have_times_too(ask, formula, text, expected) -> None:
    assert ask(formula, text).verdict == expected


def test_the_second_convention_is_said(ask) -> None:
    verdict = ask("gae_recursive", LOOP.format(*[" * (1 - dones[t + 1])"] * 2))
    assert any("dones[t + 1]" in remark for remark in verdict.remarks)
    shown = ask("td_residual", "r[t] + gamma*(1-done[t-1])*V[t+1] - V[t]").counterexample
    assert shown["at"]["done"] == "at t-1"


LATE = ({"last": "t == num_steps"}, {"last": "t == 0"}, {"value": "values[t + 2]"})


@pytest.mark.parametrize("changes", LATE)
def test_values_behind_the_last_are_not_there_where_another_stands_for_them(ask, changes) -> None:
    assert ask("gae_recursive", CLEANRL.format(**USUAL | changes)).verdict == "undecided"


RESET = """\
G = 0
for r, done in zip(reversed(rewards), reversed(dones)):
{}
    returns.insert(0, G)"""
LINES = "    if done:\n        G = 0", "    G = r + gamma * G"


def test_a_reset_comes_before_the_sum(ask) -> None:
    assert ask("discounted_return", RESET.format("\n".join(LINES))).verdict == "equivalent"
    assert ask("discounted_return", RESET.format("\n".join(LINES[::-1]))).verdict == "different"
