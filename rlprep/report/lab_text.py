"""A lab for people: what it shows, the table, the charts, and what was found."""

import re
import shutil
import textwrap

from rlprep.labs.lab import Lab, LabResult, Settings
from rlprep.report.lab_chart import chart_lines
from rlprep.report.lab_table import table_lines

WIDEST = 100
FEW_SEEDS = 2
FEW = "Two repetitions make wide intervals, 9 standard deviations each way; '--seeds 5' is better."
"""Student's t with one degree of freedom is 12.7, and that over the root of 2 is 9."""


def terminal_width() -> int:
    """Return the columns to write for: those of the terminal, 80 where there is none."""
    return min(max(shutil.get_terminal_size((80, 24)).columns, 40), WIDEST)


def lab_text(
    lab: Lab, result: LabResult, settings: Settings, *, width: int = 80, unicode: bool = True
) -> str:
    """Return the whole account of a run."""
    parts = [
        lab.title,
        _paragraph("Shows: ", lab.shows, width),
        _paragraph("Does not show: ", lab.does_not_show, width),
        "",
        result_text(result, width=width, unicode=unicode),
        "",
        _paragraph("", how_often(settings), width),
        *(f"Asked in: rlprep quiz --question {question}" for question in lab.questions),
    ]
    return "\n".join(parts)


def result_text(result: LabResult, *, width: int = 80, unicode: bool = True) -> str:
    """Return the table, the charts and the findings."""
    blocks = [table_lines(result, width, unicode=unicode)]
    blocks += [chart_lines(panel, width, unicode=unicode) for panel in result.panels]
    blocks.append(["Found:", *(_paragraph("- ", each, width) for each in result.findings)])
    return "\n\n".join("\n".join(block) for block in blocks)


def how_often(settings: Settings) -> str:
    """Return one line on seeds and intervals."""
    form = "quick form" if settings.quick else "full form"
    if settings.seeds == 1:
        return f"Seed {settings.seed}, {form}. '--seeds 5' adds 95 % confidence intervals."
    wide = f" {FEW}" if settings.seeds == FEW_SEEDS else ""
    return (
        f"{settings.seeds} repetitions with seeds drawn from {settings.seed}, {form}: means ± 95 %"
        f" confidence intervals (Student's t over repetitions).{wide}"
    )


def plot_title(lab: Lab, settings: Settings) -> str:
    """Return a picture's title; it says itself where its bands are no more than a rough idea."""
    few = " (2 repetitions: wide bands)" if settings.seeds == FEW_SEEDS else ""
    return f"{lab.title}{few}"


def list_text(labs: tuple[Lab, ...]) -> str:
    """Return each lab with its title, what it answers and how long it takes."""
    width = max(len(lab.name) for lab in labs)
    lines = []
    for lab in labs:
        quick, full = lab.about_s
        asked = ", ".join(lab.questions)
        lines.append(f"{lab.name:{width}}  {lab.title}")
        lines.append(f"{'':{width}}  about {full} s, quick {quick} s; answers {asked}")
    return "\n".join(lines)


def _paragraph(start: str, text: str, width: int) -> str:
    """Wrap a text, but never an equation: a number stays with its sign and its letter."""
    indent = "  " if start else ""
    whole = re.sub(r" ([=≈±≤≥<>]) ", "\N{NO-BREAK SPACE}\\1\N{NO-BREAK SPACE}", text)
    filled = textwrap.fill(
        whole, width, initial_indent=start, subsequent_indent=indent, break_long_words=False
    )
    return filled.replace("\N{NO-BREAK SPACE}", " ")
