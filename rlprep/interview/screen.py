"""What the conversation needs of a terminal; `rlprep.report.screen` has the real ones."""

from typing import Literal, Protocol

Tone = Literal["normal", "dim", "good", "warn", "bad"]


class Screen(Protocol):
    """What the conversation needs of a terminal."""

    def heading(self, text: str, note: str = "") -> None:
        """Print the title of what comes next, with a short note beside it."""

    def prose(self, text: str, *, indent: int = 0) -> None:
        """Print a text of the bank: Markdown with LaTeX."""

    def say(self, text: str, tone: Tone = "normal", *, indent: int = 0) -> None:
        """Print words of the program itself, taken literally."""

    def items(self, texts: list[str]) -> None:
        """Print a numbered list of the program's own words."""

    def quote(self, text: str) -> None:
        """Print what the candidate wrote, taken literally and made harmless."""

    def table(self, rows: list[tuple[str, ...]], numeric: int = 1) -> None:
        """Print rows under the first one; the last `numeric` columns are right-aligned."""

    def ask(self, prompt: str) -> str:
        """Return one line that the candidate types. Raises EOFError at the end of input."""
        ...
