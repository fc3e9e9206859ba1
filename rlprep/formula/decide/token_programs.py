"""Runs code about attention: statements in order.

Where they carry a state (`S = S + ...`) or name a position (`q[t]`) they run once a position.
"""

from __future__ import annotations

from collections.abc import Iterator

from rlprep.formula.decide import attention_names as names
from rlprep.formula.decide.tensor import ShapeError, Tensor
from rlprep.formula.decide.token_arrays import LETTERS, Arrays, target_key
from rlprep.formula.errors import Undecidable, Undefined
from rlprep.formula.names import variable_key
from rlprep.formula.program import Entry
from rlprep.formula.tree import Big, Call, Define, Index, Name, Slice, Tuple, walk


class Code(Arrays):
    """Executes the statements of one program."""

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
