"""Products of sizes: the bytes of a key-value cache, and the factor that sharing heads saves.

Both sides are evaluated exactly with whole numbers in place of the sizes; two rational functions of
degree below 20 that agree at random points from a range of 10^6 are equal up to a chance of 10^-4 for each of
four points. bits = 8 bytes and d_model = H_q d hold throughout.
"""

from collections.abc import Hashable, Iterator
from fractions import Fraction
from functools import lru_cache
from random import Random
from typing import Any

from rlprep.formula.decide.meaning import Meaning, Values
from rlprep.formula.errors import Undecidable, Undefined, Unreadable
from rlprep.formula.names import labels_of
from rlprep.formula.program import EQUALITIES, Program
from rlprep.formula.tree import Bin, Call, Chain, Index, Name, Neg, Node, Num, Span, Tuple, walk
from rlprep.formula.vocabulary import FUNCTIONS, Vocabulary

SUBJECTS = {"kv_cache_bytes", "kv_reduction"}
ROLES = ("batch", "layers", "sequence", "kv_heads", "head_width", "bytes", "q_heads")
MAX_POWER = 8

LETTERS: dict[str, tuple[str, ...]] = {
    "B": ("batch", "bytes"), "b": ("bytes", "batch"), "L": ("layers", "sequence"),
    "l": ("layers", "sequence"), "N": ("sequence", "layers", "batch"), "n": ("sequence", "layers"),
    "S": ("sequence",), "s": ("sequence", "bytes"), "T": ("sequence",), "t": ("sequence",),
    "D": ("head_width",), "d": ("head_width",), "p": ("bytes",), "P": ("bytes",), "w": ("bytes",),
    "e": ("bytes",), "G": ("kv_heads",), "g": ("kv_heads",), "C": ("sequence",),
}  # fmt: skip
"""What a bare letter may stand for, the likeliest first; a role already taken goes to the next."""

VOCABULARY = Vocabulary(
    words=frozenset(
        {
            "layers", "heads", "kv", "head", "dim", "seq", "len", "batch", "bytes", "size", "bits",
            "sequence", "length", "context", "hidden", "model", "dtype", "num", "key", "value",
            "element", "elem", "per", "tokens", "width", "cache", "memory", "MHA", "GQA", "group",
            "groups", "query", "sizeof", "Hq", "Hkv", "nq", "nkv", "float", "precision", "itemsize",
        }
    ),
    letters=frozenset("LHBbdnhNSTsGgDlqk"),
    multiplied=frozenset("LHBbdnhNSTsGgDl"),
    labels=False, expects=False,
)  # fmt: skip


def is_target(subject: str, node: Node) -> bool:
    """Whether a left side bears the usual name of what is asked for."""
    del subject
    name = node.fn if isinstance(node, Call) else node
    words = {"cache", "bytes", "memory", "mem", "size", "reduction", "ratio", "kv"}
    return isinstance(name, Name) and bool(words & set(_words(name)))


def setting_of(program: Program, subject: str) -> tuple[Hashable, ...]:
    """Return the one setting of this family."""
    return ("sizes",)


def _words(name: Name) -> tuple[str, ...]:
    return (name.name.lower(), *(w.lower() for w in labels_of(name)))


def plain_role(name: Name) -> str | None:
    """Return the role of a name that says what it is; None for a bare letter."""
    words = set(_words(name))
    joined = "".join(_words(name))
    if any("bit" in w for w in words):
        return "bits"
    if any("byte" in w for w in words) or words & {"dtype", "itemsize", "sizeof", "precision",
                                                   "elem", "element"}:  # fmt: skip
        return "bytes"
    if name.name in {"Hq", "Hkv", "nq", "nkv"}:
        return "q_heads" if name.name.endswith("q") else "kv_heads"
    heads = "head" in joined or name.name in {"H", "h"} or "groups" in words
    if words & {"rep", "repeats"} or joined in {"groupsize", "nrep", "numkeyvaluegroups"} or (
        {"per", "kv"} <= words
    ):  # fmt: skip
        return "group_size"
    if ("model" in words or "hidden" in words or "embd" in joined or "embed" in joined) and (
        "layers" not in words
    ):  # fmt: skip
        return "model_width"
    if words & {"dim", "size", "width", "d"} - _just(name) and "head" in joined or joined in {
        "dh", "dhead", "headdim", "dk", "dv", "dhd", "hd", "dkv", "dimhead", "dhead", "headsize"
    }:  # fmt: skip
        return "head_width"
    if "kv" in joined or {"key", "value"} <= words or "groups" in words:
        return "kv_heads" if heads or name.name in {"n", "N", "num"} or words & {"n", "num"} else None
    if "layer" in joined or joined in {"nl", "numlayers"} or words & {"blocks", "depth"}:
        return "layers"
    if "batch" in joined or words & {"bs", "bsz"}:
        return "batch"
    if words & {"seq", "sequence", "length", "context", "ctx", "len", "tokens", "seqlen", "positions",
                "window"} or "seq" in joined:  # fmt: skip
        return "sequence"
    if heads and (words & {"q", "query", "attention"} or "heads" in joined or "head" in words
                  or joined in {"nh", "hq"}):  # fmt: skip
        return "q_heads"
    return "q_heads" if joined in {"nh", "nq", "mha"} else None


def _just(name: Name) -> set[str]:
    return {name.name.lower()} if not name.subs and not name.sups else set()


def roles_of(program: Program) -> dict[str, str]:
    """Assign a role to every name of an input, letters by what is still to be had."""
    names = list(_names(program))
    roles = {key_of(n): role for n in names if (role := plain_role(n)) is not None}
    for name in names:
        key = key_of(name)
        if key in roles:
            continue
        taken = set(roles.values())
        for role in LETTERS.get(name.name, ()) if not labels_of(name) else ():
            if role not in taken:
                roles[key] = role
                break
    for name in names:
        if name.name in {"H", "h"} and key_of(name) not in roles:
            roles[key_of(name)] = "heads"
    return roles


def key_of(name: Name) -> str:
    """Return a name with all of its labels."""
    return "_".join((name.name, *labels_of(name)))


def _names(program: Program) -> Iterator[Name]:
    for entry in program.entries:
        for value in entry.values:
            for node in walk(value):
                if isinstance(node, Call):
                    continue
                if isinstance(node, Name):
                    yield node


@lru_cache(maxsize=8)
def worlds() -> tuple[dict[str, Fraction], ...]:
    """Return the sizes to be tried: one readable set, four with large random numbers."""
    small = dict(zip(ROLES, map(Fraction, (3, 5, 7, 2, 11, 4, 6)), strict=True))
    found = [small]
    for seed in range(4):
        random = Random(seed)
        found.append({role: Fraction(random.randint(10, 10**6)) for role in ROLES})
    for world in found:
        world["bits"] = world["bytes"] * 8
        world["model_width"] = world["q_heads"] * world["head_width"]
        world["group_size"] = world["q_heads"] / world["kv_heads"]
    return tuple(found)


def members(program: Program) -> list[Node]:
    """Return the sides of the formula that must each equal the reference."""
    values: list[Node] = []
    for value in program.formula.values:
        is_chain = isinstance(value, Chain) and EQUALITIES.issuperset(value.ops)
        values.extend(value.items if is_chain else (value,))  # type: ignore[attr-defined]
    if len(values) > 1 and isinstance(values[0], Bin) and any(
        isinstance(n, Call) for n in walk(values[0])
    ):  # fmt: skip
        values = values[1:]  # cache(MHA) / cache(GQA) = ...
    return values


class Sizes:
    """Evaluates products of sizes with numbers in place of the names."""

    def __init__(self, program: Program, numbers: dict[str, Fraction], subject: str) -> None:
        self.program = program
        self.numbers = numbers
        self.roles = roles_of(program)
        self.subject = subject
        self.unknown: dict[str, Span] = {}
        self.depth = 0

    def evaluate(self, node: Node, position: int) -> Fraction:
        """Return the value of a node."""
        match node:
            case Num(value=value):
                return value
            case Neg(x=x):
                return -self.evaluate(x, position)
            case Bin(op=op, left=left, right=right):
                return self.binary(op, self.evaluate(left, position), self.evaluate(right, position))
            case Name():
                return self.name(node, position)
            case Index(x=x):
                return self.evaluate(x, position)
            case Call(fn=fn, args=args):
                return self.call(fn, args, position)
        raise Undecidable(f"{type(node).__name__.lower()} has no meaning here")

    def binary(self, op: str, a: Fraction, b: Fraction) -> Fraction:
        match op:
            case "+":
                return a + b
            case "-":
                return a - b
            case "*" | "cdot" | "@" | "otimes":
                return a * b
            case "/" | "//":
                if not b:
                    raise Undefined("a division by zero")
                return a / b
            case "^" if b.denominator == 1 and abs(b) <= MAX_POWER:
                return a ** int(b)
        raise Undecidable(f"'{op}' has no meaning here")

    def name(self, node: Name, position: int) -> Fraction:
        defined = self.program.definition(node, position)
        if defined is not None:
            self.depth += 1
            if self.depth > 30:
                raise Undecidable("definitions refer to each other without end")
            result = self.evaluate(self.program.entries[defined].values[-1], defined)
            self.depth -= 1
            return result
        role = self.roles.get(key_of(node))
        power = next((s.value for s in node.sups if isinstance(s, Num)), None)
        if isinstance(next(iter(node.sups), None), Neg):
            power = -self.evaluate(node.sups[0].x, position)  # type: ignore[attr-defined]
        if role == "heads":
            if self.subject == "kv_cache_bytes":
                raise Undecidable(f"'{node.name}' may count query heads or key-value heads")
            role = "q_heads"
        if role is None:
            self.unknown.setdefault(key_of(node), node.span)
            return Fraction(len(self.unknown) * 1009 + 17)
        value = self.numbers[role]
        return self.binary("^", value, power) if power is not None else value

    def call(self, fn: Name, args: tuple[Node, ...], position: int) -> Fraction:
        words = set(_words(fn))
        if words & {"int", "float", "round"} and len(args) == 1:
            return self.evaluate(args[0], position)
        if "sizeof" in words or "element" in words or "itemsize" in words:
            return self.numbers["bytes"]
        if fn.name in FUNCTIONS or len(fn.name) > 2:
            raise Unreadable(f"the function '{fn.name}' is not part of this formula", fn.span)
        value = self.evaluate(fn, position)
        for arg in args:
            items = arg.items if isinstance(arg, Tuple) else (arg,)
            for item in items:
                value *= self.evaluate(item, position)
        return value


def readings(program: Program, subject: str, setting: tuple[Hashable, ...]) -> list[Meaning]:
    """Return the one reading of a formula."""
    return [meaning(program, subject, setting)]


def meaning(program: Program, subject: str, setting: tuple[Hashable, ...]) -> Meaning:
    """Return the value of a formula for every set of sizes."""
    del setting
    nodes = members(program)
    unknown: dict[str, Span] = {}
    remarks: set[str] = set()

    def compute(number: int) -> tuple[Fraction, ...]:
        sizes = Sizes(program, worlds()[number], subject)
        try:
            found = tuple(sizes.evaluate(node, program.main) for node in nodes)
        except Undefined:
            found = (Fraction(-1),)
        unknown.update(sizes.unknown)
        return found

    roles = roles_of(program)
    facts = {"unknown": unknown, "program": program, "nodes": nodes, "roles": roles}
    return Meaning(Values(len(worlds()), compute), remarks, nodes[0], facts)


def same(mine: Meaning, theirs: Meaning) -> bool:
    """Whether every side of one formula has the other's value for all sizes."""
    return all(
        side == b[0] for a, b in zip(mine.values, theirs.values, strict=True) for side in a
    )


def proof(mine: Meaning, setting: tuple[Hashable, ...]) -> str:
    """Return in words how an equality was established."""
    del mine, setting
    return ("identity test: exactly equal for 5 sets of sizes, four of them random from a range "
            "of 10^6")  # fmt: skip


def witness(
    mine: Meaning, theirs: Meaning, subject: str, setting: tuple[Hashable, ...]
) -> dict[str, Any]:
    """Return sizes for which the two differ, with both values."""
    del setting
    kept = ("q_heads", "kv_heads") if subject == "kv_reduction" else ROLES
    for world, a, b in zip(worlds(), mine.values, theirs.values, strict=True):
        for side in a:
            if side != b[0]:
                return {"at": {role: str(world[role]) for role in kept}, "yours": str(side),
                        "reference": str(b[0])}  # fmt: skip
    return {}
