"""Something that is wrong with a pack: where, what, and what to do about it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class Problem:
    """One fault in the content, as `pack lint` prints it and as a loading error reports it."""

    file: Path
    line: int | None
    what: str
    hint: str | None = None

    @property
    def where(self) -> str:
        """Return ``file:line``, the file as a path from the current folder where it is below it."""
        try:
            file = self.file.resolve().relative_to(Path.cwd())
        except (ValueError, OSError):
            file = self.file
        return f"{file}:{self.line}" if self.line else str(file)

    def __str__(self) -> str:
        """Return the message in two lines at most: what is wrong and where, then what to try."""
        head = f"{self.where}: {self.what}"
        return f"{head}\n  try: {self.hint}" if self.hint else head
