"""What the statements of a block of code mention: their nodes, loop variables, assigned names."""

from collections.abc import Iterator
from functools import lru_cache

from rlprep.formula.code_loops import Append, Function, Loop, Statement, Turned, blocks, is_run
from rlprep.formula.errors import Unreadable
from rlprep.formula.names import flat, variable_key
from rlprep.formula.program import Program
from rlprep.formula.tree import Bin, Define, Index, Name, Node, Slice, walk

Block = tuple[Statement, ...]


def is_looped(program: Program) -> bool:
    """Whether a program is code in which a loop carries something."""
    return program.is_code and is_run(program.text)


@lru_cache(maxsize=64)
def _lengthens(text: str) -> bool:
    try:
        return any(map(_is_lengthening, blocks(text)))
    except (Unreadable, SyntaxError):
        return False


def _is_lengthening(statement: Statement) -> bool:
    if isinstance(statement, Loop | Function):
        return any(map(_is_lengthening, statement.block))
    return isinstance(statement, Append)


def lengthens(program: Program) -> bool:
    """Whether a program is code in which a loop makes a list longer, which has an order then."""
    return is_looped(program) and _lengthens(program.text)


def top_names(node: Node) -> Iterator[str]:
    """Yield the names of a loop's end: T of T - 1; not what a script says, as in num_steps."""
    match node:
        case Name():
            yield variable_key(node) or ""
        case Bin(left=left, right=right):
            yield from top_names(left)
            yield from top_names(right)


def nodes(block: Block) -> Iterator[Node]:
    """Yield every node of the statements."""
    for statement in block:
        if isinstance(statement, Loop):
            for turns in statement.turns:
                for bound in (turns.lo, turns.hi, turns.elements):
                    if bound is not None:
                        yield from walk(bound)
            yield from nodes(statement.block)
        elif isinstance(statement, Function):
            yield from nodes(statement.block)
            yield from walk(statement.value)
        elif isinstance(statement, Append):
            yield from walk(statement.value)
        elif isinstance(statement, Turned):
            yield statement.target
        else:
            yield from walk(statement)


def loop_variables(block: Block) -> set[str]:
    """Return what loops, functions and lines give a value: no length that comes from outside."""
    found: set[str] = set()
    for statement in block:
        if isinstance(statement, Loop):
            found |= {variable_key(t.variable) or "" for t in statement.turns}
            found |= loop_variables(statement.block)
        elif isinstance(statement, Function):
            found |= {variable_key(p) or "" for p in statement.parameters}
            found |= loop_variables(statement.block)
        elif isinstance(statement, Define):
            found.add(variable_key(statement.target) or "")
    return found


def assigned(block: Block) -> Iterator[str]:
    """Yield the names that lines assign, or fill entry by entry."""
    for statement in block:
        if isinstance(statement, Loop | Function):
            yield from assigned(statement.block)
        elif isinstance(statement, Append):
            yield flat(statement.target)
        elif isinstance(statement, Define):
            base = statement.target.x if isinstance(statement.target, Index) else statement.target
            if isinstance(base, Name):
                yield flat(base)


def of_each_row(items: tuple[Node, ...]) -> tuple[Node, ...]:
    """Return the indices of `adv[:, t]` without those that take all of an axis: each row alike."""
    kept = tuple(i for i in items if not (isinstance(i, Slice) and i.lo is i.hi is None))
    return kept or items
