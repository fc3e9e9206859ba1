"""What an argument's name says: a state or an action, this one or another: `s_next`, `prev_obs`."""

from rlprep.formula.names import labels_of
from rlprep.formula.tree import Name, Node

STATE_LETTERS = {"s", "S", "o", "h"}
ACTION_LETTERS = {"a", "u"}

LATER_STATES = {"s2", "sp", "ns", "obs2"}
LATER_ACTIONS = {"a2", "ap", "na"}
STATES = {"state", "states", "obs", "observation", "observations", *LATER_STATES}
ACTIONS = {"action", "actions", "act", "acts", *LATER_ACTIONS}
LATER = {"next", "prime", "nxt", *LATER_STATES, *LATER_ACTIONS}
EARLIER = {"prev", "previous", "last"}
TIMES = {"next", "nxt", "new", "cur", "curr", "current", "old", "this", *EARLIER}


def is_state(node: Node) -> bool:
    """Whether a name is that of a state, by its letter or its word."""
    word = _word(node)
    return word in STATE_LETTERS or word.lower() in STATES


def is_action(node: Node) -> bool:
    """Whether a name is that of an action, by its letter or its word."""
    word = _word(node)
    return word in ACTION_LETTERS | {"A"} or word.lower() in ACTIONS


def is_later(name: Name) -> bool:
    """Whether words say that a state or an action is the next one: `next_obs`, `a2`."""
    words = _words(name)
    return bool(words & LATER) or ("new" in words and is_state(name))


def is_earlier(name: Name) -> bool:
    """Whether words say that a state or an action is the one before."""
    is_letter = name.name in STATE_LETTERS | ACTION_LETTERS
    return bool(_words(name) & EARLIER) or (is_letter and "old" in _words(name))


def _words(name: Name) -> set[str]:
    return {word.lower() for word in (name.name, *labels_of(name))}


def _word(node: Node) -> str:
    """Return the word that says what a name is: `obs` of `next_obs`."""
    if not isinstance(node, Name):
        return ""
    labels = labels_of(node)
    return labels[0] if labels and node.name.lower() in TIMES else node.name
