"""The model answer of a question, when the candidate is ready for it."""

from pathlib import Path

from rlprep.interview.screen import Screen


def show_model_answer(screen: Screen, file: Path | None) -> None:
    """Show a model answer once the candidate is ready for it."""
    if file is None:
        return
    if screen.ask("Enter shows the model answer, s skips it > ").strip().lower() != "s":
        screen.prose(file.read_text("utf-8"))
