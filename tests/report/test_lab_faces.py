"""The faces of a lab's result: numbers, table, chart, CSV, JSON, plot."""

import csv
import io
import json
import math

import numpy as np
import pytest
from matplotlib.image import imread

from rlprep.labs.cache_size import Decoder, cache_sizes
from rlprep.labs.catalogue import find_lab
from rlprep.labs.confidence import half_width
from rlprep.labs.lab import Axis, Cell, Column, Estimate, LabResult, Line, Panel, Settings
from rlprep.report.lab_chart import chart_lines
from rlprep.report.lab_csv import lab_csv
from rlprep.report.lab_json import lab_json
from rlprep.report.lab_numbers import cell_text, number_text
from rlprep.report.lab_plot import SUFFIXES, plot_bytes
from rlprep.report.lab_scale import Scale
from rlprep.report.lab_table import table_lines
from rlprep.report.lab_text import how_often, lab_text, plot_title, result_text
from tests.json_schemas import fits

LAB = find_lab("kv-cache")
RISING = Panel(
    "It rises",
    Axis("n", "tokens", log=True),
    Axis("time", "ms"),
    (
        Line("one", (1, 10, 100), (0.0, 5.0, 10.0), (0.0, 4.0, 9.0), (1.0, 6.0, 11.0)),
        Line("two", (1, 10, 100), (0.0, 1.0, 2.0)),
    ),
)
RESULT = LabResult(
    (Column("what"), Column("time", "ms"), Column("count")),
    (("a, b", Estimate(1.25, 0.5), 7), ("c", Estimate(2.0), None)),
    (RISING,),
    ("It rose.",),
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7, "7"), (0.0, "0"), (1.0, "1.00"), (0.43561, "0.436"), (12345.6, "12346"),
        (-3.14159, "-3.14"), (1e-9, "1.00e-09"), (3e12, "3.00e+12"), (math.nan, "-"),
        (math.inf, "inf"), (0.99999, "1.00"), (99.999, "100"), (1e-4, "0.000100"),
    ],
)  # fmt: skip
def test_numbers_have_three_digits(value: float, text: str):
    assert number_text(value) == text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, "-"),
        ("words", "words"),
        (1234567, "1234567"),
        (Estimate(0.5), "0.500"),
        (Estimate(0.43561, 0.01234), "0.436 ± 0.012"),
        (Estimate(1234.5, 56.7), "1234 ± 57"),
        (Estimate(1.0, 0.0), "1.00 ± 0"),
        (Estimate(3e12, 1e11), "3.00e+12 ± 1.0e+11"),
        (Estimate(1e-12, 1e-14), "1.00e-12 ± 1.0e-14"),
        (Estimate(5.0, math.inf), "5.00 ± inf"),
    ],
)
def test_cells_as_people_read_them(cell: Cell, text: str):
    assert cell_text(cell) == text
    assert cell_text(cell, unicode=False) == text.replace("±", "+-")


def test_a_table_has_names_over_units_over_numbers():
    assert table_lines(RESULT) == [
        "what         time  count",
        "               ms",
        "────  ───────────  ─────",
        "a, b  1.25 ± 0.50      7",
        "c            2.00      -",
    ]


def test_a_table_that_is_too_wide_goes_on_below_and_repeats_its_first_column():
    lines = table_lines(RESULT, width=20, unicode=False)
    assert max(map(len, lines)) <= 20
    assert [line.split()[0] for line in lines if line.startswith(("what", "c"))] == [
        "what",
        "c",
    ] * 2


def test_all_columns_that_name_a_row_are_repeated():
    cells = tuple(Estimate(0.5) for _ in range(6))
    names = ("a", "b", *(f"measured {index}" for index in range(6)))
    result = LabResult(tuple(map(Column, names)), ((1, 0.25, *cells), (1, 0.5, *cells)), (), ())
    lines = table_lines(result, width=40)
    assert [line for line in lines if line.startswith("1")] == [
        "1  0.250       0.500       0.500",
        "1  0.500       0.500       0.500",
    ] * 3


def test_characters_that_take_no_room_do_not_push_others_aside():
    result = LabResult((Column("what"), Column("n")), (("ρ̄ = 1", 1), ("rho = 1", 2)), (), ())
    assert table_lines(result)[-2:] == ["ρ̄ = 1    1", "rho = 1  2"]


def test_an_equation_is_never_wrapped_apart():
    result = LabResult((Column("n"),), ((1,),), (), ("word " * 14 + "at n = 16384.",))
    assert "n = 16384." in result_text(result)


def test_whole_numbers_of_millions_are_grouped():
    result = LabResult((Column("n"), Column("size", "B")), ((1, 4_000_000), (2, 30)), (), ())
    assert table_lines(result)[-2:] == ["1  4,000,000", "2         30"]


@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("width", [40, 80, 100])
def test_a_chart_fits_names_its_axes_and_marks_its_lines(width: int, unicode: bool):
    lines = chart_lines(RISING, width, unicode=unicode)
    assert max(map(len, lines)) <= width
    assert all(line == line.rstrip() for line in lines)
    assert lines[0] == "It rises"
    assert lines[1] == "time (ms)"
    assert lines[-2].strip() == "n (tokens), log scale"
    assert lines[-1].split() == ["o", "one", "x", "two"]
    assert lines[-3].split() == ["1", "10", "100"]
    text = "\n".join(lines[2:-4])
    assert text.count("o") + text.count("x") == 6 - 1  # two points coincide and take turns
    assert text.isascii() is not unicode


def test_a_higher_value_stands_higher_and_a_later_one_further_right():
    rows = chart_lines(Panel("t", Axis("x"), Axis("y"), (Line("a", (0, 1, 2), (0, 1, 2)),)))
    places = [(row, line.index("o")) for row, line in enumerate(rows[2:-4]) if "o" in line]
    assert len(places) == 3
    assert [column for _, column in places] == sorted((c for _, c in places), reverse=True)


@pytest.mark.parametrize(
    "lines",
    [
        (Line("one point", (3.0,), (5.0,)),),
        (Line("flat", (1.0, 2.0), (4.0, 4.0)),),
        (Line("gap", (1.0, 2.0, 3.0), (1.0, math.nan, 3.0)),),
        (Line("zero", (1.0, 2.0), (0.0, 3.0)),),
        (Line("nothing", (), ()),),
        (Line("huge", (1.0, 2.0), (1e-300, 1e300)),),
        (),
    ],
    ids=lambda lines: lines[0].label if lines else "no lines",
)
@pytest.mark.parametrize("log", [True, False])
def test_odd_lines_are_no_crash(lines: tuple[Line, ...], log: bool):
    panel = Panel("t", Axis("x", log=log), Axis("y", log=log), lines)
    assert len(chart_lines(panel)) > 15


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (-1, 1, [-1, -0.5, 0, 0.5, 1]),
        (0, 10, [0, 2, 4, 6, 8, 10]),
    ],
)
def test_ticks_are_round(low: float, high: float, ticks: list[float]):
    assert Scale(Axis("x"), [low, high]).ticks() == pytest.approx(ticks)


def test_logarithmic_ticks_are_powers_of_ten_or_few_between():
    assert Scale(Axis("x", log=True), [1, 1e4]).ticks() == pytest.approx([1, 10, 100, 1e3, 1e4])
    assert Scale(Axis("x", log=True), [1, 10]).ticks() == pytest.approx([1, 2, 5, 10])
    assert len(Scale(Axis("x", log=True), [1e-300, 1e300]).ticks()) < 12


def test_csv_has_units_in_its_header_and_intervals_in_columns():
    rows = list(csv.reader(io.StringIO(lab_csv(RESULT))))
    assert rows[0] == ["what", "time (ms)", "time (ms), 95 % low", "time (ms), 95 % high", "count"]
    assert rows[1] == ["a, b", "1.25", "0.75", "1.75", "7"]
    assert rows[2] == ["c", "2.0", "", "", ""]


def test_json_has_its_contract_and_no_nan():
    odd = LabResult(
        (Column("a"), Column("b", "s")),
        ((math.nan, Estimate(1.0, math.inf)), (None, Estimate(2.0))),
        (Panel("p", Axis("x"), Axis("y"), (Line("l", (1.0,), (math.nan,)),)),),
        (),
    )
    data = json.loads(json.dumps(lab_json(LAB, odd, Settings(seed=3, seeds=2)), allow_nan=False))
    fits(data, "lab")
    assert data["settings"] == {"seed": 3, "seeds": 2, "quick": False}
    assert data["rows"] == [
        [None, {"mean": 1.0, "low": None, "high": None}],
        [None, {"mean": 2.0, "low": None, "high": None}],
    ]
    assert data["panels"][0]["lines"][0]["y"] == [None]


def test_the_account_says_how_often_it_was_repeated():
    assert "Student's t" in how_often(Settings(seed=4, seeds=3))
    said = how_often(Settings(seed=4, seeds=3))
    assert said.startswith("3 repetitions with seeds drawn from 4, full form")
    assert "wide" not in said
    assert "wide intervals, 9 standard" in how_often(Settings(seed=4, seeds=2))
    assert half_width(np.array([-1.0, 1.0]) / math.sqrt(2)).item() == pytest.approx(9, abs=0.02)
    titles = [plot_title(LAB, Settings(seeds=seeds)) for seeds in (1, 2, 3)]
    assert titles == [LAB.title, f"{LAB.title} (2 repetitions: wide bands)", LAB.title]
    text = lab_text(LAB, RESULT, Settings(quick=True))
    assert "Seed 0, quick form" in text
    assert "rlprep quiz --question gqa" in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_plot_is_the_same_file_for_the_same_numbers(suffix: str):
    first = plot_bytes("A title", RESULT, suffix)
    assert first == plot_bytes("A title", RESULT, suffix)
    assert first.startswith({".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}[suffix])


def test_a_plot_shows_every_panel():
    one = imread(io.BytesIO(plot_bytes("t", RESULT, ".png")))
    three = LabResult((), (), (RISING,) * 3, ())
    wide = imread(io.BytesIO(plot_bytes("t", three, ".png")))
    assert wide.shape[1] > 2 * one.shape[1]
    assert (wide < 1).any()


def test_the_calculators_result_has_every_face():
    result = cache_sizes(Decoder())
    assert "536,870,912" in "\n".join(table_lines(result))
    assert lab_json(LAB, result, Settings(), Decoder())["model"]["kv_heads"] == 8
