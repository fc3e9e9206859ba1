"""The loops of code about attention: which statements they cover, what their variables pick."""

from dataclasses import replace

from rlprep.formula.code_loops import ForLine, for_lines, may_loop
from rlprep.formula.code_turns import SIDE_BY_SIDE, with_turns
from rlprep.formula.decide import attention_names as names
from rlprep.formula.errors import Unreadable
from rlprep.formula.program import Entry, Program
from rlprep.formula.tree import Big, Call, Index, Name, Node, rewritten, walk

CHUNK = 2
"""How many tokens a chunk has here, where code leaves it open."""


def loops_of(text: str) -> list[ForLine]:
    """Return the loops of code, none where it is not Python alone."""
    if not may_loop(text) and "scan(" not in text:
        return []
    try:
        return for_lines(text, names.VOCABULARY.letters)
    except (SyntaxError, Unreadable):
        return []


def has_chunks(text: str) -> bool:
    """Whether a loop of code runs through the tokens in steps."""
    return any(isinstance(over, Call) and over.fn.name == "range" and len(over.args) == 3
               and isinstance(over.args[2], Name) for over in sources_of(text))  # fmt: skip


def with_rows(program: Program) -> Program:
    """Return the program of code with comprehensions over arrays side by side as written."""
    if not program.is_code or not any(word in program.text for word in SIDE_BY_SIDE):
        return program

    def written(node: Node) -> Node:
        is_big = isinstance(node, Big)
        return with_turns(node, program.text, names.VOCABULARY.letters) if is_big else node

    entries = [
        replace(entry, values=tuple(rewritten(value, written) for value in entry.values))
        for entry in program.entries
    ]
    return replace(program, entries=entries)


def sources_of(text: str) -> list[Node]:
    """Return what the loops of code run over."""
    return [loop.over for loop in loops_of(text)]


def covers(loop: ForLine, entry: Entry) -> bool:
    """Whether a statement stands in a loop."""
    start, end = entry.node.span
    return loop.span[0] <= start and end <= loop.span[1]


def within(inner: ForLine, outer: ForLine) -> bool:
    """Whether a loop stands in another."""
    return outer.span[0] <= inner.span[0] and inner.span[1] <= outer.span[1]


def indexes_queries(body: list[Entry], key: str) -> bool:
    """Whether a loop's variable picks queries."""
    for entry in body:
        for value in entry.values:
            for node in walk(value):
                match node:
                    case Index(x=Name() as name, items=items):
                        spelt = names.spelling(name, is_code=True).key
                        inside = [n for i in items for n in walk(i) if isinstance(n, Name)]
                        letters = {names.spelling(n, is_code=True).key for n in inside}
                        if key in letters and names.role_of(spelt) == "Q":
                            return True
    return False
