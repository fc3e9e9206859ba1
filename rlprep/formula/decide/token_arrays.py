"""Evaluates code: the rules of NumPy and torch for arrays, and statements run in order.

`*` acts entry by entry, `@` is the matrix product, axes of length 1 spread. Statements run as they
stand; where they carry a state (`S = S + ...`) or name a position (`q[t]`) they run once a position.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from operator import mul

from rlprep.formula.decide import attention_names as names
from rlprep.formula.decide.attention_world import LEAD
from rlprep.formula.decide.matrices import Convention, Matrices, Scope
from rlprep.formula.decide.tensor import (
    ShapeError,
    Tensor,
    combined,
    divide,
    matmul,
    spread,
    stacked,
)
from rlprep.formula.errors import Undecidable, Undefined
from rlprep.formula.integers import maybe_integer
from rlprep.formula.names import variable_key
from rlprep.formula.program import Entry
from rlprep.formula.tree import (
    Big,
    Bin,
    Call,
    Chain,
    Define,
    Index,
    Name,
    Neg,
    Node,
    Num,
    Slice,
    Trans,
    Tuple,
    walk,
)

LETTERS = {"t", "i", "j", "idx", "step", "pos", "n", "s", "l"}


class Arrays(Matrices):
    """Evaluates expressions of code; `variables` holds what the statements have assigned."""

    is_code = True

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self.base = 0
        self.variables: dict[str, Tensor] = {}
        self.stored: dict[str, dict[int, Tensor]] = {}
        self.position: int | None = None
        self.passed_over: set[str] = set()

    def _value(self, node: Node, scope: Scope) -> Tensor:
        match node:
            case Chain(items=(left, Num(value=number)), ops=("=" | "!=" as op,)):
                wanted = self.world.arithmetic.const(number)
                yes, no = (self.world.scalar(int(x)).item for x in (op == "=", op != "="))
                return self.value(left, scope).map(lambda x: yes if x == wanted else no)
        return super()._value(node, scope)

    # -- rules of arrays ------------------------------------------------------------------------

    def plus(self, a: Tensor, b: Tensor) -> Tensor:
        """A sum, entry by entry."""
        from operator import add

        return combined(add, a, b)

    def product(self, a: Tensor, b: Tensor, op: str) -> Tensor:
        """`@` is the matrix product, anything else acts entry by entry."""
        zero = self.world.scalar(0)
        if op == "@" and any(not x.shape and x.data == zero.data for x in (a, b)):
            return zero  # a state before the first position
        if op == "@" or (self.convention.stars and a.ndim == b.ndim == 2):
            if self.world.is_lenient and not (a.ndim and b.ndim):
                return combined(mul, a, b)
            return matmul(a, b)
        return combined(mul, a, b)

    def quotient(self, a: Tensor, b: Tensor) -> Tensor:
        """A quotient, entry by entry."""
        return combined(divide, a, b)

    def transposed(self, a: Tensor) -> Tensor:
        """`.T` and `.mT`: the last two axes (an array of more axes reverses them all)."""
        return a.swapped(-1, -2) if a.ndim >= 2 else a

    def _is_literal_one(self, node: Node) -> bool:
        return False

    # -- names ----------------------------------------------------------------------------------

    def plain_name(self, node: Name, spelt: names.Spelling, scope: Scope) -> Tensor:
        """The value of a variable, or of an input."""
        if spelt.key in scope:
            found = scope[spelt.key]
            return found if isinstance(found, Tensor) else self.world.scalar(found)
        if spelt.key in self.variables:
            return self.variables[spelt.key]
        if self.position is not None and spelt.key in LETTERS and not self._is_size(spelt.key):
            return self.world.scalar(self.position)
        if self._is_carried(spelt.key) and spelt.key not in self.passed_over:
            return self.world.scalar(0)  # the state before the first position
        return self.given(node, spelt, scope)

    def _is_size(self, key: str) -> bool:
        return key in {"n", "l", "s"} and key in names.LENGTHS

    def _is_carried(self, key: str) -> bool:
        is_input = names.role_of(key, is_code=True) in {"Q", "K", "V"}
        return not is_input and any(target_key(e) == key for e in self.program.entries)

    def given(self, node: Name, spelt: names.Spelling, scope: Scope) -> Tensor:
        """An input in the layout of the convention, a size, or an unknown symbol."""
        role = names.role_of(spelt.key, is_code=True)
        if role in {"Q", "K", "V"}:
            return self.input(role)
        return super().given(node, spelt, scope)

    def input(self, role: str) -> Tensor:
        """Return an input with the axes that the layout gives it."""
        layout = self.convention.layout
        lead = tuple(LEAD for letter in layout if letter in "bh")
        whole = self.world.given(role, lead)  # axes b, h, n, d
        if "n" not in layout or (layout.startswith("query") and role == "Q"):
            if self.position is None:
                raise ShapeError("a vector without a position")
            return whole.picked(len(lead), self.position)
        if layout in {"bnhd", "nbd"}:
            return whole.swapped(-2, -3)
        return whole

    def extent(self, node: Node, scope: Scope) -> int:
        """Return the length of an axis as a whole number, for `ones(n, 1)`."""
        match node:
            case Num(value=value):
                return int(value)
            case Name():
                key = names.spelling(node, is_code=True).key
                role = names.role_of(key, is_code=True)
                if role == "length":
                    return self.world.sizes["m"]
                if role == "width":
                    return self.world.sizes["d"]
            case Call(fn=Name(name="size" | "shape")) | Index(x=Call(fn=Name(name="shape"))):
                inner, place = self._measured(node)
                x = self.value(inner, scope)
                return x.shape[x.axis(place)]
            case Call(fn=Name(name="len"), args=(inner,)):
                return self.value(inner, scope).shape[0]
        raise Undecidable("the size of an array is not known")

    def _measured(self, node: Node) -> tuple[Node, int]:
        match node:
            case Call(args=(inner, Num(value=place))):
                return inner, int(place)
            case Call(args=(inner, Neg(x=Num(value=place)))):
                return inner, -int(place)
            case Index(x=Call(args=(inner,)), items=(Num(value=place),)):
                return inner, int(place)
            case Index(x=Call(args=(inner,)), items=(Neg(x=Num(value=place)),)):
                return inner, -int(place)
        raise Undecidable("the size of an array is not known")

    # -- indices --------------------------------------------------------------------------------

    def indexed(self, x: Node, items: tuple[Node, ...], scope: Scope) -> Tensor:
        """`q[t]`, `z[:, None]`, `k[:t + 1]`, `q.shape[-1]`, `S[t - 1]`."""
        if isinstance(x, Call) and x.fn.name in {"shape", "size"} and len(x.args) == 1:
            _, place = self._measured(Index(x.span, x, items))
            return self.measure(self.value(x.args[0], scope), place)
        if isinstance(x, Name):
            key = names.spelling(x, is_code=True).key
            if key in self.stored and key not in scope:
                return self._stored(key, items[-1], scope)
            if self._is_carried(key) and key not in self.variables:
                return self.world.scalar(0)
        whole = self.value(x, scope)
        return self.sliced(whole, items, scope)

    def _stored(self, key: str, item: Node, scope: Scope) -> Tensor:
        place = self.whole_number(item, scope)
        return self.stored[key].get(place, self.world.scalar(0))

    def whole_number(self, node: Node, scope: Scope) -> int:
        """Return an index."""
        bound = {k: v for k, v in scope.items() if isinstance(v, int)}
        if self.position is not None:
            bound = dict.fromkeys(LETTERS, self.position) | bound
        value = maybe_integer(node, bound)
        if value is None:
            raise Undecidable("an index is not known")
        return value

    def sliced(self, x: Tensor, items: tuple[Node, ...], scope: Scope) -> Tensor:
        """Apply an index of several items, from the first axis on."""
        from rlprep.formula.tree import Dots

        if any(isinstance(item, Dots) for item in items):
            place = next(i for i, item in enumerate(items) if isinstance(item, Dots))
            news = sum(isinstance(i, Name) and i.name == "None" for i in items)
            gap = x.ndim - (len(items) - 1 - news)
            fill = tuple(Slice(items[0].span, None, None) for _ in range(gap))
            items = (*items[:place], *fill, *items[place + 1 :])
        axis = 0
        for item in items:
            match item:
                case Slice(lo=None, hi=None):
                    axis += 1
                case Slice(lo=lo, hi=hi):
                    x = self._range(x, axis, lo, hi, scope)
                    axis += 1
                case Name(name="None" | "newaxis"):
                    x = x.expanded(axis)
                    axis += 1
                case _:
                    place = self.whole_number(item, scope)
                    size = x.shape[x.axis(axis)]
                    x = x.picked(axis, place + size if place < 0 else place)
        return x

    def _range(
        self, x: Tensor, axis: int, lo: Node | None, hi: Node | None, scope: Scope
    ) -> Tensor:
        size = x.shape[x.axis(axis)]
        first = self.whole_number(lo, scope) if lo is not None else 0
        last = self.whole_number(hi, scope) if hi is not None else size
        chosen = range(size)[first:last]
        if not chosen:
            raise Undefined("a slice is empty")
        return stacked([x.picked(axis, i) for i in chosen], x.axis(axis))

    # -- statements -----------------------------------------------------------------------------

    def run(self) -> Tensor | list[Tensor | str]:
        """Run the statements and return the value of the one that is the formula.

        By position it is a list, with the reason in words where a position has no value.
        """
        if not self.runs_by_position():
            return self._pass(self.program.entries)
        before = [e for e in self.program.entries if e.is_constant]
        body = [e for e in self.program.entries if not e.is_constant]
        for entry in before:
            self._execute(entry)
        rows: list[Tensor | str] = []
        for position in range(self.world.sizes["n"]):
            self.position = position
            rows.append(self._row(body))
        return rows

    def _row(self, body: list[Entry]) -> Tensor | str:
        """Return the output at the present position, or why it has none."""
        try:
            return self._pass(body)
        except ShapeError:
            raise
        except Undefined as error:
            return str(error)

    def runs_by_position(self) -> bool:
        """Whether the statements describe one position: a state, or an index `t`."""
        if "n" not in self.convention.layout or self.convention.layout.startswith("query"):
            return True
        return any(True for _ in self._free_positions())

    def _free_positions(self) -> Iterator[str]:
        for entry in self.program.entries:
            bound = {variable_key(n.var) for v in entry.values for n in walk(v)
                     if isinstance(n, Big) and n.var is not None}  # fmt: skip
            for value in (*entry.values, *((entry.target,) if entry.target else ())):
                for node in walk(value):
                    if isinstance(node, Index):
                        yield from (
                            n.name for item in node.items for n in walk(item)
                            if isinstance(n, Name) and n.name in LETTERS - bound
                        )  # fmt: skip

    def _pass(self, entries: list[Entry]) -> Tensor:
        main = self.program.formula
        result: Tensor | None = None
        failure: Undefined | None = None
        for entry in entries:
            try:
                value = self._execute(entry)
            except ShapeError:
                raise
            except Undefined as error:  # what follows may still update the state
                if entry is not main:
                    raise
                failure, value = error, None
            if entry is main:
                result = value
        if failure is not None:
            raise failure
        if result is None:
            raise Undecidable("the formula is not among the statements")
        return result

    def _execute(self, entry: Entry) -> Tensor | None:
        """Run one statement; what only says where inputs come from is passed over."""
        target = entry.target
        if isinstance(entry.node, Define) and isinstance(entry.node.target, Tuple):
            return None  # sizes by unpacking: they are known by name
        if isinstance(target, Call):
            return None  # a function: evaluated where it is called
        key = target_key(entry)
        if key is not None and not self._is_needed(key, entry):
            self.passed_over.add(key)
            return None
        value = self.value(entry.values[-1], {})
        if key is None:
            return value
        if isinstance(target, Index) and self.position is not None:
            place = self.whole_number(target.items[-1], {}) if not isinstance(
                target.items[-1], Slice) else self.position  # fmt: skip
            self.stored.setdefault(key, {})[place] = value
        else:
            self.variables[key] = value
        return value

    def _is_needed(self, key: str, entry: Entry) -> bool:
        role = names.role_of(key, is_code=True)
        if role in {"Q", "K", "V"}:
            return self._uses_inputs(entry)
        if role in {"width", "length", "value_width"}:
            return not any(  # `d = q.shape[-1]`: a width is a width
                isinstance(n, Call) and n.fn.name in {"shape", "size", "len"}
                for n in walk(entry.values[-1])
            )
        return True


def target_key(entry: Entry) -> str | None:
    """Return the name that a statement assigns to."""
    target = entry.target
    while isinstance(target, Index):
        target = target.x
    if isinstance(target, Name):
        return names.spelling(target, is_code=True).key
    return None


def carries_state(entries: list[Entry]) -> bool:
    """Whether a statement uses what it assigns before anything else assigned it."""
    assigned: set[str] = set()
    for entry in entries:
        key = target_key(entry)
        if key is None:
            continue
        used = {names.spelling(n, is_code=True).key for v in entry.values for n in walk(v)
                if isinstance(n, Name)}  # fmt: skip
        is_input = names.role_of(key, is_code=True) in {"Q", "K", "V"}
        if key in used and key not in assigned and not is_input:
            return True
        if not entry.is_constant:
            assigned.add(key)
    return False


def layouts(entries: list[Entry], *, by_position: bool) -> list[Convention]:
    """Return the conventions under which code may be meant, likeliest first.

    Args:
        entries: the statements.
        by_position: whether bare `q`, `k`, `v` may be the vectors of one position.
    """
    nodes = [n for e in entries for v in e.values for n in walk(v)]
    if carries_state(entries) and not any(_is_position(n) for n in nodes):
        order = ["d", "bd", "bhd", "nd", "bnd"]
    else:
        order = ["nd", "bnd", "bhnd", "bnhd", *(("d", "bd", "bhd") if by_position else ())]
        if not any(_turns_queries(n) for n in nodes):
            order.insert(4, "query-nd")
    found = [Convention(layout=layout) for layout in order]
    if not any(_is_matrix_product(n) for n in nodes):
        found.append(Convention(layout="nd", stars=True))
    if any(isinstance(n, Name) and names.spelling(n, is_code=True).key in names.SCALES
           for n in nodes):  # fmt: skip
        both = ("inverse", "root")
        found = [replace(c, scale=scale) for c in found for scale in both]
    return found


def _is_position(node: Node) -> bool:
    """Whether an input is indexed by a position: `q[t]`."""
    match node:
        case Index(x=Name() as name, items=items):
            key = names.spelling(name, is_code=True).key
            letters = {n.name for item in items for n in walk(item) if isinstance(n, Name)}
            return names.role_of(key, is_code=True) in {"Q", "K", "V"} and bool(letters & LETTERS)
    return False


def _turns_queries(node: Node) -> bool:
    """Whether queries are transposed: then they are a matrix."""
    match node:
        case Trans(x=Name() as name) | Call(
            fn=Name(name="transpose" | "permute" | "t" | "swapaxes"), args=(Name() as name, *_)
        ):
            key = names.spelling(name, is_code=True).key
            return names.role_of(key, is_code=True) == "Q"
    return False


def _is_matrix_product(node: Node) -> bool:
    match node:
        case Bin(op="@"):
            return True
        case Call(fn=Name(name=name)):
            return name in {"matmul", "einsum", "bmm", "mm", "dot", "outer"}
    return False


__all__ = ["Arrays", "carries_state", "layouts"]
