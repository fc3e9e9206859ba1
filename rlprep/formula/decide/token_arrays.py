"""Evaluates code: the rules of NumPy and torch for arrays, and statements run in order.

`*` acts entry by entry, `@` is the matrix product, axes of length 1 spread.
`token_programs.py` runs the statements.
"""

from __future__ import annotations

from fractions import Fraction
from operator import mul

from rlprep.formula.code_turns import SIDE_BY_SIDE
from rlprep.formula.decide import attention_names as names
from rlprep.formula.decide.attention_world import LEAD
from rlprep.formula.decide.matrices import Matrices
from rlprep.formula.decide.tensor import (
    LayoutError,
    Tensor,
    combined,
    divide,
    matmul,
    stacked,
)
from rlprep.formula.decide.token_arguments import refuse_fixed
from rlprep.formula.decide.token_definitions import Scope
from rlprep.formula.decide.token_sums import places
from rlprep.formula.errors import Undecidable, Undefined
from rlprep.formula.integers import maybe_integer
from rlprep.formula.program import Entry
from rlprep.formula.tree import (
    Big,
    Call,
    Chain,
    Index,
    Name,
    Neg,
    Node,
    Num,
    Slice,
    Trans,
    Tuple,
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
        self.indices: dict[str, int] = {}
        self.failed: dict[int, str] = {}

    def _value(self, node: Node, scope: Scope) -> Tensor:
        match node:
            case Big(kind="range" | "sum", var=Node() as each, binder=Call(fn=fn) as over) if (
                fn.name in SIDE_BY_SIDE
            ):
                parts = [self.value(node.body, {**scope, **turn})
                         for turn in self._turns_of(each, over, scope)]  # fmt: skip
                return stacked(parts) if node.kind == "range" else stacked(parts).summed(0)
            case Big(kind="range" | "sum", var=Name() as each, binder=Node() as rows) if not (
                isinstance(rows, Chain)
            ):
                key = names.spelling(each, is_code=True).key
                parts = [self.value(node.body, {**scope, key: row})
                         for row in self.value(rows, scope).along(0)]  # fmt: skip
                return stacked(parts) if node.kind == "range" else stacked(parts).summed(0)
            case Big(kind="range", var=Name(name=key)):
                parts = [self.value(node.body, {**scope, key: place})
                         for place in places(self, node, key, scope)]  # fmt: skip
                return stacked(parts)
            case Trans(x=x):
                inner = self.value(x, scope)
                if inner.ndim > 2 and not self._written(node).endswith("mT"):
                    raise LayoutError("an array of more than two axes is turned round by .T")
                return self.transposed(inner)
            case Chain(items=(left, Num(value=number)), ops=("=" | "!=" as op,)):
                wanted = self.world.arithmetic.const(number)
                yes, no = (self.world.scalar(int(x)).item for x in (op == "=", op != "="))
                return self.value(left, scope).map(lambda x: yes if x == wanted else no)
        return super()._value(node, scope)

    def _turns_of(self, each: Node, over: Call, scope: Scope) -> list[Scope]:
        """Return what the variables of `for i, (k, v) in enumerate(zip(K, V))` are, turn by turn.

        Raises:
            Undecidable: something else is run through, or there is nothing to run through.
        """
        match each, over:
            case Tuple(items=(Name() as count, inner)), Call(
                fn=Name(name="enumerate"), args=(source,), kwargs=()
            ):
                key = names.spelling(count, is_code=True).key
                turns = enumerate(self._rows_of_each(inner, source, scope))
                found = [turn | {key: place} for place, turn in turns]
            case Tuple(items=targets), Call(fn=Name(name="zip"), args=sources) if len(
                targets
            ) == len(sources) and {word for word, _ in over.kwargs} <= {"strict"}:
                each_alone = [self._rows_of_each(target, source, scope)
                              for target, source in zip(targets, sources, strict=True)]  # fmt: skip
                found = [dict(pair for row in rows for pair in row.items())
                         for rows in zip(*each_alone, strict=False)]  # fmt: skip
            case _:
                raise Undecidable("a comprehension that is not understood")
        if not found:
            raise Undecidable("a comprehension over nothing")
        return found

    def _rows_of_each(self, target: Node, source: Node, scope: Scope) -> list[Scope]:
        """Return what one target of a comprehension is, turn by turn."""
        match target, source:
            case Tuple(), Call(fn=Name(name="zip" | "enumerate")):
                return self._turns_of(target, source, scope)
            case Name(), Call(fn=Name(name="range"), args=args) if 1 <= len(args) <= 2:
                key = names.spelling(target, is_code=True).key
                return [{key: place} for place in range(*(self.extent(x, scope) for x in args))]
            case Name(), _:
                key = names.spelling(target, is_code=True).key
                return [{key: row} for row in self.value(source, scope).along(0)]
        raise Undecidable("a comprehension that is not understood")

    def _written(self, node: Node) -> str:
        """Return the text of an expression, without the brackets around it."""
        start, end = node.span
        return self.program.text[start:end].rstrip(" )")

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

    def powered(self, base: Tensor, exponent: Node, scope: Scope) -> Tensor:
        """A power, entry by entry."""
        power = self.constant(exponent, scope)
        return base.map(lambda x: self.root_power(x, power))

    def transposed(self, a: Tensor) -> Tensor:
        """`.T` of a matrix, `.mT` of any array: the last two axes."""
        if a.ndim == 1 and self.convention.layout.startswith("query"):
            raise LayoutError("the vector of one query is transposed")  # it was meant as a matrix
        return a.swapped(-1, -2) if a.ndim >= 2 else a

    def is_literal_one(self, node: Node) -> bool:
        """Return False: the ones of code are written out."""
        return False

    # -- names ----------------------------------------------------------------------------------

    def plain_name(self, node: Name, spelt: names.Spelling, scope: Scope) -> Tensor:
        """The value of a variable, or of an input."""
        if spelt.key in scope:
            found = scope[spelt.key]
            return found if isinstance(found, Tensor) else self.world.scalar(found)
        if spelt.key in self.indices:
            return self.world.scalar(self.indices[spelt.key])
        if spelt.key in self.variables:
            return self.variables[spelt.key]
        if rows := self.stored.get(spelt.key):
            return stacked([rows[place] for place in sorted(rows)])
        if self.position is not None and spelt.key in LETTERS and not self._is_size(spelt.key):
            return self.world.scalar(self.position)
        if self._is_carried(spelt.key) and spelt.key not in self.passed_over:
            return self.world.scalar(0)  # the state before the first position
        return self.given(node, spelt, scope)

    def _is_size(self, key: str) -> bool:
        return key in {"n", "l", "s"} and key in names.LENGTHS

    def _is_carried(self, key: str) -> bool:
        is_input = names.role_of(key) in {"Q", "K", "V"}
        return not is_input and any(target_key(e) == key for e in self.program.entries)

    def given(self, node: Name, spelt: names.Spelling, scope: Scope) -> Tensor:
        """An input in the layout of the convention, a size, or an unknown symbol."""
        role = names.role_of(spelt.key)
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
                raise LayoutError("a vector without a position")
            return whole.picked(len(lead), self.position)
        if layout in {"bnhd", "nbd"}:
            return whole.swapped(-2, -3)
        return whole

    def extent(self, node: Node, scope: Scope) -> int:
        """Return the length of an axis as a whole number, for `ones(n, 1)`."""
        match node:
            case Num(value=value):
                refuse_fixed(node, int(value), 2)
                return int(value)
            case Name():
                key = names.spelling(node, is_code=True).key
                role = names.role_of(key)
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
        if _is_largest_of_torch(x) and items == (Num(items[0].span, Fraction(0)),):
            return self.value(x, scope)  # the values; [1] are their places
        if isinstance(x, Call) and x.fn.name in {"shape", "size"} and len(x.args) == 1:
            _, place = self._measured(Index(x.span, x, items))
            return self.measure(self.value(x.args[0], scope), place)
        if isinstance(x, Name) and self.spelt(x).key not in scope:
            if names.role_of(self.spelt(x).key) == "mask":
                return self.causal_mask()
            key = names.spelling(x, is_code=True).key
            if key in self.stored:
                return self._stored(key, items[-1], scope)
            if self._is_carried(key) and key not in self.variables:
                return self.world.scalar(0)
            if self._is_of_a_batch(key, items):
                raise LayoutError("a fixed number picks one of a batch")
        whole = self.value(x, scope)
        return self.sliced(whole, items, scope)

    def _is_of_a_batch(self, key: str, items: tuple[Node, ...]) -> bool:
        """Whether `k[0]` would be the first of a batch where `k` has no axis of tokens."""
        is_input = names.role_of(key) in {"Q", "K", "V"} and key not in self.variables
        layout = self.convention.layout
        return is_input and "n" not in layout and "b" in layout and isinstance(items[0], Num)

    def _stored(self, key: str, item: Node, scope: Scope) -> Tensor:
        place = self.whole_number(item, scope)
        return self.stored[key].get(place, self.world.scalar(0))

    def whole_number(self, node: Node, scope: Scope) -> int:
        """Return an index."""
        value = maybe_integer(node, self.known_indices(scope))
        if value is None:
            raise Undecidable("an index is not known")
        return value

    def known_indices(self, scope: Scope) -> dict[str, int]:
        """Return the whole numbers that names stand for: of sums, of loops, the position."""
        position = dict.fromkeys(LETTERS, self.position) if self.position is not None else {}
        return position | self.indices | super().known_indices(scope)

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
                case Slice() if self.is_whole(item):
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

    def is_whole(self, item: Node) -> bool:
        """Whether an index takes all of an axis: `:`, or `:n` where no loop counts n."""
        match item:
            case Slice(lo=None, hi=None):
                return True
            case Slice(lo=None, hi=Name(name="n", subs=())):
                return self.position is None and "n" not in self.indices
        return False

    def _range(
        self, x: Tensor, axis: int, lo: Node | None, hi: Node | None, scope: Scope
    ) -> Tensor:
        size = x.shape[x.axis(axis)]
        first = self.whole_number(lo, scope) if lo is not None else 0
        last = self.whole_number(hi, scope) if hi is not None else size
        for end, place in ((lo, first), (hi, last)):
            if end is not None:
                refuse_fixed(end, place, size)
        chosen = range(size)[first:last]
        if not chosen:
            raise Undefined("a slice is empty")
        return stacked([x.picked(axis, i) for i in chosen], x.axis(axis))


def _is_largest_of_torch(node: Node) -> bool:
    """Whether `max` has an axis as torch writes it: the result is a pair, values first."""
    match node:
        case Call(fn=Name(name="max"), args=args, kwargs=kwargs):
            return not any(key in {"axis", "keepdims"} for key, _ in kwargs) and (
                len(args) > 1 or any(key == "dim" for key, _ in kwargs)
            )
    return False


def target_key(entry: Entry) -> str | None:
    """Return the name that a statement assigns to."""
    target = entry.target
    while isinstance(target, Index):
        target = target.x
    if isinstance(target, Name):
        return names.spelling(target, is_code=True).key
    return None
