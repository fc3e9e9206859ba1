"""Which key-value head a query head reads: whole-number maps.

With h = (group size) k + c, 0 <= c < group size, rounding is carried out symbolically: a map that
becomes k is proved right for all head counts. Others are tried for all small head counts.
"""

import re
from collections.abc import Hashable
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from typing import Any

from rlprep.formula.decide.counting import EXACT, SYMBOLIC
from rlprep.formula.decide.head_conditions import (
    Condition,
    condition_of,
    is_condition,
    with_map,
)
from rlprep.formula.decide.head_joins import JOINED
from rlprep.formula.decide.head_map import HeadMap
from rlprep.formula.decide.head_sides import beside, members
from rlprep.formula.decide.head_tables import (
    Table,
    table_of,
    tables_of,
    with_reader,
)
from rlprep.formula.decide.meaning import Meaning, Values
from rlprep.formula.decide.quotient import GROUP, HEADS, OFFSET, SHARED, Quotient
from rlprep.formula.decide.size_glosses import without_words as without_words
from rlprep.formula.decide.size_names import Assignment, assignments, key_of, words_of
from rlprep.formula.decide.unrolled import unrolled
from rlprep.formula.errors import Undecidable, Undefined
from rlprep.formula.program import Program
from rlprep.formula.tree import (
    Call,
    Index,
    Name,
    Node,
    Num,
    Span,
    walk,
)
from rlprep.formula.vocabulary import Vocabulary

SUBJECTS = {"gqa_head_map"}
LARGEST = 6
COPYING = {"repeat_interleave", "repeat", "tile", "reshape", *JOINED}
"""Functions whose first argument is an array, and no size."""
_FROM_ONE = re.compile(
    r"\b(?:from|at|with)\s+(?:1|one)\b|\b(?:1|one)[\s-](?:based|indexed)\b"
    r"|\bh\s*=\s*1\s*,?\s*(?:2\s*,?\s*)?(?:\.\.|…|\\[lc]?dots|to\b)"
    r"|\b1\s*(?:<=|≤|\\leq?(?:slant)?\b)\s*h\b|\bh\s*(?:in|∈|\\in)\s*\\?[\[{]\s*\\?\{?\s*1\b"
)
"""What says that heads are counted from 1, which makes another map of every formula."""
MANY = 10_007
"""Heads, and heads of a group, beyond the fixed numbers that a formula may hold."""

VOCABULARY = Vocabulary(
    words=frozenset(
        {
            "heads", "kv", "head", "num", "key", "value", "group", "groups", "size", "floor",
            "ceil", "query", "repeat", "interleave", "arange", "rep", "idx", "index", "trunc",
            "int", "div", "Hq", "Hkv", "nh", "nkv", "nq", "hq", "hkv", "divmod", "map",
        }
    ),
    letters=frozenset("hHgGinkqjKNr"),
    applied=frozenset({"kv", "map"}),
    multiplied=frozenset("hHgGinqjKNr"),
    labels=False, expects=False, cases=True,
)  # fmt: skip


@lru_cache(maxsize=1)
def worlds() -> tuple[tuple[int, int, int], ...]:
    """Return (query heads, key-value heads, query head): all small counts, usual ones first.

    Large counts follow, at the ends of their groups: there `+ 1/8` and `min(..., 31)` show.
    """
    found = [
        (kv * group, kv, h)
        for kv in range(1, LARGEST + 1) for group in range(1, LARGEST + 1)
        for h in range(kv * group)
    ]  # fmt: skip
    large = [
        (kv * group, kv, shared * group + offset)
        for kv, group in ((2, MANY), (MANY, 2), (MANY, MANY))
        for shared in (0, kv - 1) for offset in (0, group - 1)
    ]  # fmt: skip
    return (*sorted(found, key=lambda world: (world[:2] != (8, 2), world)), *large)


def is_target(subject: str, node: Node) -> bool:
    """Whether a left side bears the usual name of the map."""
    del subject
    name = node.x if isinstance(node, Index) else node
    name = name.fn if isinstance(name, Call) else name
    return isinstance(name, Name) and (
        bool({"kv", "map", "head", "idx"} & set(words_of(key_of(name)))) or isinstance(node, Call)
    )


def setting_of(program: Program, subject: str) -> tuple[Hashable, ...]:
    """Return the one setting of this family."""
    return ("heads",)


def readings(program: Program, subject: str, setting: tuple[Hashable, ...]) -> list[Meaning]:
    """Return what a map means for each way to read its letters, likeliest first."""
    if words := _FROM_ONE.search(program.text):
        raise Undecidable(f"heads counted '{words[0].strip()}': write the map with h from 0")
    program = with_map(program)
    tables = tables_of(program)
    program = with_reader(program, tables)
    filled = table_of(program, tables) or condition_of(program)
    program = program if filled else unrolled(program)
    keys = _free_keys(program, filled, tables)
    if filled is None:
        _refuse_two_heads(program, keys)
    found = []
    for roles in assignments(keys, head=True):
        unknown = [key for key in keys if key not in roles]
        if filled is None and "head" not in roles.values() and len(unknown) == 1 and len(keys) > 1:
            roles = {**roles, unknown[0]: "head"}
        found.append(_meaning(program, roles, filled, tables))
    return found


def _refuse_two_heads(program: Program, keys: list[str]) -> None:
    """Refuse a map of one head that is written with another's letter: `kv(h) = i // G`."""
    target = program.formula.target
    named = [key_of(arg) for arg in target.args if isinstance(arg, Name)] if isinstance(
        target, Call
    ) else []  # fmt: skip
    letters = {key for key in (*keys, *named) if key in {"h", "i", "j"}}
    if len(letters) > 1:
        raise Undecidable(f"{' and '.join(sorted(letters))} both stand for a query head")


def _free_keys(
    program: Program, filled: Table | Condition | None, tables: dict[str, list[Table]]
) -> list[str]:
    each = [table for several in tables.values() for table in several]
    targets = {key_of(e.target) for e in program.entries
               if isinstance(e.target, Name) and not isinstance(e.values[-1], Num)}  # fmt: skip
    targets |= set(tables)
    found: list[str] = []
    for number, entry in enumerate(program.entries):
        stated = [
            t for t in each if t.span[0] <= entry.node.span[0] and entry.node.span[1] <= t.span[1]
        ]
        if stated and filled is None:
            found += [key for table in stated for name in table.names()
                      if (key := key_of(name)) not in targets]  # fmt: skip
            continue
        if filled is not None and (number == program.main or is_condition(entry.node)):
            found += [key for name in filled.names() if (key := key_of(name)) not in targets]
            continue
        for value in members(program) if number == program.main else entry.values:
            hidden = {id(n.fn) for n in walk(value) if isinstance(n, Call)}
            hidden |= {id(n) for other in walk(value) if isinstance(other, Name)
                       for s in (*other.subs, *other.sups) for n in walk(s)}  # fmt: skip
            hidden |= {id(n) for other in walk(value) if isinstance(other, Call)
                       and key_of(other.fn) in COPYING
                       for n in walk(other.args[0]) if other.args}  # fmt: skip
            names = sorted((n for n in walk(value) if isinstance(n, Name)), key=lambda n: n.span)
            found += [key_of(n) for n in names
                      if id(n) not in hidden and key_of(n) not in targets]  # fmt: skip
    return list(dict.fromkeys(key for key in found if key not in {"div", "None"}))


def meaning(program: Program, subject: str, setting: tuple[Hashable, ...]) -> Meaning:
    """Return what a form of the bank means."""
    return readings(program, subject, setting)[0]


def _meaning(
    program: Program, roles: Assignment, filled: Table | Condition | None,
    tables: dict[str, list[Table]],
) -> Meaning:  # fmt: skip
    unknown: dict[str, Span] = {}
    remarks: set[str] = set()
    facts: dict[str, Any] = {"unknown": unknown, "program": program, "roles": roles}
    known: dict[object, dict[Any, Any]] = {}

    def compute(number: int) -> Any:
        symbolic = number == 0
        values = symbols() if symbolic else counts(worlds()[number - 1])
        heads = HeadMap(program, roles, values, SYMBOLIC if symbolic else EXACT)
        heads.tables, heads.known = tables, known
        try:
            if isinstance(filled, Table):
                found = (filled.read(heads, values["head"]),)
            elif filled is not None:
                found = (filled.read(heads, program.main, known),)
            else:
                places = [(program.main, side) for side in members(program)] + beside(program)
                found = tuple(heads.evaluate(side, place) for place, side in places)
        except Undefined as error:
            found = None if symbolic else str(error)
        except Undecidable:
            if not symbolic:
                raise
            found = None
        unknown.update(heads.unknown)
        remarks.update(heads.remarks)
        return found

    values = Values(len(worlds()) + 1, compute)
    for number in (0, 1):  # unknown names show at once
        compute(number)
    for key, role in roles.items():
        if role in {"group_size", "kv_heads"} and key in {"G", "g", "r", "K"}:
            shown = "the size of a group" if role == "group_size" else "the key-value heads"
            remarks.add(f"{key} is read as {shown}")
    return Meaning(values, remarks, members(program)[-1], facts)


@lru_cache(maxsize=1)
def symbols() -> dict[str, Quotient]:
    """Return the head counts and the query head as symbols."""
    shared, offset, group, kv_heads = (
        Quotient.atom(str(atom[0])) for atom in (SHARED, OFFSET, GROUP, HEADS)
    )
    return {"head": shared * group + offset, "q_heads": group * kv_heads, "kv_heads": kv_heads,
            "group_size": group}  # fmt: skip


def counts(world: tuple[int, int, int]) -> dict[str, Fraction]:
    """Return the head counts and the query head as numbers."""
    q_heads, kv_heads, head = map(Fraction, world)
    return {"head": head, "q_heads": q_heads, "kv_heads": kv_heads,
            "group_size": q_heads / kv_heads}  # fmt: skip


def same(mine: Meaning, theirs: Meaning) -> bool:
    """Whether every side of one map agrees with the other."""
    left, right = mine.values[0], theirs.values[0]
    if left is not None and right is not None:
        is_defined = not isinstance(mine.values[1], str)  # the head 0 is always there
        return is_defined and all(side == right[0] for side in left)
    pairs = zip(islice(mine.values, 1, None), islice(theirs.values, 1, None), strict=True)
    return all(not isinstance(a, str) and all(x == b[0] for x in a) for a, b in pairs)


def proof(mine: Meaning, setting: tuple[Hashable, ...]) -> str:
    """Return in words how an equality was established."""
    del setting
    if mine.values[0] is not None:
        return ("proved: with h = G k + c and 0 <= c < G, rounding gives k for all head counts "
                "(polynomial normal form)")  # fmt: skip
    return (f"evidence: the same head for every query head, with up to {LARGEST} key-value heads "
            f"and groups of up to {LARGEST}, and at the ends of groups of {MANY}")  # fmt: skip


def witness(
    mine: Meaning, theirs: Meaning, subject: str, setting: tuple[Hashable, ...]
) -> dict[str, Any]:
    """Return head counts and a query head for which the two differ."""
    del subject, setting
    for number, world in enumerate(worlds(), start=1):
        a, b = mine.values[number], theirs.values[number]
        at = dict(zip(("H_q", "H_kv", "h"), map(str, world), strict=True))
        if isinstance(a, str):
            return {"at": at, "yours": f"has no value: {a}", "reference": str(b[0])}
        for side in a:
            if side != b[0]:
                return {"at": at, "yours": str(side), "reference": str(b[0])}
    raise Undecidable("the maps differ, but not for small head counts")
