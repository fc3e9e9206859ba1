"""The labs by name, and which of them belong to a question or a misconception.

Pure data: listing them loads neither torch nor matplotlib.
"""

from difflib import get_close_matches

from rlprep.errors import MisuseError
from rlprep.labs.attention_catalogue import ATTENTION_LABS
from rlprep.labs.lab import Lab
from rlprep.labs.rl_catalogue import RL_LABS

LABS: tuple[Lab, ...] = (*RL_LABS, *ATTENTION_LABS)


def find_lab(name: str) -> Lab:
    """Return the lab of this name.

    Raises:
        MisuseError: there is none.
    """
    for lab in LABS:
        if lab.name == name.strip().lower().replace("_", "-"):
            return lab
    close = get_close_matches(name.lower(), [lab.name for lab in LABS], n=1)
    hint = f"did you mean '{close[0]}'?" if close else "'rlprep lab list' has them all"
    raise MisuseError(f"there is no lab '{name}'", hint=hint)


def labs_by_topic() -> dict[str, tuple[str, ...]]:
    """Return the names of labs by what they bear on: "question" or "question/misconception"."""
    found: dict[str, tuple[str, ...]] = {}
    for lab in LABS:
        for topic in (*lab.questions, *lab.traps):
            found[topic] = (*found.get(topic, ()), lab.name)
    return found
