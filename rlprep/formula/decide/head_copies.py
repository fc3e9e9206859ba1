"""Copies of key-value heads as maps: which head each query head finds at its place.

`repeat_interleave` and a new axis behind the heads put copies side by side (h // times); `repeat`,
`tile` and a new axis before them put all heads one after another (h mod H_kv).
"""

import re
from operator import eq, ge, gt, le, lt, ne
from typing import TypeGuard

from rlprep.formula.code_statements import EARLY
from rlprep.formula.decide.counting import Counting, Number, definition
from rlprep.formula.decide.head_joins import JOINED, joined
from rlprep.formula.decide.size_names import key_of, plain_role
from rlprep.formula.errors import Undecidable
from rlprep.formula.tree import Call, Cases, Chain, Index, Name, Neg, Node, Num, Tuple, walk

_OWN = re.compile(r"\bdef\s+repeat_kv\b")
_BEHIND = re.compile(
    r"\[\s*:\s*,\s*:\s*,(?:\s*:\s*,)?\s*None|unsqueeze\(\s*(?:dim\s*=\s*)?[23]\s*\)"
)
"""A function of that name which puts the copies behind each head, as that of Transformers does."""
COPIES = {"repeat_interleave", "repeat", "tile", "arange", "reshape", "flatten", "view"}

COMPARED = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


class Copies(Counting):
    """Evaluates calls that copy heads, at the query head's place."""

    def role_value(self, key: str, node: Name) -> Number:
        """Return the value of a name; inside of a copy it says itself what it counts."""
        role = plain_role(key) if key not in self.roles else None
        return self.values[role] if role in self.values else super().role_value(key, node)

    def evaluate(self, node: Node, position: int) -> Number:
        """Return the value of an expression; of cases, that of the first that holds."""
        if isinstance(node, Cases):
            return next(self._early(value, position) if test is not None
                        else self.evaluate(value, position)
                        for value, test in node.rows
                        if test is None or self._holds(test, position))  # fmt: skip
        return super().evaluate(node, position)

    def _holds(self, test: Node, position: int) -> bool:
        match test:
            case Chain(items=(left, right), ops=(op,)) if op in COMPARED:
                gap = self.evaluate(left, position) - self.evaluate(right, position)
                if (constant := self.arithmetic.constant(gap)) is not None:
                    return COMPARED[op](constant, 0)
        raise Undecidable("a condition that is not understood")

    def _early(self, value: Node, position: int) -> Number:
        """Return the map of a case; an array that is returned as it came has its heads in order."""
        number = definition(self.program, key_of(value), position) if _is_early(value) else None
        if number is not None:
            stated = self.program.entries[number].values[-1]
            if isinstance(stated, Name) and key_of(stated) not in self.roles:
                return self.values["head"]
        return self.evaluate(value, position)

    def other_call(self, node: Call, position: int) -> Number:
        """Return the key-value head that a copy of the heads puts at the query head's place."""
        name, args = key_of(node.fn), node.args
        if name == "arange":
            return self.numbered(args, position)
        if name in {"repeat_interleave", "repeat_kv"} and len(args) + len(node.kwargs) >= 2:
            _refuse_last_axis(node)
            if name == "repeat_kv" and _OWN.search(self.program.text) and not _BEHIND.search(
                self.program.text
            ):  # fmt: skip
                raise Undecidable("repeat_kv is a function of its own here, which is not followed")
            times = next((v for k, v in node.kwargs if k == "repeats"), args[-1])
            times = times if len(args) < 2 else args[1]
            return self.binary("//", self.values["head"], self.evaluate(times, position))
        pattern = next((a.fn.name for a in args if isinstance(a, Call) and "->" in a.fn.name), None)
        if name == "repeat" and pattern is not None:
            return self.rearranged(pattern, node, position)
        if name == "rearrange" and pattern is not None:
            return self.grouped(pattern, node, position)
        if name == "repeat" and len(args) == 2 and self._is_of_numpy(args[0], position):
            return self.binary("//", self.values["head"], self.evaluate(args[1], position))
        if name in {"repeat", "tile"} and len(args) >= 2:
            self._refuse_other_copies(args[1:], position)
            return self.binary("%", self.values["head"], self.values["kv_heads"])
        if name in {"reshape", "flatten", "view"} and args:
            whole = self._stated(args[0], position)
            if isinstance(whole, Call) and key_of(whole.fn) in JOINED:
                return joined(self, whole, node, position)
            return self.copied(whole, args[1:] if name != "flatten" else (), position)
        if name in JOINED:
            return joined(self, node, None, position)
        return super().other_call(node, position)

    def _is_of_numpy(self, whole: Node, position: int) -> bool:
        """Whether an array is NumPy's, whose method `repeat` puts copies side by side."""
        written = self.program.text[slice(*self._stated(whole, position).span)]
        return re.match(r"\(*(?:np|numpy|jnp)\.", written) is not None

    def numbered(self, args: tuple[Node, ...], position: int) -> Number:
        """Return the query head, where all of them are numbered."""
        shared, each = self.values["kv_heads"], self.values["q_heads"]
        if args and shared != each and self.evaluate(args[-1], position) == shared:
            raise Undecidable("numbers of the key-value heads, which are no query heads")
        return self.values["head"]

    def _refuse_other_copies(self, args: tuple[Node, ...], position: int) -> None:
        counts = [i for arg in args for i in (arg.items if isinstance(arg, Tuple) else (arg,))]
        values = [self.evaluate(c, position) for c in counts]
        if not any(v == self.values["group_size"] for v in values):
            raise Undecidable("a copy that is not once for each query head of a group")

    def rearranged(self, pattern: str, node: Call, position: int) -> Number:
        """`repeat(k, "b h n d -> b (h g) n d", g=...)` of einops: which letter varies faster."""
        before, _, after = pattern.strip("'").partition("->")
        axes, found = before.split(), re.search(r"\((\w+) (\w+)\)", after)
        if found is None or len({*found.groups()} & {*axes}) != 1:
            raise Undecidable("a copy of the heads that is not understood")
        heads, copies = found.groups() if found[1] in axes else found.groups()[::-1]
        if heads[0] not in "hk" and any(axis[0] in "hk" for axis in axes):
            raise Undecidable(f"copies along the axis {heads}, which is not the heads'")
        times = node.keyword(copies)
        count = self.values["group_size"] if times is None else self.evaluate(times, position)
        return self.spread(count, is_adjacent=found[1] == heads)

    def grouped(self, pattern: str, node: Call, position: int) -> Number:
        """`rearrange(q, "b (h g) n d -> b h g n d", h=...)`: query heads cut into groups."""
        before, _, after = pattern.strip("'").partition("->")
        found = re.search(r"\((\w+) (\w+)\)", before)
        if found is None or "(" in after or not {*found.groups()} <= {*after.split()}:
            raise Undecidable("a cut of the heads that is not understood")
        sizes = {letter: self.evaluate(size, position) for letter in found.groups()
                 if (size := node.keyword(letter)) is not None}  # fmt: skip
        counts = self.values["kv_heads"], self.values["group_size"]
        slow, fast = found.groups()
        if sizes.get(slow, counts[0]) == counts[0] and sizes.get(fast, counts[1]) == counts[1]:
            return self.binary("//", self.values["head"], counts[1])
        if sizes.get(slow, counts[1]) == counts[1] and sizes.get(fast, counts[0]) == counts[0]:
            return self.binary("%", self.values["head"], counts[0])
        raise Undecidable("a cut of the heads that is not understood")

    def spread(self, times: Number, *, is_adjacent: bool) -> Number:
        """Return the map of copies side by side, or of all heads one after another."""
        if is_adjacent:
            return self.binary("//", self.values["head"], times)
        if times != self.values["group_size"]:
            raise Undecidable("a copy that is not once for each query head of a group")
        return self.binary("%", self.values["head"], self.values["kv_heads"])

    def _stated(self, node: Node, position: int) -> Node:
        """Return copies that were made on a line of their own, or the node as it is."""
        if not isinstance(node, Name):
            return node
        number = definition(self.program, key_of(node), position)
        return node if number is None else self.program.entries[number].values[-1]

    def copied(self, node: Node, shape: tuple[Node, ...], position: int) -> Number:
        """`x[:, :, None].expand(...).reshape(...)`: copies side by side, or one after another."""
        place = next((place for n in walk(node) if (place := _new_axis(n)) is not None), None)
        if place is None:
            raise Undecidable("a copy of the heads that is not understood")
        for inner in walk(node):
            match inner:
                case Call(fn=Name(name="expand" | "broadcast_to"), args=(_, *sizes)):
                    if len(sizes) == 1 and isinstance(sizes[0], Tuple):
                        sizes = list(sizes[0].items)
                    found, heads = self._expanded(tuple(sizes), place, position)
                    self._refuse_other_shapes(shape, min(heads, place), position)
                    return found
        raise Undecidable("a copy of the heads that is not understood")

    def _refuse_other_shapes(self, shape: tuple[Node, ...], axis: int, position: int) -> None:
        """Refuse a new shape whose axis of query heads is not where the two axes were."""
        sizes = shape[0].items if len(shape) == 1 and isinstance(shape[0], Tuple) else shape
        if len(sizes) <= axis or _is_kept(sizes[axis]):
            return
        if not self.is_count(sizes[axis], self.values["q_heads"], position):
            raise Undecidable("a copy of the heads whose new shape is not understood")

    def _expanded(self, sizes: tuple[Node, ...], place: int, position: int) -> tuple[Number, int]:
        """Return the map of copies along a new axis, and the axis of heads beside it."""
        if not 0 <= place < len(sizes):
            raise Undecidable("a copy of the heads that is not understood")
        times = self.evaluate(sizes[place], position)
        beside = [(side, sizes[place + side]) for side in (-1, 1) if 0 <= place + side < len(sizes)]
        for side, size in beside:
            if self.is_count(size, self.values["kv_heads"], position):
                return self.spread(times, is_adjacent=side == -1), place + side
        if len(sizes) == 2 and all(_is_kept(size) for _, size in beside):
            return self.spread(times, is_adjacent=place == 1), 0
        if len(sizes) > 3 and place in {1, 2} and all(_is_kept(size) for _, size in beside):
            # b, heads, tokens, width
            return self.spread(times, is_adjacent=place == 2), 1
        raise Undecidable("a copy of the heads that is not understood")

    def is_count(self, size: Node, count: Number, position: int) -> bool:
        """Whether the length of an axis is a count of heads."""
        if _is_kept(size):
            return False
        unknown = dict(self.unknown)
        try:
            return self.evaluate(size, position) == count
        finally:
            self.unknown = unknown  # other axes' lengths are no symbols of the map


def _is_early(value: Node) -> TypeGuard[Name]:
    """Whether a case is what a function returns before its end."""
    return isinstance(value, Name) and value.name.startswith(EARLY)


def _refuse_last_axis(node: Call) -> None:
    """Refuse copies of the entries of each key, `dim=-1`."""
    axis = node.axis(position=2)
    whole = node.args[0] if node.args else None
    is_last = isinstance(axis, Neg) and isinstance(axis.x, Num) and axis.x.value == 1
    if (is_last or (isinstance(axis, Num) and axis.value >= 3)) and isinstance(whole, Name):
        raise Undecidable("copies along the width of the heads")


def _new_axis(node: Node) -> int | None:
    """Return where a new axis is put, counted from the front."""
    match node:
        case Call(fn=Name(name="unsqueeze" | "expand_dims"), args=(_, Num(value=value))):
            return int(value)
        case Index(items=items):
            return next((i for i, item in enumerate(items) if _is_new(item)), None)
    return None


def _is_kept(size: Node) -> bool:
    """Whether an axis keeps its length, `-1`."""
    return isinstance(size, Neg) and isinstance(size.x, Num) and size.x.value == 1


def _is_new(item: Node) -> bool:
    return isinstance(item, Name) and item.name in {"None", "newaxis"}
