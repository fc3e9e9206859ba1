"""Claims of the model answers on attention that a lab measures: direction and rough size.

The margins hold for every seed that was tried (eight for recall, four for the trained layers);
times are CPU times of one thread and leave room for a busy machine.
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


def costs(result: LabResult, mask: str, attention: str, n: int) -> tuple[float, float, float]:
    """Return time, peak memory and work of one row."""
    row = next(row for row in result.rows if row[:3] == (mask, attention, n))
    return number(row[3]), number(row[4]), number(row[5])


def test_fused_softmax_saves_memory_and_no_work(quick: Quick):
    """softmax_wins.md: exact, O(n) extra memory, the arithmetic stays quadratic."""
    result = quick("linear-vs-softmax")
    for attention, grows in (("softmax, written out", 4.0), ("softmax, fused", 2.0)):
        before, after = (costs(result, "none", attention, n)[1] for n in (256, 1024))
        assert after / before == pytest.approx(grows**2, rel=0.35)
    assert costs(result, "causal", "softmax, fused", 1024)[1] < (
        costs(result, "causal", "softmax, written out", 1024)[1] / 10
    )
    before, after = (costs(result, "causal", "softmax, fused", n)[2] for n in (512, 1024))
    assert after / before == pytest.approx(4, rel=0.01)


def test_linear_attention_is_slower_when_short_and_faster_when_long(quick: Quick):
    """linear_attention.md and softmax_wins.md: the curves cross at moderate lengths."""
    result = quick("linear-vs-softmax")
    for exact in ("softmax, written out", "softmax, fused"):
        assert costs(result, "none", "linear", 64)[0] > costs(result, "none", exact, 64)[0]
        assert costs(result, "none", "linear", 1024)[0] < costs(result, "none", exact, 1024)[0] / 2
    written_out = costs(result, "causal", "softmax, written out", 1024)[0]
    assert costs(result, "causal", "linear", 1024)[0] < written_out / 2
    # More work below n = d, whatever the time.
    assert (
        costs(result, "causal", "linear", 64)[2] > costs(result, "causal", "softmax, fused", 64)[2]
    )


def test_a_recurrence_token_by_token_wastes_the_machine(quick: Quick):
    """linear_attention.md: the same work as in chunks or less, at several times the time."""
    result = quick("linear-vs-softmax")
    by_token, chunked = (
        costs(result, "causal", attention, 1024) for attention in ("linear, by token", "linear")
    )
    assert by_token[2] < chunked[2]
    assert by_token[0] > 1.5 * chunked[0]


def test_decoding_time_follows_the_bytes_but_not_all_the_way(quick: Quick):
    """kv_4x.md and gqa.md: 4 and 32 times fewer bytes, about 3 and 11 times as fast."""
    rows = {str(row[0]): row for row in quick("kv-cache").rows}
    bytes_of = {label: number(row[2]) for label, row in rows.items()}
    assert bytes_of["MHA"] == 4 * bytes_of["GQA-8"] == 32 * bytes_of["MQA"]
    step = {label: number(row[6]) for label, row in rows.items()}  # at 4096 tokens
    assert 1.5 < step["MHA"] / step["GQA-8"] < 6
    assert 4 < step["MHA"] / step["MQA"] < 40
    assert step["linear"] < step["MHA"] / 4
    flat = number(rows["linear"][6]) / number(rows["linear"][4])
    assert 0.3 < flat < 3  # whatever the number of tokens


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
