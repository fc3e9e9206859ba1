"""Runs code about attention: statements in order.

Where they carry a state (`S = S + ...`) or name a position (`q[t]`) they run once a position.
"""

from __future__ import annotations

from collections.abc import Iterator

from rlprep.formula.code_loops import ForLine
from rlprep.formula.decide import attention_names as names
from rlprep.formula.decide.tensor import ShapeError, Tensor
from rlprep.formula.decide.token_arguments import refuse_fixed
from rlprep.formula.decide.token_arrays import LETTERS, Arrays, target_key
from rlprep.formula.decide.token_loops import CHUNK, covers, indexes_queries, loops_of, within
from rlprep.formula.errors import Undecidable, Undefined
from rlprep.formula.integers import maybe_integer
from rlprep.formula.names import variable_key
from rlprep.formula.program import Entry
from rlprep.formula.tree import (
    Big,
    Call,
    Define,
    Index,
    Name,
    Node,
    Num,
    Slice,
    Tuple,
    children,
    walk,
)


class Code(Arrays):
    """Executes the statements of one program."""

    def run(self) -> Tensor | list[Tensor | str]:
        """Run the statements and return the value of the one that is the formula.

        By position it is a list, with the reason in words where a position has no value.
        """
        if loops := self._loops():
            if self.convention.layout.startswith("query"):
                return self._of_each_query(loops)
            return self._run_loops(loops)
        if not self.runs_by_position():
            return self._pass(self.program.entries)
        entries = self.program.entries
        before = [e for i, e in enumerate(entries) if e.is_constant and not any(
            other.key == e.key and not other.is_constant for other in entries[:i])]  # fmt: skip
        body = [e for e in entries if e not in before]
        for entry in before:
            self._execute(entry)
        rows: list[Tensor | str] = []
        for position in range(self.world.sizes["n"]):
            self.position = position
            rows.append(self._row(body))
        return rows

    def _of_each_query(self, found: list[ForLine]) -> list[Tensor | str]:
        """Run a loop over the keys of one query, for every query."""
        rows: list[Tensor | str] = []
        for position in range(self.world.sizes["n"]):
            self.position, self.variables, self.stored, self.indices = position, {}, {}, {}
            try:
                row = self._run_loops(found)
            except ShapeError:
                raise
            except Undefined as error:
                row = str(error)
            if isinstance(row, list):
                raise Undecidable("a loop that is not understood")
            rows.append(row)
        return rows

    # -- loops ----------------------------------------------------------------------------------

    def _loops(self) -> list[ForLine]:
        return loops_of(self.program.text)

    def _run_loops(self, found: list[ForLine]) -> Tensor | list[Tensor | str]:
        """Run the statements with their loops, and return what the formula's statement left."""
        self.results: list[Tensor | str] = []
        self._block(self.program.entries, found)
        key = target_key(self.program.formula)
        if key is not None and isinstance(self.program.formula.target, Index):
            stored = self.stored.get(key, {})
            places = sorted({*stored, *self.failed})
            if not {*places} <= {*range(self.world.sizes["n"])}:
                raise Undecidable("a loop stores rows beyond the last token")
            return [self.failed.get(i) or stored[i] for i in places]
        inside = [loop for loop in found if covers(loop, self.program.formula)]
        if inside:
            return self.results
        (result,) = self.results
        if isinstance(result, str):
            raise Undefined(result)
        return result

    def _block(self, entries: list[Entry], found: list[ForLine]) -> None:
        """Run statements, those of each outermost loop together as often as the loop turns."""
        done: set[int] = set()
        for entry in entries:
            loop = next((x for x in found if covers(x, entry)), None)
            if loop is None:
                self._step(entry)
            elif id(loop) not in done:
                done.add(id(loop))
                body = [e for e in entries if covers(loop, e)]
                inner = [x for x in found if x is not loop and within(x, loop)]
                for _ in self._turns(loop, body):
                    self._block(body, inner)

    def _step(self, entry: Entry) -> None:
        """Run one statement; the formula's result, or why it has none, is kept."""
        is_main = entry is self.program.formula
        try:
            value = self._execute(entry)
        except ShapeError:
            raise
        except Undefined as error:
            if not is_main:
                raise
            self.results.append(str(error))
            if isinstance(entry.target, Index) and not isinstance(entry.target.items[-1], Slice):
                self.failed[self.whole_number(entry.target.items[-1], {})] = str(error)
            return
        if is_main and value is not None:
            self.results.append(value)

    def _turns(self, loop: ForLine, body: list[Entry]) -> Iterator[None]:
        """Bind the variables of a loop, turn by turn."""
        match loop:
            case ForLine(target=Name() as name, over=Name() as source):
                yield from self._rows_of((name,), (source,), None)
            case ForLine(target=Tuple(items=(Name() as count, Name() as name)),
                         over=Call(fn=Name(name="enumerate"), args=(source,),
                                   kwargs=())):  # fmt: skip
                yield from self._rows_of((name,), (source,), count)
            case ForLine(target=Name() as name, over=over):
                key = names.spelling(name, is_code=True).key
                for place in self._range_of(over, key, body):
                    self.indices[key] = place
                    yield
            case ForLine(target=Tuple(items=targets), over=Call(fn=Name(name="zip"), args=sources)):
                yield from self._rows_of(targets, sources, None)
            case ForLine(target=Tuple(items=(Name() as count, Tuple(items=targets))),
                      over=Call(fn=Name(name="enumerate"), kwargs=(),
                                args=(Call(fn=Name(name="zip"), args=sources),))):  # fmt: skip
                yield from self._rows_of(targets, sources, count)
            case _:
                raise Undecidable("a loop that is not understood")

    def _rows_of(
        self, targets: tuple[Node, ...], sources: tuple[Node, ...], count: Name | None
    ) -> Iterator[None]:
        arrays = [self.value(source, {}) for source in sources]
        keys = [names.spelling(t, is_code=True).key for t in targets if isinstance(t, Name)]
        if len(keys) != len(arrays):
            raise Undecidable("a loop that is not understood")
        for place in range(min(array.shape[0] for array in arrays)):
            if count is not None:
                self.indices[names.spelling(count, is_code=True).key] = place
            for key, array in zip(keys, arrays, strict=True):
                self.variables[key] = array.picked(0, place)
            yield

    def _range_of(self, over: Node, key: str, body: list[Entry]) -> range:
        """Return the numbers of a `range(...)`; a bare length is that of what is indexed."""
        match over:
            case Call(fn=Name(name="range"), args=(Num(value=0), Name() as high, Name() as step)):
                length, chunk = (names.spelling(n, is_code=True).key for n in (high, step))
                if names.role_of(length) != "length" or chunk in names.LENGTHS:
                    raise Undecidable("a loop that is not understood")
                self.indices[chunk] = CHUNK
                size = self.world.sizes["n" if indexes_queries(body, key) else "m"]
                return range(0, size, CHUNK)
            case Call(fn=Name(name="reversed"), args=(inner,)):
                return self._range_of(inner, key, body)[::-1]
            case Call(fn=Name(name="range"), args=args) if 1 <= len(args) <= 2:
                size = self.world.sizes["n" if indexes_queries(body, key) else "m"]
                bounds = [self._bound_of(arg, size) for arg in args]
                return range(*bounds)
        raise Undecidable("a loop that is not understood")

    def _bound_of(self, node: Node, size: int) -> int:
        bound = dict.fromkeys(names.LENGTHS, size) | self.indices
        value = maybe_integer(node, bound)
        if value is None:
            return self.extent(node, {})
        refuse_fixed(node, value, size)
        return value

    # -- one position ---------------------------------------------------------------------------

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
            bound = {variable_key(name) for v in entry.values for n in walk(v)
                     if isinstance(n, Big) and n.var is not None
                     for name in walk(n.var)}  # fmt: skip
            for value in (*entry.values, *((entry.target,) if entry.target else ())):
                for node in walk(value):
                    if isinstance(node, Index) and not _is_mask(node.x):
                        yield from (
                            n.name for item in node.items for n in walk(item)
                            if isinstance(n, Name) and n.name in LETTERS - bound
                            and not self.is_whole(item)
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
            self._unpack(entry.node.target.items, entry.values[-1])
            return None
        if isinstance(target, Call):
            return None  # a function: evaluated where it is called
        key = target_key(entry)
        if key is not None and not self._is_needed(key, entry):
            self.passed_over.add(key)
            return None
        stated = entry.values[-1]
        if isinstance(stated, Tuple) and key is None:
            self.remarks.add("of several results the first is read")
            stated = self._result_of(stated)
        value = self.value(stated, {})
        if key is None:
            self._keep(stated, value)
            return value
        if isinstance(target, Index) and isinstance(target.items[0], Slice) and self.indices:
            self._store_rows(key, target.items, value)
        elif isinstance(target, Index) and (self.position is not None or self.indices):
            index = next((i for i in target.items if not isinstance(i, Slice)), target.items[-1])
            place = self.whole_number(index, {})
            self.stored.setdefault(key, {})[place] = value
        else:
            self.variables[key] = value
        return value

    def _result_of(self, stated: Tuple) -> Node:
        """Return the first of several results that is no state; states may be a tuple."""
        plain = [x for x in stated.items if not isinstance(x, Tuple)]
        return next((x for x in plain if not self._is_state(x)), (plain or stated.items)[0])

    def _is_state(self, node: Node) -> bool:
        """Whether a result is what a statement updates from itself, and no output by its name."""
        if not isinstance(node, Name) or names.is_output(node):
            return False
        key = self.spelt(node).key
        return any(
            target_key(entry) == key
            and any(self.spelt(n).key == key for value in entry.values for n in walk(value)
                    if isinstance(n, Name))
            for entry in self.program.entries
        )  # fmt: skip

    def _store_rows(self, key: str, items: tuple[Node, ...], value: Tensor) -> None:
        """Store the rows of `out[s : s + c] = ...`."""
        whole, first = items[0], items[0].lo if isinstance(items[0], Slice) else None
        if len(items) != 1 or first is None or not isinstance(whole, Slice) or whole.hi is None:
            raise Undecidable("a slice that is not understood")
        start, end = self.whole_number(first, {}), self.whole_number(whole.hi, {})
        end = min(end, self.world.sizes["n"])
        if value.ndim != 2 or value.shape[0] == 1 < end - start:
            raise Undecidable("rows that are stored do not fit")
        if end - start != value.shape[0]:
            raise Undefined("more or fewer rows are stored than there is room for")
        self.stored.setdefault(key, {}).update(enumerate(value.along(0), start))

    def _keep(self, stated: Node, value: Tensor) -> None:
        """Keep what one loop puts at the end of a list; a list of an inner loop may start anew."""
        start, end = stated.span
        around = [loop for loop in self._loops() if loop.span[0] <= start and end <= loop.span[1]]
        match stated:
            case Call(fn=Name(name="append"), args=(Name() as name, _)) if len(around) == 1:
                rows = self.stored.setdefault(names.spelling(name, is_code=True).key, {})
                rows[len(rows)] = value

    def _unpack(self, targets: tuple[Node, ...], shape: Node) -> None:
        """Let widths be what `n, d = k.shape` says; other sizes are known by their names."""
        match shape:
            case Call(fn=Name(name="shape" | "size"), args=(inner,)):
                array = self.value(inner, {})
                if array.ndim != len(targets):
                    return
                for place, target in enumerate(targets):
                    key = (
                        names.spelling(target, is_code=True).key if isinstance(target, Name) else ""
                    )
                    if names.role_of(key) == "width":
                        self.variables[key] = self.measure(array, place)

    def _is_needed(self, key: str, entry: Entry) -> bool:
        role = names.role_of(key)
        if role in {"Q", "K", "V"}:
            return self._uses_inputs(entry) or any(
                self._uses_inputs(other)
                for name in names.plain_names(entry.values[-1])
                for _, other in self.definitions(self.spelt(name).key)
                if other is not entry
            )  # `fq = phi(Q)` and then `q = fq[s : s + c]`
        if role in {"width", "length", "value_width"}:
            return (
                _is_measure(entry.values[-1])
                or entry.is_constant  # an array of zeros, however its sizes are said
                or not any(
                    isinstance(n, Call) and n.fn.name in {"shape", "size", "len"}
                    for n in walk(entry.values[-1])
                )
                or self._uses_entries(entry.values[-1])
            )  # `d = q.shape[-1] // heads` is a width
        return True

    def _uses_entries(self, node: Node) -> bool:
        """Whether a value uses more of the inputs than lengths: `s = q @ k / sqrt(len(q))`."""
        if _is_measure(node):
            return False
        if isinstance(node, Name):
            key = self.spelt(node).key
            kept = self.variables.get(key)
            return names.role_of(key) in {"Q", "K", "V"} or (kept is not None and kept.ndim > 0)
        return any(map(self._uses_entries, children(node)))


def _is_measure(node: Node) -> bool:
    """Whether a value is the length of one axis: `q.shape[-1]`, `k.size(0)`, `len(k)`."""
    match node:
        case Index(x=Call(fn=Name(name="shape" | "size"))):
            return True
        case Call(fn=Name(name="size" | "shape"), args=(_, _)) | Call(fn=Name(name="len")):
            return True
    return False


def _is_mask(node: Node) -> bool:
    """Whether an index is put on a mask: `mask[:n, :n]` names no position."""
    if not isinstance(node, Name):
        return False
    return names.role_of(names.spelling(node, is_code=True).key) == "mask"
