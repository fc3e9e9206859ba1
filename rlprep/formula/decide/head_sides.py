"""Which expressions of an input state a map of heads."""

from rlprep.formula.decide.head_map import MADE
from rlprep.formula.decide.size_names import key_of, words_of
from rlprep.formula.program import Program
from rlprep.formula.tree import Bin, Call, Dots, Index, Name, Node, Num, Slice, Tuple, walk

KINDS = {"k": {"k", "key", "keys"}, "v": {"v", "value", "values"}}


def members(program: Program) -> list[Node]:
    """Return the sides of the formula that state the map."""
    values = program.sides()
    values = [item for v in values for item in (v.items if isinstance(v, Tuple) else (v,))]
    kept = [value for value in values if not _is_label(value)]
    return kept or values[-1:]


def beside(program: Program) -> list[tuple[int, Node]]:
    """Return what code maps in the same way: the values' copies beside the keys', and their place.

    The last line is the formula; if it copies the values, the keys must find the same heads.
    """
    formula = program.formula.target
    own = _kind_of(formula) if program.is_code and isinstance(formula, Name) else None
    found = {
        entry.key: (number, entry.values[-1]) for number, entry in enumerate(program.entries)
        if own is not None and isinstance(entry.target, Name)
        and _kind_of(entry.target) not in {None, own}
    }  # fmt: skip
    return [(number, value) for number, value in found.values() if _copies(value)]


def _kind_of(name: Name) -> str | None:
    """Return whether a name is one of keys, "k", or of values, "v"."""
    words = set(words_of(key_of(name)))
    kinds = [kind for kind, each in KINDS.items() if words & each]
    return kinds[0] if len(kinds) == 1 else None


def _copies(value: Node) -> bool:
    """Whether a value is an array with other heads than it had."""
    match value:
        case Index(items=items):
            inner = [item for item in items if not isinstance(item, Slice | Dots | Num)]
            return len(inner) == 1 and not (isinstance(inner[0], Name) and inner[0].name == "None")
    return any(isinstance(n, Call) and key_of(n.fn) in MADE for n in walk(value))


def _is_label(node: Node) -> bool:
    """Whether a side names the map: `g(h)`, read as a product where g may be a size."""
    match node:
        case Bin(op="*", left=Name(), right=Name()):
            return True
        case Call(fn=Name(name=name), args=(Name(),)):
            return name not in {"floor", "int", "ceil", "round", "trunc"}
    return False
