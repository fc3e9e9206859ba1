"""The labs on attention: their numbers hang together, and the same seed gives the same ones."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch.nn.functional import normalize
from torch.utils.flop_counter import FlopCounterMode

from rlprep.errors import MisuseError
from rlprep.labs import linear_vs_softmax, memory, recall
from rlprep.labs.attention_forms import FORMS, RECURRENT, Form
from rlprep.labs.catalogue import find_lab
from rlprep.labs.lab import LabResult, Settings
from rlprep.labs.run import run_lab
from rlprep.labs.trained_recall import Layer, Task, trained_recall

NAMES = ("linear-vs-softmax", "recall", "kv-cache")
Quick = Callable[[str], LabResult]


@pytest.mark.parametrize("name", NAMES)
def test_a_result_is_whole(quick: Quick, name: str):
    result = quick(name)
    assert result.rows
    assert all(len(row) == len(result.columns) for row in result.rows)
    assert 1 <= len(result.panels) <= 4
    assert result.findings
    for panel in result.panels:
        labels = [line.label for line in panel.lines]
        assert len(set(labels)) == len(labels)
        for line in panel.lines:
            assert len(line.x) == len(line.y)
            assert all(map(math.isfinite, (*line.x, *line.y)))
            assert not panel.x.log or min(line.x) > 0
            assert not panel.y.log or min(line.y) > 0


@pytest.mark.parametrize("name", NAMES)
def test_progress_rises_to_the_end(
    quick: Quick, progress_of: Callable[[str], tuple[float, ...]], name: str
):
    told = progress_of(name)
    assert list(told) == sorted(told)
    assert told[-1] == pytest.approx(1.0)
    assert len(told) > 5


def test_threads_are_as_before_also_when_a_lab_fails(monkeypatch: pytest.MonkeyPatch):
    def fails(settings: Settings) -> LabResult:
        torch.set_num_threads(3)
        raise ZeroDivisionError

    before = torch.get_num_threads()
    monkeypatch.setattr(recall, "run", fails)
    with pytest.raises(ZeroDivisionError):
        run_lab(find_lab("recall"), Settings())
    assert torch.get_num_threads() == before


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.label}, {form.is_causal}")
@pytest.mark.parametrize("n", [64, 100, 256])
def test_work_by_formula_is_what_torch_counts(form: Form, n: int):
    q, k, v = torch.randn(3, 1, 1, n, 8)
    with FlopCounterMode(display=False) as counter:
        form.call(q, k, v)
    counted = counter.get_total_flops() // 2
    if form.label == RECURRENT:  # half of its work, the outer products, are no matrix products
        counted *= 2
    if "fused" in form.label:
        assert counted == 0  # torch has no formula there; ours is the textbook's
    else:
        assert form.work(n, 8) == counted


@pytest.mark.parametrize("is_causal", [True, False])
def test_forms_of_one_kind_compute_the_same(is_causal: bool):
    q, k, v = torch.randn(3, 1, 2, 70, 8)
    outputs: dict[str, list[torch.Tensor]] = {"softmax": [], "linear": []}
    for form in FORMS:
        if form.is_causal == is_causal:
            found = form.call(q, k, v)
            output = found[0] if isinstance(found, tuple) else found
            assert isinstance(output, torch.Tensor)
            outputs[form.label.split(",")[0]].append(output)
    for first, *others in outputs.values():
        for other in others:
            torch.testing.assert_close(first, other, rtol=1e-4, atol=1e-5)


def test_lengths_that_do_not_fit_are_left_out_and_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(linear_vs_softmax, "QUICK_LONGEST", 256)
    monkeypatch.setattr(linear_vs_softmax, "available_bytes", lambda: 2_200_000)
    result = linear_vs_softmax.run(Settings(quick=True))
    lengths = [row[2] for row in result.rows if row[:2] == ("causal", "softmax, written out")]
    assert lengths == [64, 128]
    said = [each for each in result.findings if "left out" in each]
    assert "n = 256 on was left out: it needs 4,194,304 B of memory" in said[0]


def test_where_the_curves_cross_is_said(monkeypatch: pytest.MonkeyPatch):
    """With made-up times: n² / 100 for softmax, n for linear, and 5 n token by token."""

    def made_up(form: Form, n: int, settings: Settings) -> tuple[list[float], float, float]:
        per_token = 5.0 if form.label == RECURRENT else 1.0
        time = n * n / 100 if "softmax" in form.label else per_token * n
        return [time], 1.0, 0.0

    monkeypatch.setattr(linear_vs_softmax, "_measure", made_up)
    found = linear_vs_softmax.run(Settings(quick=True)).findings
    for mask in ("causal", "without a mask"):
        assert (
            f"{mask}: linear is faster than softmax, fused from n ≈ 100 on, 10.2 times at n = 1024."
        ) in found
    assert (
        "causal: linear, by token is faster than softmax, fused from n ≈ 500 on, "
        "2.05 times at n = 1024."
    ) in found


@pytest.mark.parametrize("name", NAMES)
def test_a_machine_without_memory_is_told_before_anything_is_allocated(
    monkeypatch: pytest.MonkeyPatch, name: str
):
    monkeypatch.setattr(memory, "available_bytes", lambda: 1000)
    with pytest.raises(MisuseError, match=r"needs [\d,]+ B of memory, 1,000 B are available"):
        run_lab(find_lab(name), Settings(quick=True))


def test_recall_by_the_definition():
    """The lab's count against its definition in NumPy, on the same numbers."""
    generator = torch.Generator().manual_seed(3)
    keys = torch.randn(4, 8, 16, generator=generator)
    values = normalize(torch.randn(4, 8, 16, generator=generator), dim=-1)
    outputs = torch.randn(4, 8, 16, generator=generator) + 2 * values
    right = 0
    for problem in range(4):
        for asked in range(8):
            products = [float(outputs[problem, asked] @ value) for value in values[problem]]
            right += int(np.argmax(products)) == asked
    assert 0 < right < 32
    assert recall._count(outputs, values) == right
    assert keys.shape == values.shape


def test_recall_repeats_with_its_seed():
    def shares(seed: int) -> tuple[float, ...]:
        return recall.recall_shares(16, 8, 4, torch.Generator().manual_seed(seed))

    assert shares(1) == shares(1)
    assert shares(1) != shares(2)


def test_an_untrained_layer_guesses_and_training_helps():
    task = Task(pairs=8, steps=150)
    told: list[float] = []

    def share(steps: int) -> float:
        generator = torch.Generator().manual_seed(0)
        return trained_recall(32, Task(task.pairs, steps), generator, told.append)

    assert share(0) == pytest.approx(1 / task.pairs, abs=0.12)
    assert share(task.steps) > 0.6
    assert told[-1] == 1.0


@pytest.mark.parametrize("kv_heads", [32, 8, 1, None])
def test_a_layer_has_the_heads_that_it_was_asked_for(kv_heads: int | None):
    layer = Layer(kv_heads, torch.Generator().manual_seed(0))
    assert layer.key.shape == layer.value.shape == (8 * (kv_heads or 32), 32)
    keys, values = torch.randn(2, 3, 5, 32)
    assert layer.scores(keys, values).shape == (3, 5, 5)
