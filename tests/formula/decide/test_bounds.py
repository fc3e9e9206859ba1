"""A bound under one increasing function of both sides is the same bound, and under others not."""

import pytest

from rlprep.formula.check import decide
from tests.formula.corpus.labels import specs

KL = r"E[KL(\pi_{old} \| \pi)]"
PROBLEM = r"\max_\theta E[r_t A_t] \text{ s.t. } "

SAME = (
    rf"2 {KL} \le 2 \delta",
    rf"\sqrt{{{KL}}} \le \sqrt{{\delta}}",
    rf"{KL} / \delta \le 1",
    rf"{KL} + 1 \le \delta + 1",
    rf"-{KL} \ge -\delta",
    rf"\log {KL} \le \log \delta",
    rf"\exp({KL}) \le \exp(\delta)",
    rf"\exp(-{KL}) \ge \exp(-\delta)",
    rf"1 / {KL} \ge 1 / \delta",
    rf"({KL})^2 < \delta^2",
)

OTHER = (
    rf"2 {KL} \le \delta",
    rf"{KL} \le 2 \delta",
    rf"-2 {KL} \le -2 \delta",
    rf"{KL} \le \sqrt{{\delta}}",
    rf"\exp(-{KL}) \le \exp(-\delta)",
    rf"1 / {KL} \le 1 / \delta",
    rf"({KL} - \delta)^2 \le 0",
    rf"2 {KL} = 2 \delta",
    r"2 E[KL(\pi \| \pi_{old})] \le 2 \delta",
    r"E[\sqrt{KL(\pi_{old} \| \pi)}] \le \sqrt{\delta}",
    rf"{KL} - 1 \le \delta + 1",
    rf"({KL} - \delta) ({KL} - 2 \delta) \le 0",
)


@pytest.mark.parametrize("text", SAME)
def test_an_increasing_function_of_both_sides_changes_nothing(text) -> None:
    for formula, whole in (("trpo_constraint", text), ("trpo", PROBLEM + text)):
        verdict = decide(specs()[formula], whole)
        assert verdict.verdict == "equivalent", verdict.message


@pytest.mark.parametrize("text", OTHER)
def test_another_set_of_policies_is_another_bound(text) -> None:
    assert decide(specs()["trpo_constraint"], text).verdict == "different"


def test_a_verdict_that_leans_on_the_function_says_so() -> None:
    spec = specs()["trpo_constraint"]
    said = "both sides are read as under one increasing function"
    assert said in decide(spec, rf"\sqrt{{{KL}}} \le \sqrt{{\delta}}").remarks
    assert said not in decide(spec, rf"{KL} \le \delta").remarks


@pytest.mark.parametrize("text", [rf"f({KL}) \le f(\delta)", rf"c {KL} \le c \delta"])
def test_a_function_or_factor_that_is_not_known_is_not_taken_to_increase(text) -> None:
    assert decide(specs()["trpo_constraint"], text).verdict == "undecided"
