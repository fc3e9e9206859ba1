"""Code on whole arrays, run line by line on arrays of exact entries.

What assignments, comprehensions, one-line functions, slices and operators do is the same whatever
the arrays hold; what a name stands for that no line assigns is told by whoever knows the formula.
"""

from rlprep.formula.decide.array_entries import ONE, ZERO, Entry
from rlprep.formula.decide.array_functions import JOINING, applied, joined, number, taken, vector
from rlprep.formula.decide.effort import spend
from rlprep.formula.decide.tensor import Tensor, combined, einsum, matmul, spread, stacked
from rlprep.formula.errors import Undecidable
from rlprep.formula.names import flat, labels_of
from rlprep.formula.tree import (
    Big,
    Bin,
    Call,
    Cases,
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

OPERATIONS = {"+": Entry.__add__, "-": Entry.__sub__, "*": Entry.__mul__, "/": Entry.__truediv__,
              "^": Entry.__pow__}  # fmt: skip
RELATIONS = {"=": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
             "<=": lambda a, b: a <= b, ">": lambda a, b: a > b,
             ">=": lambda a, b: a >= b}  # fmt: skip


class ArrayCode:
    """Runs the statements of one piece of code."""

    def __init__(self) -> None:
        self.scope: dict[str, Tensor] = {}
        self.functions: dict[str, tuple[tuple[Node, ...], Node]] = {}

    def given(self, node: Name) -> Tensor:
        """Return the data or the number that a name stands for which no line assigns.

        Raises:
            Undecidable: it is not known.
        """
        raise NotImplementedError

    def known_call(self, node: Call) -> Tensor | None:
        """Return what a function of the formula gives; None where it is a library's."""
        raise NotImplementedError

    # -- statements -----------------------------------------------------------------------------

    def run(self, line: Node) -> Tensor | None:
        """Run a statement; return its value where it is an expression."""
        match line:
            case Define(target=Call(fn=fn, args=parameters), value=body):
                self.functions[flat(fn)] = (parameters, body)
                return None
            case Define(target=Name() as target, value=value):
                self.scope[flat(target)] = self.value(value)
            case Define(target=Index(x=Name() as target, items=items), value=value) if all(
                map(_is_whole, items)
            ):
                whole = self.value(value)
                before = self.scope.get(flat(target))
                if not whole.ndim and before is None:
                    raise Undecidable("one number in the place of all entries of an array")
                self.scope[flat(target)] = whole if whole.ndim or before is None else spread(
                    whole, before.shape
                )  # fmt: skip
            case Define():
                raise Undecidable("an unusual assignment")
            case Name() | Tuple():
                return self.value(line) if isinstance(line, Name) else None
            case _:
                return self.value(line)
        return None

    # -- expressions ----------------------------------------------------------------------------

    def value(self, node: Node) -> Tensor:
        """Return the array that an expression is."""
        spend()
        match node:
            case Num(value=value):
                return number(value)
            case Neg(x=x):
                return self.value(x).map(lambda entry: -entry)
            case Bin(op="@", left=left, right=right):
                return matmul(self.value(left), self.value(right))
            case Bin(op=op, left=left, right=right) if op in OPERATIONS:
                return self._operation(op, left, right)
            case Chain(items=items, ops=ops):
                return self._comparison(items, ops)
            case Cases(rows=((then, test), (other, None))) if test is not None:
                return self.value(then if self.value(test).item.number else other)
            case Name():
                return self.scope[flat(node)] if flat(node) in self.scope else self.given(node)
            case Index(x=x, items=items):
                return self.cut(self.value(x), items)
            case Trans(x=x):
                whole = self.value(x)
                return whole.permuted(range(whole.ndim)[::-1])
            case Tuple(items=items):
                parts = [self.value(item) for item in items]
                return stacked(parts) if parts else vector([])
            case Define(target=Name() as target, value=value):
                self.scope[flat(target)] = whole = self.value(value)
                return whole
            case Big(kind="list", var=var, binder=over, body=body) if var and over:
                return self._listed(var, over, body)
            case Call():
                return self.call(node)
        raise Undecidable(f"{type(node).__name__.lower()} has no meaning here")

    def _operation(self, op: str, left: Node, right: Node) -> Tensor:
        a, b = self.value(left), self.value(right)
        return combined(OPERATIONS[op], a, b)

    def _comparison(self, items: tuple[Node, ...], ops: tuple[str, ...]) -> Tensor:
        if not RELATIONS.keys() >= set(ops):
            raise Undecidable("a condition that is not known here")
        sides = [self.value(item) for item in items]
        result = number(1)
        for op, a, b in zip(ops, sides[:-1], sides[1:], strict=True):
            relation = RELATIONS[op]
            holds = combined(
                lambda x, y, relation=relation: ONE if relation(x.number, y.number) else ZERO, a, b
            )
            result = combined(Entry.__mul__, result, holds)
        return result

    def _listed(self, var: Node, over: Node, body: Node) -> Tensor:
        """A comprehension: the body with its variables bound to each of what runs."""
        names = [flat(n) for n in walk(var) if isinstance(n, Name)]
        outside = {name: self.scope[name] for name in names if name in self.scope}
        rows: list[Tensor] = []
        for turn in self._turns(over):
            self._bind(var, turn)
            rows.append(self.value(body))
        self.scope = {k: v for k, v in self.scope.items() if k not in names} | outside
        return stacked(rows) if rows else vector([])

    def _turns(self, over: Node) -> list[Tensor | tuple]:
        """Return what a comprehension runs through."""
        match over:
            case Call(fn=Name(name="zip"), args=args):
                return list(zip(*(self._turns(arg) for arg in args), strict=False))
            case Call(fn=Name(name="enumerate"), args=(arg,)):
                return [(number(i), turn) for i, turn in enumerate(self._turns(arg))]
            case Call(fn=Name(name="reversed" | "list"), args=(Call() as inner,)):
                turns = self._turns(inner)
                return turns[::-1] if over.fn.name == "reversed" else turns
        whole = self.value(over)
        return [whole.picked(0, place) for place in range(whole.shape[whole.axis(0)])]

    def _bind(self, target: Node, turn: Tensor | tuple) -> None:
        match target, turn:
            case Name(), Tensor():
                self.scope[flat(target)] = turn
            case Tuple(items=targets), tuple() if len(targets) == len(turn):
                for each, part in zip(targets, turn, strict=True):
                    self._bind(each, part)
            case _:
                raise Undecidable("an unusual loop variable")

    # -- functions ------------------------------------------------------------------------------

    def call(self, node: Call) -> Tensor:
        """Apply a function: of the code, of a library, or the value of states."""
        key = flat(node.fn)
        if key in self.functions:
            return self._own(*self.functions[key], node)
        if (value := self.known_call(node)) is not None:
            return value
        name = node.fn.name if node.fn.name in JOINING else flat(node.fn)
        if name in JOINING:
            parts = node.args[0].items if node.args and isinstance(node.args[0], Tuple) else ()
            if not parts:
                raise Undecidable("nothing is joined")
            return joined(*map(self.value, parts))
        if name == "einsum":
            return self._einsum(node)
        if node.fn.name in {"append", "len"} and any(key for key, _ in node.kwargs):
            raise Undecidable(f"{name} is called in an unusual way")
        arguments = [self._argument(arg) for arg in node.args]
        said = {key: self.value(value) for key, value in node.kwargs if not _is_none(value)}
        return applied(name, arguments, said)  # type: ignore[arg-type]

    def _argument(self, node: Node) -> Tensor | None:
        return None if _is_none(node) else self.value(node)

    def _own(self, parameters: tuple[Node, ...], body: Node, node: Call) -> Tensor:
        """Call a function that the code defines in one line."""
        if len(parameters) != len(node.args) or node.kwargs:
            raise Undecidable("a function is called in an unusual way")
        saved = dict(self.scope)
        given = [self.value(arg) for arg in node.args]
        for parameter, value in zip(parameters, given, strict=True):
            self.scope[flat_of(parameter)] = value
        result = self.value(body)
        self.scope = saved
        return result

    def _einsum(self, node: Call) -> Tensor:
        match node.args:
            case (Call(fn=Name(name=words)), *operands) if "->" in words and "." not in words:
                left, _, right = words.strip("'").replace(" ", "").partition("->")
                arrays = [self.value(operand) for operand in operands]
                if len(left.split(",")) == len(arrays):
                    return einsum(left.split(","), right, arrays)
        raise Undecidable("einsum is called in an unusual way")

    # -- indices --------------------------------------------------------------------------------

    def cut(self, x: Tensor, items: tuple[Node, ...]) -> Tensor:
        """Apply an index of several items, from the first axis on."""
        axis = 0
        for item in items:
            match item:
                case Name() if _is_whole(item):
                    axis += 1
                case Slice(lo=lo, hi=hi):
                    ends = [None if e is None else self.value(e).item.whole for e in (lo, hi)]
                    size = x.shape[x.axis(axis)]
                    x = taken(x, axis, range(size)[slice(*ends)])
                    axis += 1
                case Name(name="None" | "newaxis"):
                    x = x.expanded(axis)
                    axis += 1
                case _:
                    places = self.value(item)
                    size = x.shape[x.axis(axis)]
                    if places.ndim > 1 or (places.ndim and len(items) > 1):
                        raise Undecidable("an array is indexed by an array of several axes")
                    numbers = [e.whole + (size if e.whole < 0 else 0) for e in places.data]
                    picked = taken(x, axis, numbers)
                    x = picked if places.ndim else picked.picked(axis, 0)
                    axis += places.ndim
        return x


def flat_of(node: Node) -> str:
    """Return the key of a parameter."""
    if not isinstance(node, Name):
        raise Undecidable("an unusual parameter")
    return flat(node)


def _is_none(node: Node) -> bool:
    return isinstance(node, Name) and node.name == "None"


def _is_whole(item: Node) -> bool:
    """Whether an index takes all there is: `[:]`, and the path of a buffer."""
    match item:
        case Slice(lo=None, hi=None):
            return True
        case Name():
            return "slice" in {item.name, *labels_of(item)}
    return False
