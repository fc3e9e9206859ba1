"""Claims of the model answers on attention that a lab measures: direction and rough size.

The margins hold for every seed that was tried (eight for recall, four for the trained layers).
Claims about time are measured in tests/bench/labs.py: another program on the machine may not
decide whether a test passes.
"""

from collections.abc import Callable

import pytest

from rlprep.labs.lab import LabResult
from tests.labs.conftest import number

Quick = Callable[[str], LabResult]


def test_recall_of_softmax_is_whole_and_that_of_elu_features_collapses(quick: Quick):
    """linear_attention.md, softmax_wins.md: 1024 of 1024; half of 8 and a twentieth of 64."""
    result = quick("recall")
    names = [column.name for column in result.columns]
    rows = {(row[0], row[1]): dict(zip(names, row, strict=True)) for row in result.rows}

    def share(attention: str, pairs: int) -> float:
        return number(rows[64, pairs][attention])

    assert share("softmax", 1024) > 0.998
    assert share("elu + 1", 8) == pytest.approx(0.5, abs=0.12)
    assert share("elu + 1", 64) < 0.1
    # Not the number of features: the same state without the map holds 64 pairs, and not 1024.
    assert share("no map", 64) > 0.98
    assert share("no map", 1024) < 0.2
    assert share("2nd order", 1024) > 0.7  # a state 65 times as large


def costs(result: LabResult, mask: str, attention: str, n: int) -> tuple[float, float]:
    """Return peak memory and work of one row."""
    row = next(row for row in result.rows if row[:3] == (mask, attention, n))
    return number(row[4]), number(row[5])


def test_fused_softmax_saves_memory_and_no_work(quick: Quick):
    """softmax_wins.md: exact, O(n) extra memory, the arithmetic stays quadratic."""
    result = quick("linear-vs-softmax")
    for attention, grows in (("softmax, written out", 4.0), ("softmax, fused", 2.0)):
        before, after = (costs(result, "none", attention, n)[0] for n in (256, 1024))
        assert after / before == pytest.approx(grows**2, rel=0.35)
    assert costs(result, "causal", "softmax, fused", 1024)[0] < (
        costs(result, "causal", "softmax, written out", 1024)[0] / 10
    )
    before, after = (costs(result, "causal", "softmax, fused", n)[1] for n in (512, 1024))
    assert after / before == pytest.approx(4, rel=0.01)


def test_linear_attention_is_more_work_when_short_and_less_when_long(quick: Quick):
    """linear_attention.md: below n = d it is more work, whatever the time."""
    result = quick("linear-vs-softmax")

    def work(attention: str, n: int) -> float:
        return costs(result, "causal", attention, n)[1]

    assert work("linear", 64) > work("softmax, fused", 64)
    assert work("linear", 1024) < work("softmax, fused", 1024) / 2
    # In chunks it is as much work or more, so what it saves in time is the machine's.
    assert work("linear, by token", 1024) < work("linear", 1024)


def test_the_cache_of_8_and_of_1_heads_is_4_and_32_times_smaller(quick: Quick):
    """kv_4x.md and gqa.md."""
    bytes_of = {str(row[0]): number(row[2]) for row in quick("kv-cache").rows}
    assert bytes_of["MHA"] == 4 * bytes_of["GQA-8"] == 32 * bytes_of["MQA"]


def test_few_heads_lose_little_recall_and_one_or_a_fixed_state_more(quick: Quick):
    """gqa.md, kv_4x.md: near multi-head with 8 K/V heads, a risk with 1, a loss when linear."""
    share = {str(row[0]): number(row[-1]) for row in quick("kv-cache").rows}
    assert share["MHA"] > 0.85
    assert share["GQA-8"] > share["MHA"] - 0.25
    assert share["MQA"] < share["GQA-8"] - 0.1
    assert share["linear"] < share["MHA"] - 0.05


def test_the_linear_state_is_516_tokens_of_gqa_8(quick: Quick):
    """kv_4x.md: below that the linear state is the larger one."""
    result = quick("kv-cache")
    assert any("2,113,536 B" in each and "516 tokens" in each for each in result.findings)
    sizes = next(panel for panel in result.panels if "Bytes" in panel.title)
    linear, gqa = (
        next(line for line in sizes.lines if line.label == label) for label in ("linear", "GQA-8")
    )
    assert [g > s for g, s in zip(gqa.y, linear.y, strict=True)] == [x > 516 for x in gqa.x]
