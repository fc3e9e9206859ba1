"""The commands as the application declares them, for tests that hold them to one form."""

from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from rlprep.cli import app

ROOT = get_command(app)


def commands() -> Iterator[tuple[str, Any]]:
    """Yield every command that does something, hidden ones too, by its words after `rlprep`."""
    yield from _below("", ROOT)


def groups() -> Iterator[tuple[str, Any]]:
    """Yield what only holds commands, the application itself first."""
    yield "", ROOT
    for name, command in ROOT.commands.items():  # type: ignore[attr-defined]
        if hasattr(command, "commands"):
            yield name, command


def _below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    if not hasattr(command, "commands"):
        yield name, command
        return
    for word, each in command.commands.items():
        yield from _below(f"{name} {word}".strip(), each)
