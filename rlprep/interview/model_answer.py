"""After the marks: the traps of a question, and its model answer, each with its experiments."""

from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType

from rlprep.bank.schema import Question
from rlprep.interview.screen import Screen

Labs = Mapping[str, tuple[str, ...]]
"""Names of labs by what they bear on: "question" or "question/misconception"."""
NO_LABS: Labs = MappingProxyType({})


def show_traps(
    screen: Screen, question: Question, told: Collection[str], labs: Labs = NO_LABS
) -> None:
    """Show what is often said wrongly here, and which lab shows that it is wrong.

    Those in `told` were found in the answer and corrected there: not twice on one page.
    """
    if not question.misconceptions:
        return
    screen.heading("Traps here")
    traps = []
    for trap in question.misconceptions:
        found = labs.get(f"{question.id}/{trap.id}", ())
        see = f" See it: {_commands(found)}." if found else ""
        correction = "Yours: see above." if trap.id in told else trap.correction
        traps.append(f"- *{trap.claim}* {correction}{see}")
    screen.prose("\n".join(traps))


def show_model_answer(
    screen: Screen, question: Question, file: Path | None, labs: Labs = NO_LABS
) -> None:
    """Show a model answer once the candidate is ready for it, then where it can be tried out."""
    if file is None:
        return
    if screen.ask("Enter shows the model answer, s skips it > ").strip().lower() == "s":
        return
    screen.prose(file.read_text("utf-8"))
    if question.id in labs:
        screen.prose(f"See it: {_commands(labs[question.id])}")


def _commands(names: tuple[str, ...]) -> str:
    return ", ".join(f"`rlprep lab run {name}`" for name in names)
