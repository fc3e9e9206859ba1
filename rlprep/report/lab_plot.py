"""A lab's plot as a file: PNG, SVG or PDF, without a display, the same bytes for the same numbers.

Lines differ in colour, dash and marker, so that a grey print still tells them apart.
"""

import io
from typing import TYPE_CHECKING, Any

from rlprep.labs.lab import LabResult, Line, Panel
from rlprep.report.lab_numbers import with_unit
from rlprep.report.lab_scale import panel_scales

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SUFFIXES = (".png", ".svg", ".pdf")
# Okabe and Ito's colours: told apart by every common kind of colour vision. Yellow is left out.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#56B4E9", "#E69F00")
_DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)), (0, (1, 3)))
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_STYLE: Any = {
    "svg.hashsalt": "rlprep",  # the ids inside an SVG, else drawn anew each time
    "font.family": "DejaVu Sans",  # comes with matplotlib
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
_FEW = 16  # points up to which every one gets its marker


def plot_bytes(title: str, result: LabResult, suffix: str) -> bytes:
    """Return the file's content.

    Args:
        title: of the whole picture.
        result: whose panels are drawn.
        suffix: one of SUFFIXES.
    """
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(_STYLE):
        columns = 2 if len(result.panels) in (2, 4) else len(result.panels)
        rows = -(-len(result.panels) // columns)
        figure = Figure(
            figsize=((6.4 if columns < 3 else 5.4) * columns, 4.9 * rows + 0.4),
            layout="constrained",
        )
        figure.suptitle(title, fontweight="bold")
        for index, panel in enumerate(result.panels):
            _draw(figure.add_subplot(rows, columns, index + 1), panel)
        content = io.BytesIO()
        figure.savefig(content, format=suffix[1:], dpi=150, metadata=_undated(suffix))
    return content.getvalue()


def _undated(suffix: str) -> dict[str, None]:
    """Return what keeps the date out of the file."""
    return {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(suffix, {})


def _draw(axes: "Axes", panel: Panel) -> None:
    for index, line in enumerate(panel.lines):
        _draw_line(axes, line, index)
    axes.set_title(panel.title, loc="left", fontsize="medium", wrap=True)
    axes.set_xlabel(with_unit(panel.x))
    axes.set_ylabel(with_unit(panel.y))
    if panel.x.log:
        axes.set_xscale("log")
        _number_points(axes, sorted({each for line in panel.lines for each in line.x}))
    if panel.y.log:
        axes.set_yscale("log")
        _number_values(axes, panel_scales(panel)[1].ticks())
    elif panel.y.unit == "share":
        axes.set_ylim(-0.03, 1.03)  # all of it, so that a small share looks small
    axes.grid(visible=True, color="0.9", linewidth=0.6)
    axes.set_axisbelow(True)
    if any(line.label for line in panel.lines):
        columns = 2 if len(panel.lines) > 3 else len(panel.lines)
        axes.legend(
            loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=columns, frameon=False,
            handlelength=3.5, fontsize="small",
        )  # fmt: skip


def _draw_line(axes: "Axes", line: Line, index: int) -> None:
    colour = _COLOURS[index % len(_COLOURS)]
    axes.plot(
        line.x,
        line.y,
        label=line.label,
        color=colour,
        linestyle=_DASHES[index % len(_DASHES)],
        marker=_MARKERS[index % len(_MARKERS)],
        markersize=5,
        markevery=max(1, -(-len(line.x) // _FEW)),
        linewidth=1.6,
    )
    if line.low and line.high:
        axes.fill_between(line.x, line.low, line.high, color=colour, alpha=0.15, linewidth=0)


def _number_values(axes: "Axes", ticks: list[float]) -> None:
    """Number a logarithmic y axis with plain numbers, as the chart of the terminal does."""
    from matplotlib.ticker import FixedLocator, NullFormatter

    axes.yaxis.set_major_locator(FixedLocator(ticks))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter(NullFormatter())


def _number_points(axes: "Axes", points: list[float]) -> None:
    """Number a logarithmic x axis where its points are, if they are few."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    if 1 < len(points) <= 12:
        axes.xaxis.set_major_locator(FixedLocator(points))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
