"""What a pack's formula is about: its sizes, its quantities and how people spell them."""

from dataclasses import dataclass
from typing import Literal

Domain = Literal["real", "positive", "probability", "distribution", "binary", "one_hot", "index"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity that a formula may use.

    Attributes:
        spellings: names that stand for it, scripts joined by `_`: `z`, `logits`, `x_hat`.
        axes: its sizes, one for each index; none for a number.
        domain: which values it takes; an `index` counts from 1 along the size `of`.
        of: the size along which an index runs.
    """

    spellings: tuple[str, ...]
    axes: tuple[str, ...] = ()
    domain: Domain = "real"
    of: str = ""


@dataclass(frozen=True, slots=True)
class Notation:
    """All that a formula may be written in.

    Attributes:
        quantities: what it may use.
        sizes: spellings of each size, `{"C": ("C", "K")}`.
        result: spellings of what is asked for, as a left side may have them.
    """

    quantities: tuple[Quantity, ...]
    sizes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    result: tuple[str, ...] = ()
