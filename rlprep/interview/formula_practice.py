"""Practising one formula at a terminal: write it, see what is said, try again."""

import contextlib
from pathlib import Path
from typing import Literal, Protocol

from rlprep.bank.formula import Formula
from rlprep.errors import MisuseError
from rlprep.interview.editor import edit
from rlprep.interview.screen import Screen

Help = Literal["none", "hint", "reference"]
"""What the person has looked at before writing the formula."""


class FormulaChecker(Protocol):
    """Checks a text against a formula, shows the verdict on the screen, returns its word."""

    def __call__(self, screen: Screen, formula: Formula, text: str, *, helped: Help) -> str:
        """Return equivalent, different, undecided or unreadable."""
        ...


_KEYS = "/hint  /show (the reference)  /edit (many lines, in your editor)  /quit"


def practise(
    screen: Screen, formula: Formula, checker: FormulaChecker, home: Path | None = None
) -> str | None:
    """Ask for the formula until it is equivalent or the person leaves.

    Args:
        screen: where to ask.
        formula: what is asked.
        checker: what decides and shows.
        home: where the history of typed lines is kept; None keeps none.

    Returns:
        The last verdict's word, None where nothing was checked.
    """
    screen.heading(formula.title, formula.id)
    screen.prose(formula.prompt)
    screen.say(f"Write it in LaTeX, Unicode, ASCII or Python. {_KEYS}", "dim")
    last: str | None = None
    helped: Help = "none"
    with _history(home):
        while last != "equivalent":
            try:
                typed = screen.ask("> ").strip()
            except EOFError:
                screen.say("")
                break
            if typed == "/quit":
                break
            if typed == "/show" or (typed == "/hint" and helped == "none"):
                helped = "reference" if typed == "/show" else "hint"
            if text := _text(screen, formula, typed):
                last = checker(screen, formula, text, helped=helped)
    return last


def _text(screen: Screen, formula: Formula, typed: str) -> str:
    """Return the formula that was typed, or act on a command and return nothing."""
    if typed == "/hint":
        screen.prose(formula.hint, indent=2)
    elif typed == "/show":
        screen.prose(f"$${formula.reference}$$")
    elif typed == "/edit":
        try:
            return edit("", formula.prompt)
        except MisuseError as error:
            screen.say(str(error), "bad")
    elif typed.startswith("/") and typed[1:].isalpha():
        screen.say(f"There is no command {typed}. {_KEYS}", "warn")
    else:
        return typed
    return ""


@contextlib.contextmanager
def _history(home: Path | None):  # noqa: ANN202  # a generator for the decorator
    """Keep the lines typed here apart from other prompts', and over sessions where possible."""
    if home is None:
        yield
        return
    import readline

    file = home / "formula_history"
    readline.clear_history()
    with contextlib.suppress(OSError):
        readline.read_history_file(file)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            home.mkdir(parents=True, exist_ok=True)
            readline.set_history_length(500)
            readline.write_history_file(file)
