"""The terminal as the interview sees it: text out, lines in; with colours, or plain.

The plain face is for screen readers and simple terminals: no colour, no boxes, mathematics
spelled out. Both faces take the same calls, so that the conversation is written once.
"""

import os
import shutil
import sys
import textwrap
from typing import TextIO

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import Heading, Markdown
from rich.padding import Padding
from rich.text import Text

from rlprep.interview.screen import Tone
from rlprep.mathtext import Style
from rlprep.report.prose import blocks, printable, without_markup

_STYLES: dict[Tone, str] = {
    "normal": "",
    "dim": "dim",
    "good": "green",
    "warn": "yellow",
    "bad": "red",
}


class _LeftHeading(Heading):
    """Markdown headings at the left margin, without the box that Rich draws by default."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        self.text.justify = "left"
        self.text.stylize("bold")
        yield self.text


class _Markdown(Markdown):
    elements = {**Markdown.elements, "heading_open": _LeftHeading}  # noqa: RUF012


class RichScreen:
    """Colours, bold titles and Unicode mathematics; Rich turns colour off where none is wanted."""

    def __init__(self) -> None:
        self.console = Console(highlight=False)

    def heading(self, text: str, note: str = "") -> None:  # noqa: D102
        self.console.print()
        title = Text(text, style="bold cyan")
        self.console.print(title.append(f"  {note}", style="not bold dim") if note else title)

    def prose(self, text: str, *, indent: int = 0) -> None:  # noqa: D102
        for block in blocks(text, "unicode", escape=True):
            if block.is_display:
                body = Text(block.text, style="bold")
                self.console.print(Padding(body, (1, 0, 1, indent + 4)))
            else:
                body = _Markdown(block.text.strip("\n"), code_theme="ansi_dark")
                self.console.print(Padding(body, (0, 0, 0, indent)))

    def say(self, text: str, tone: Tone = "normal", *, indent: int = 0) -> None:  # noqa: D102
        body = Text(text, style=_STYLES[tone])
        self.console.print(Padding(body, (0, 0, 0, indent)) if indent else body)

    def items(self, texts: list[str]) -> None:  # noqa: D102
        from rich.table import Table

        grid = Table.grid(padding=(0, 1))
        for number, text in enumerate(texts, 1):
            grid.add_row(f"  {number}.", Text(text))
        self.console.print(grid)

    def quote(self, text: str) -> None:  # noqa: D102
        self.console.print(Padding(Text(printable(text), style="italic"), (0, 0, 0, 2)))

    def table(self, rows: list[tuple[str, ...]], numeric: int = 1) -> None:  # noqa: D102
        from rich.table import Table

        table = Table(box=None, pad_edge=False, header_style="bold")
        for index, name in enumerate(rows[0]):
            right = index >= len(rows[0]) - numeric
            table.add_column(Text(name), justify="right" if right else "left", no_wrap=right)
        for row in rows[1:]:
            table.add_row(*map(Text, row))
        self.console.print(table)

    def ask(self, prompt: str) -> str:  # noqa: D102
        return read_line(prompt)


class PlainScreen:
    """Words only, no colour and no boxes: for pipes, and with spelled mathematics for ears."""

    def __init__(self, style: Style = "spelled") -> None:
        self.style: Style = style

    def heading(self, text: str, note: str = "") -> None:  # noqa: D102
        self._print(f"\n{text}. {note}" if note else f"\n{text}.")

    def prose(self, text: str, *, indent: int = 0) -> None:  # noqa: D102
        for block in blocks(text, self.style, escape=False):
            if block.is_display:
                self._print(f"\n    {block.text}\n")
            else:
                prose = without_markup(block.text.strip("\n"))
                self._wrapped(_paragraph_lines(prose), indent)

    def say(self, text: str, tone: Tone = "normal", *, indent: int = 0) -> None:  # noqa: D102
        self._wrapped(text.split("\n"), indent)

    def items(self, texts: list[str]) -> None:  # noqa: D102
        for number, text in enumerate(texts, 1):
            self._wrapped([f"{number}. {text}"], 0)

    def quote(self, text: str) -> None:  # noqa: D102
        for line in printable(text).split("\n"):
            self._print(
                textwrap.fill(
                    line,
                    _width(),
                    initial_indent="> ",
                    subsequent_indent="> ",
                    break_on_hyphens=False,
                )
            )

    def table(self, rows: list[tuple[str, ...]], numeric: int = 1) -> None:  # noqa: D102
        # A screen reader speaks line by line: name each figure where it stands.
        for row in rows[1:]:
            named = [f"{name}: {cell}" for name, cell in zip(rows[0][1:], row[1:], strict=True)]
            self._print(f"{row[0]}. {', '.join(named)}")

    def ask(self, prompt: str) -> str:  # noqa: D102
        return read_line(prompt)

    def _wrapped(self, lines: list[str], indent: int) -> None:
        """Wrap each line to the terminal; a list entry's later lines hang under its text."""
        margin = " " * indent
        for line in lines:
            hanging = " " * 2 if line.lstrip().startswith(("- ", "* ")) or _numbered(line) else ""
            later = margin + hanging
            self._print(
                textwrap.fill(
                    line,
                    _width(),
                    initial_indent=margin,
                    subsequent_indent=later,
                    break_on_hyphens=False,
                    drop_whitespace=True,
                )
            )

    def _print(self, text: str) -> None:
        print(text, flush=True)


def _width() -> int:
    return max(shutil.get_terminal_size().columns, 20)


def _paragraph_lines(text: str) -> list[str]:
    """Join the lines of each paragraph, so that they can be wrapped anew; lists stay lists."""
    lines: list[str] = []
    for raw in text.split("\n"):
        starts = not raw.strip() or raw.lstrip().startswith(("- ", "* ", "|")) or _numbered(raw)
        if lines and lines[-1] and not starts:
            lines[-1] += f" {raw.strip()}"
        else:
            lines.append(raw.rstrip())
    return lines


def _numbered(line: str) -> bool:
    head, _, rest = line.lstrip().partition(". ")
    return head.isdigit() and bool(rest)


def read_line(prompt: str) -> str:
    """Return one typed line, with the editing and history keys of readline.

    Without readline a terminal cuts a pasted line at 4,095 characters.
    """
    import readline  # noqa: F401  # importing it is what gives input() its editing keys

    return input(prompt)


def screen_for(stream: TextIO | None, *, plain: bool) -> "RichScreen | PlainScreen":
    """Return the face for a stream: spoken where asked for, colours for a terminal, else text."""
    if plain:
        return PlainScreen()
    return RichScreen() if is_terminal(stream) else PlainScreen("unicode")


def is_interactive() -> bool:
    """Return whether there is a person at both ends: input and output are terminals."""
    return is_terminal(sys.stdin) and is_terminal(sys.stdout) and os.environ.get("TERM") != "dumb"


def is_terminal(stream: TextIO | None) -> bool:
    """Return whether a stream is a terminal; a closed one is none."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False
