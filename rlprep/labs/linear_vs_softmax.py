"""Time, memory and counted work of softmax and linear attention over the number of tokens."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from rlprep.labs.attention_forms import FORMS, FUSED, LINEAR, RECURRENT, SOFTMAX, Form
from rlprep.labs.confidence import estimates, generators, line
from rlprep.labs.crossing import crossing
from rlprep.labs.lab import Axis, Cell, Column, LabResult, Line, Panel, Settings
from rlprep.labs.memory import MIB, available_bytes, peak_bytes, require_memory
from rlprep.labs.stopwatch import median_ms, one_thread

HEADS, WIDTH = 4, 64
LONGEST = 8192
# The forms whose cost per token is largest end earlier.
LONGEST_OF = {SOFTMAX: 4096, RECURRENT: 4096}
QUICK_LONGEST = 1024
COLUMNS = (
    Column("mask"),
    Column("attention"),
    Column("n", "tokens"),
    Column("time", "ms"),
    Column("peak", "MiB"),
    Column("work", "M MAC"),
    Column("torch counts", "M MAC"),
)


@dataclass(frozen=True)
class Series:
    """One form over the lengths that it was measured at.

    Attributes:
        form: what was measured.
        lengths: numbers of tokens.
        times: `[repetitions, lengths]`, in milliseconds.
        peaks: in MiB, for each length.
        counted: multiply-adds that torch counted, in millions.
        too_long: the first length that would not have fit the memory, and its bytes.
    """

    form: Form
    lengths: tuple[int, ...]
    times: np.ndarray
    peaks: tuple[float, ...]
    counted: tuple[float, ...]
    too_long: tuple[int, int] | None

    @property
    def work(self) -> tuple[float, ...]:
        """Return the multiply-adds by formula, in millions, for each length."""
        return tuple(HEADS * self.form.work(n, WIDTH) / 1e6 for n in self.lengths)


def run(settings: Settings) -> LabResult:
    """Measure every form at doubling lengths, with one thread and float32."""
    longest = QUICK_LONGEST if settings.quick else LONGEST
    lengths = [2**power for power in range(6, int(math.log2(longest)) + 1)]
    plans = [[n for n in lengths if n <= LONGEST_OF.get(form.label, longest)] for form in FORMS]
    # Longer sequences take longer, the shortest ones as long as their repetitions.
    total = sum(n + 256 for plan in plans for n in plan)
    done = 0
    measured = []
    with one_thread(), torch.no_grad():
        for form, plan in zip(FORMS, plans, strict=True):
            require_memory(_needed(form, plan[0]), f"{form.label} at n = {plan[0]}")
            points = []
            for n in plan:
                points.append(None if _needed(form, n) > _free() else _measure(form, n, settings))
                done += n + 256
                settings.progress(done / total)
            measured.append(_series(form, plan, points))
    return LabResult(COLUMNS, _rows(measured), _panels(measured), _findings(measured))


def _needed(form: Form, n: int) -> int:
    return HEADS * form.bytes_at(n, WIDTH)


def _free() -> float:
    free = available_bytes()
    return math.inf if free is None else free


def _measure(form: Form, n: int, settings: Settings) -> tuple[list[float], float, float]:
    """Return the times in ms, one a repetition, the peak in MiB and the counted work."""
    inputs = [
        torch.randn(3, 1, HEADS, n, WIDTH, generator=generator)
        for generator in generators(settings)
    ]
    q, k, v = inputs[0]
    with FlopCounterMode(display=False) as counter:  # the first call, which warms up too
        form.call(q, k, v)
    peak = peak_bytes(lambda: form.call(q, k, v))
    budget_s = 0.03 if settings.quick else 0.3
    times = [median_ms(lambda qkv=qkv: form.call(*qkv), budget_s=budget_s) for qkv in inputs]
    return times, peak / MIB, counter.get_total_flops() / 2 / 1e6


def _series(
    form: Form, plan: list[int], points: list[tuple[list[float], float, float] | None]
) -> Series:
    known = [(n, point) for n, point in zip(plan, points, strict=True) if point is not None]
    missing = next((n for n, point in zip(plan, points, strict=True) if point is None), None)
    return Series(
        form,
        tuple(n for n, _ in known),
        np.array([times for _, (times, _, _) in known]).T,
        tuple(peak for _, (_, peak, _) in known),
        tuple(counted for _, (_, _, counted) in known),
        None if missing is None else (missing, _needed(form, missing)),
    )


def _rows(measured: list[Series]) -> tuple[tuple[Cell, ...], ...]:
    rows: list[tuple[Cell, ...]] = []
    for series in measured:
        times = estimates(series.times)
        for index, n in enumerate(series.lengths):
            # torch's counter knows no formula for the fused kernel on a CPU.
            counted = series.counted[index] or None
            mask = "causal" if series.form.is_causal else "none"
            measured_here = (times[index], series.peaks[index], series.work[index], counted)
            rows.append((mask, series.form.label, n, *measured_here))
    return tuple(rows)


def _panels(measured: list[Series]) -> tuple[Panel, ...]:
    causal = [series for series in measured if series.form.is_causal]
    unmasked = [series for series in measured if not series.form.is_causal]
    tokens = Axis("n", "tokens", log=True)
    return (
        Panel(
            "Causal: softmax time grows with n², linear time with n",
            tokens,
            Axis("time", "ms", log=True),
            tuple(line(each.form.label, each.lengths, each.times) for each in causal),
        ),
        Panel(
            "Without a mask: the same, and linear attention is one product",
            tokens,
            Axis("time", "ms", log=True),
            tuple(line(each.form.label, each.lengths, each.times) for each in unmasked),
        ),
        Panel(
            "Memory: written-out scores grow with n², fused softmax does not write them",
            tokens,
            Axis("peak memory", "MiB", log=True),
            tuple(_plain(each, each.peaks) for each in causal),
        ),
        Panel(
            "Work: fused softmax still does n² of it",
            tokens,
            Axis("work", "million MAC", log=True),
            tuple(_plain(each, each.work) for each in causal),
        ),
    )


def _plain(series: Series, values: tuple[float, ...]) -> Line:
    return Line(series.form.label, tuple(map(float, series.lengths)), values)


def _findings(measured: list[Series]) -> tuple[str, ...]:
    found = []
    for is_causal in (True, False):
        by_label = {each.form.label: each for each in measured if each.form.is_causal == is_causal}
        mask = "causal" if is_causal else "without a mask"
        for exact in (SOFTMAX, FUSED):
            found.append(f"{mask}: {_crossing_text(by_label[exact], by_label[LINEAR])}")
    causal = {each.form.label: each for each in measured if each.form.is_causal}
    found.append(f"causal: {_crossing_text(causal[FUSED], causal[RECURRENT])}")
    if len(causal[SOFTMAX].lengths) > 1:
        found.append(_longest_text(causal))
    found += [
        f"Measured with {HEADS} heads of width {WIDTH}, float32, batch 1, one thread: CPU time, "
        "median of warm repeats, forward only. Other widths, dtypes, kernels, threads or a GPU "
        "move the crossings.",
        "Work: multiply-adds (MAC) of the matrix products. torch's counter agrees where it looks: "
        "not inside the fused kernel, nor at the outer products of the form by token.",
    ]
    for series in measured:
        if series.too_long:
            n, needed = series.too_long
            found.append(
                f"{series.form.label} from n = {n} on was left out: it needs {needed:,} B of "
                "memory, more than is available."
            )
    return tuple(found)


def _crossing_text(exact: Series, linear: Series) -> str:
    """Return from which length on the linear form is the faster one."""
    name = linear.form.label
    shared = [n for n in exact.lengths if n in linear.lengths]
    times = [
        each.times.mean(axis=0)[[each.lengths.index(n) for n in shared]] for each in (exact, linear)
    ]
    place = crossing(shared, *times)
    if place is None:
        return f"{name} is not faster than {exact.form.label} up to n = {shared[-1]}."
    if place <= shared[0]:
        return f"{name} is faster than {exact.form.label} from the shortest n = {shared[0]} on."
    ratio = times[0][-1] / times[1][-1]
    return (
        f"{name} is faster than {exact.form.label} from n ≈ {place:.0f} on, "
        f"{ratio:.3g} times at n = {shared[-1]}."
    )


def _longest_text(causal: dict[str, Series]) -> str:
    """Return what fusing saves and what it doesn't, at the longest length of both softmaxes."""
    plain, fused = causal[SOFTMAX], causal[FUSED]
    n = plain.lengths[-1]
    at = fused.lengths.index(n)
    return (
        f"Fused softmax is exact: at n = {n} it takes {plain.peaks[-1] / fused.peaks[at]:.0f} "
        f"times less memory than with the scores written out, yet its work from n = {n // 2} to "
        f"{n} still grows {fused.work[at] / fused.work[at - 1]:.2f}-fold."
    )
