"""Products of sizes: the bytes of a key-value cache, and the factor that sharing heads saves.

Both sides become rational functions of the sizes; equal functions are a proof for all sizes. Head
counts divide (H_q = group size times H_kv), d_model = H_q d, and a byte has 8 bits.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

from rlprep.formula.decide.counting import EXACT, SYMBOLIC, definition
from rlprep.formula.decide.meaning import Meaning
from rlprep.formula.decide.quotient import Quotient
from rlprep.formula.decide.size_glosses import role_of
from rlprep.formula.decide.size_glosses import without_words as without_words
from rlprep.formula.decide.size_names import Assignment, assignments, key_of, words_of
from rlprep.formula.decide.size_relations import with_factor
from rlprep.formula.decide.size_tensors import shapes_of, with_axes
from rlprep.formula.decide.size_values import Sizes
from rlprep.formula.decide.unrolled import unrolled
from rlprep.formula.errors import Undecidable, Undefined, Unreadable
from rlprep.formula.program import Program
from rlprep.formula.tree import Big, Bin, Call, Name, Node, Num, Span, Wrap, walk
from rlprep.formula.vocabulary import Vocabulary

SUBJECTS = {"kv_cache_bytes", "kv_reduction"}
READS_LABELS = True
"""What stands behind a label (`per token: ...`) is a part of the total, or the total again."""
SHOWN = {"batch": "B", "layers": "L", "sequence": "n", "kv_heads": "H_kv", "head_width": "d",
         "bytes": "b", "q_heads": "H_q"}  # fmt: skip
TOTALS = {"total", "cache", "kv", "memory", "mem", "bytes", "size"}
SMALL = {"batch": 3, "layers": 5, "sequence": 7, "kv_heads": 2, "head_width": 11, "bytes": 4,
         "group_size": 4}  # fmt: skip
LARGER = {"batch": 7, "layers": 3, "sequence": 11, "kv_heads": 5, "head_width": 2, "bytes": 13,
          "group_size": 3}  # fmt: skip
LARGEST = {"batch": 1009, "layers": 1013, "sequence": 1019, "kv_heads": 1021, "head_width": 1031,
           "bytes": 1033, "group_size": 1039}  # fmt: skip

VOCABULARY = Vocabulary(
    words=frozenset(
        {
            "layers", "heads", "kv", "head", "dim", "seq", "len", "batch", "bytes", "size", "bits",
            "sequence", "length", "context", "hidden", "model", "dtype", "num", "key", "value",
            "element", "elem", "per", "tokens", "width", "cache", "memory", "MHA", "GQA", "group",
            "groups", "query", "sizeof", "float", "precision", "itemsize", "KV", "MQA", "cfg",
            "max", "nh", "nkv", "Hq", "Hkv", "nq", "bs", "bsz", "dh", "dk", "dv", "total", "layer",
            "elements",
        }
    ),
    letters=frozenset("LHBbdnhNSTsGgDlqk"),
    applied=frozenset({"kv", "KV", "cache", "mem", "memory"}),
    multiplied=frozenset("LHBbdnhNSTsGgDlKPpeCctMmr"),
    labels=False, expects=False,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read the names of an input.

    Attributes:
        roles: what each name stands for.
        is_plain: whether d_model is a size of its own, and not H_q d.
    """

    roles: Assignment
    is_plain: bool


def is_target(subject: str, node: Node) -> bool:
    """Whether a left side bears the usual name of what is asked for."""
    del subject
    name = node.fn if isinstance(node, Call) else node
    usual = {"cache", "bytes", "memory", "mem", "size", "reduction", "ratio", "kv", "m", "total",
             "factor"}  # fmt: skip
    words = set(words_of(key_of(name))) if isinstance(name, Name) else set()
    is_factor = bool(words & {"element", "elem", "elt", "dtype", "param", "value", "number"})
    return bool(usual & words) and not is_factor  # bytes per element


def setting_of(program: Program, subject: str) -> tuple[Hashable, ...]:
    """Return the one setting of this family."""
    return ("sizes",)


def members(program: Program) -> list[Node]:
    """Return the sides of the formula that state the size; a side of mere words is a label."""
    values = program.sides()
    kept = [value for value in values if not _is_label(value, program)]
    return kept or values[-1:]


def with_total(program: Program) -> Program:
    """Return the program of mathematics whose formula is the total, beside parts and sizes.

    Raises:
        Undecidable: there are only parts, `bytes per token = ...`.
    """
    target = program.formula.target
    if program.is_code or target is None or not (_is_part(target) or _is_size(target)):
        return program
    totals = [
        number for number, entry in enumerate(program.entries)
        if entry.target is None
        or (TOTALS.intersection(_words_in(entry.target)) and not _is_part(entry.target))
    ]  # fmt: skip
    if len(totals) != 1 and not _is_part(target):
        return program
    if len(totals) != 1:
        raise Undecidable("a part of the cache is said: write the bytes of all of it")
    return replace(program, main=totals[0])


def _refuse_other_parts(program: Program, roles: Assignment) -> None:
    """Refuse lines of parts with another number of keys and values than the total has.

    Where every size is 1 that number is all that is left.

    Raises:
        Undecidable: one of them has.
    """
    parts = [] if program.is_code else [
        number for number, entry in enumerate(program.entries)
        if number != program.main and _is_part(entry.target)
    ]  # fmt: skip
    ones = Sizes(program, roles, dict.fromkeys(worlds()[0], Fraction(1)), EXACT)
    for number in parts:
        each = ones.evaluate(program.entries[number].values[-1], number)
        if each != ones.evaluate(members(program)[-1], program.main):
            raise Undecidable("a part of the cache and the whole of it don't fit together")


def _words_in(target: Node) -> list[str]:
    names = sorted((n for n in walk(target) if isinstance(n, Name)), key=lambda n: n.span)
    return list(dict.fromkeys(word for name in names for word in words_of(key_of(name))))


def _is_part(target: Node | None) -> bool:
    """Whether a left side says of what it is a part: `bytes per token`, no `bytes per element`."""
    words = _words_in(target) if target is not None else []
    return "per" in words and target is not None and not _is_size(target)


def _is_size(target: Node) -> bool:
    """Whether a left side is a phrase that names one size: `bytes per element`."""
    words = _words_in(target)
    return len(words) > 1 and role_of(" ".join(words)) is not None


def _is_label(node: Node, program: Program) -> bool:
    """Whether a side names what is asked for: `cache(MHA) / cache(GQA)`, `KV cache size`."""
    names = [n for n in walk(node) if isinstance(n, Name)]
    words = {word for name in names for word in words_of(key_of(name))}
    if any(definition(program, key_of(name), program.main) is not None for name in names):
        return False
    return bool(words) and words <= {
        "kv", "cache", "size", "memory", "mem", "mha", "gqa", "mqa", "bytes", "m", "reduction",
        "factor", "ratio", "of", "total", "k", "v", "in", "c", "s", "r", "savings", "compression",
    } and not any(isinstance(n, Num) for n in walk(node)) and bool(
        words & {"cache", "mha", "gqa", "mqa", "memory", "mem", "reduction", "ratio", "factor",
                 "compression"}
    )  # fmt: skip


def readings(program: Program, subject: str, setting: tuple[Hashable, ...]) -> list[Meaning]:
    """Return what a formula means for each way to read its letters, likeliest first."""
    program = with_axes(unrolled(program))
    program = with_factor(program) if subject == "kv_reduction" else with_total(program)
    keys = list(dict.fromkeys((*_free_keys(program), *_keys_of_shapes(program))))
    if not _is_about_sizes(program):
        raise Undecidable("no size occurs here")
    others = [e for i, e in enumerate(program.entries) if i != program.main and e.target is None]
    if others and subject == "kv_reduction" and ":" in program.text and not program.is_code:
        raise Undecidable("several formulas stand side by side: write a quotient as a / b")
    if subject == "kv_reduction":
        _refuse_doubtful_letters(program)
    found: list[Meaning] = []
    ways = assignments(keys)
    if program.is_code and not any(ways):
        raise Unreadable("no size occurs here", program.formula.node.span)
    for roles in ways:
        if "heads" in roles.values():
            roles = _with_heads(roles, subject)
        if subject == "kv_cache_bytes":
            _refuse_other_parts(program, roles)
        plain = [True, False] if "model_width" in roles.values() else [False]
        found += [_meaning(program, subject, Reading(roles, is_plain)) for is_plain in plain]
    return found


def _is_about_sizes(program: Program) -> bool:
    return any(isinstance(n, Name) for value in program.formula.values for n in walk(value))


def _refuse_doubtful_letters(program: Program) -> None:
    """Refuse a lone letter, and `floor(h / g)`, which is the map of heads if h is one head.

    Raises:
        Undecidable: the formula is one of these.
    """
    for side in members(program):
        if isinstance(side, Name) and len(key_of(side)) == 1 and (
            definition(program, key_of(side), program.main) is None
        ):  # fmt: skip
            raise Undecidable(f"'{side.name}' alone may be several sizes: write H_q and H_kv")
        nodes = tuple(walk(side))
        rounds = any(
            (isinstance(n, Wrap) and n.kind == "floor") or (isinstance(n, Bin) and n.op == "//")
            or (isinstance(n, Call) and n.fn.name == "floor") for n in nodes
        )  # fmt: skip
        if rounds and any(isinstance(n, Name) and key_of(n) == "h" for n in nodes):
            raise Undecidable("'h' may be one head or their number: write H_q")


def _with_heads(roles: Assignment, subject: str) -> Assignment:
    """Settle what a bare H counts: query heads where the other heads occur too."""
    if "kv_heads" not in roles.values() and subject == "kv_cache_bytes":
        name = next(key for key, role in roles.items() if role == "heads")
        raise Undecidable(f"'{name}' may count query heads or key-value heads: write H_kv or H_q")
    return {key: "q_heads" if role == "heads" else role for key, role in roles.items()}


def _free_keys(program: Program) -> Iterator[str]:
    """Yield the names in the formula and in what it uses, in order of appearance."""
    targets = {key_of(e.target) for e in program.entries if isinstance(e.target, Name)}
    targets |= {key_of(n) for e in program.entries if isinstance(e.target, Call)
                for n in e.target.args if isinstance(n, Name)}  # fmt: skip
    for number, entry in enumerate(program.entries):
        for value in members(program) if number == program.main else entry.values:
            hidden = {id(n.fn) for n in walk(value) if isinstance(n, Call)}
            hidden |= {
                id(n)
                for name in walk(value)
                if isinstance(name, Name)
                for script in (*name.subs, *name.sups)
                for n in walk(script)
            }
            hidden |= {id(n) for big in walk(value) if isinstance(big, Big) and big.var
                          for n in walk(big.var)}  # fmt: skip
            names = (n for n in walk(value) if isinstance(n, Name) and id(n) not in hidden)
            for name in sorted(names, key=lambda n: n.span):
                if key_of(name) not in targets:
                    yield key_of(name)
        if isinstance(entry.target, Name) and isinstance(entry.values[-1], Num):
            yield key_of(entry.target)


def _keys_of_shapes(program: Program) -> Iterator[str]:
    """Yield the names of the axes of tensors."""
    for shape in shapes_of(program).values():
        yield from (key_of(n) for size in shape.sizes for n in walk(size) if isinstance(n, Name))


def meaning(program: Program, subject: str, setting: tuple[Hashable, ...]) -> Meaning:
    """Return what a form of the bank means."""
    return readings(program, subject, setting)[0]


def _meaning(program: Program, subject: str, reading: Reading) -> Meaning:
    unknown: dict[str, Span] = {}
    remarks: set[str] = set()
    facts = {"unknown": unknown, "program": program, "reading": reading, "subject": subject}
    values: list[Any] = []
    sizes = Sizes(program, reading.roles, symbols(is_plain=reading.is_plain), SYMBOLIC)
    try:
        values.append(tuple(sizes.evaluate(side, program.main) for side in members(program)))
    except (Undecidable, Undefined) as error:
        values.append(None)
        facts["why"] = str(error)
    unknown.update(sizes.unknown)
    remarks |= sizes.remarks
    for world in worlds():
        numbers = Sizes(program, reading.roles, world, EXACT)
        try:
            values.append(tuple(numbers.evaluate(s, program.main) for s in members(program)))
        except Undefined as error:
            values.append(str(error))
    if not reading.is_plain and "model_width" in reading.roles.values():
        remarks.add("d_model is read as H_q d")
    return Meaning(tuple(values), remarks, members(program)[-1], facts)


@lru_cache(maxsize=2)
def symbols(*, is_plain: bool) -> dict[str, Quotient]:
    """Return every role as a symbol, related ones by each other."""
    found = {role: Quotient.atom(role) for role in SMALL if role != "group_size"}
    found["group_size"] = Quotient.atom("group")
    found["q_heads"] = found["group_size"] * found["kv_heads"]
    found["bits"] = found["bytes"] * Quotient.of(8)
    found["kv_width"] = found["kv_heads"] * found["head_width"]
    wide = found["q_heads"] * found["head_width"]
    found["model_width"] = Quotient.atom("model_width") if is_plain else wide
    return found


@lru_cache(maxsize=1)
def worlds() -> tuple[dict[str, Fraction], ...]:
    """Return sizes to try, readable ones first."""
    found = []
    for numbers in (SMALL, LARGER, LARGEST):
        world = {role: Fraction(value) for role, value in numbers.items()}
        world["q_heads"] = world["group_size"] * world["kv_heads"]
        world["bits"] = world["bytes"] * 8
        world["kv_width"] = world["kv_heads"] * world["head_width"]
        world["model_width"] = world["q_heads"] * world["head_width"]
        found.append(world)
    return tuple(found)


def same(mine: Meaning, theirs: Meaning) -> bool:
    """Whether every side of one formula is the other's function of the sizes.

    Raises:
        Undecidable: neither an identity nor a difference in the sizes that were tried shows.
    """
    left, right = mine.values[0], theirs.values[0]
    if left is not None and right is not None:
        return all(side == right[0] for side in left)
    for a, b in zip(mine.values[1:], theirs.values[1:], strict=True):
        if isinstance(a, str) or isinstance(b, str) or any(side != b[0] for side in a):
            return False
    raise Undecidable(mine.facts.get("why", "the sizes are rounded in an unusual way"))


def proof(mine: Meaning, setting: tuple[Hashable, ...]) -> str:
    """Return in words how an equality was established."""
    del mine, setting
    return "proved: the same rational function of the sizes (polynomial normal form)"


def witness(
    mine: Meaning, theirs: Meaning, subject: str, setting: tuple[Hashable, ...]
) -> dict[str, Any]:
    """Return sizes for which the two differ, with both values.

    Raises:
        Undecidable: the formula is the reference for elements of a fixed number of bytes.
    """
    del setting
    _refuse_fixed_bytes(mine, theirs)
    kept = ("q_heads", "kv_heads") if subject == "kv_reduction" else tuple(SHOWN)
    for world, a, b in zip(worlds(), mine.values[1:], theirs.values[1:], strict=True):
        at = {SHOWN[role]: str(world[role]) for role in kept}
        if isinstance(a, str):
            return {"at": at, "yours": f"has no value: {a}", "reference": str(b[0])}
        for side in a:
            if side != b[0]:
                return {"at": at, "yours": str(side), "reference": str(b[0])}
    raise Undecidable("the formulas differ, but not at the sizes that were tried")


def _refuse_fixed_bytes(mine: Meaning, theirs: Meaning) -> None:
    """Leave open a formula that is right for 16-, 32- or 64-bit elements only."""
    if mine.values[0] is None or mine.facts["subject"] != "kv_cache_bytes":
        return
    share = mine.values[0][-1] / theirs.values[0][0] * Quotient.atom("bytes")
    size = share.constant
    if size in {2, 4, 8}:
        raise Undecidable(
            f"this is the size for elements of {size} bytes only; write the bytes per element as a "
            "symbol"
        )
