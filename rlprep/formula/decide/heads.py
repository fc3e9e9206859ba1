"""Which key-value head a query head reads: whole-number maps, tried for all small head counts."""

from collections.abc import Hashable
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor
from typing import Any

from rlprep.formula.decide.meaning import Meaning, Values
from rlprep.formula.decide.sizes import key_of, members, plain_role
from rlprep.formula.errors import Undecidable, Undefined, Unreadable
from rlprep.formula.names import labels_of
from rlprep.formula.program import Program
from rlprep.formula.tree import Bin, Call, Index, Name, Neg, Node, Num, Slice, Span, Wrap
from rlprep.formula.vocabulary import Vocabulary

SUBJECTS = {"gqa_head_map"}
LARGEST = 6
HEAD_WORDS = {"h", "i", "q", "head", "idx", "index", "qh", "query", "hq", "qi", "j", "hi", "headidx",
              "qhead", "headindex", "qheadidx", "queryhead", "headid", "qidx", "hidx"}  # fmt: skip

VOCABULARY = Vocabulary(
    words=frozenset(
        {
            "heads", "kv", "head", "num", "key", "value", "group", "groups", "size", "floor", "ceil",
            "query", "repeat", "Hq", "Hkv", "nq", "nkv", "interleave", "arange", "rep", "idx", "index", "trunc", "int",
        }
    ),
    letters=frozenset("hHgGinkq"),
    applied=frozenset({"kv", "map"}),
    labels=False, expects=False,
)  # fmt: skip


@lru_cache(maxsize=1)
def worlds() -> tuple[tuple[int, int, int], ...]:
    """Return (query heads, key-value heads, query head) for all small counts."""
    return tuple(
        (kv * group, kv, h)
        for kv in range(1, LARGEST + 1) for group in range(1, LARGEST + 1)
        for h in range(kv * group)
        if (kv, group) != (1, 1)
    )  # fmt: skip


def is_target(subject: str, node: Node) -> bool:
    """Whether a left side bears the usual name of the map."""
    del subject
    name = node.fn if isinstance(node, Call) else node
    return isinstance(name, Name) and bool({"kv", "map", "head"} & {name.name, *labels_of(name)})


def setting_of(program: Program, subject: str) -> tuple[Hashable, ...]:
    """Return the one setting of this family."""
    return ("heads",)


class HeadMap:
    """Evaluates a map of heads for given counts."""

    def __init__(self, program: Program, counts: tuple[int, int, int]) -> None:
        self.program = program
        self.q_heads, self.kv_heads, self.head = counts
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
            case Wrap(kind="floor", x=x):
                return Fraction(floor(self.evaluate(x, position)))
            case Wrap(kind="ceil", x=x):
                return Fraction(ceil(self.evaluate(x, position)))
            case Index(x=Call(fn=Name(name="divmod"), args=(a, b)), items=(Num(value=pick),)):
                op = "//" if pick == 0 else "%"
                return self.binary(op, self.evaluate(a, position), self.evaluate(b, position))
            case Index(items=items):
                inner = [i for i in items if not isinstance(i, Slice)]
                if len(inner) != 1:
                    raise Undecidable("an index with several entries")
                return self.evaluate(inner[0], position)
            case Call():
                return self.call(node, position)
        raise Undecidable(f"{type(node).__name__.lower()} has no meaning here")

    def binary(self, op: str, a: Fraction, b: Fraction) -> Fraction:
        if op in {"/", "//", "%"} and not b:
            raise Undefined("a division by zero")
        match op:
            case "+":
                return a + b
            case "-":
                return a - b
            case "*" | "cdot":
                return a * b
            case "/":
                return a / b
            case "//":
                return Fraction(a // b)
            case "%":
                return a % b
            case "^" if b.denominator == 1 and abs(b) <= 8 and (a or b >= 0):
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
        words = {w.lower() for w in (node.name, *labels_of(node))}
        joined = "".join((node.name, *labels_of(node))).lower()
        role = plain_role(node)
        if words & {"head", "idx", "index", "id"} and not words & {"num", "n", "dim", "size", "per"}:
            return Fraction(self.head)
        power = next(iter(node.sups), None)
        if node.name in {"H"} and role is None:
            role = "q_heads"
        value = {"q_heads": self.q_heads, "kv_heads": self.kv_heads}.get(role or "")
        if role == "group_size":
            value = self.q_heads // self.kv_heads
        if joined in HEAD_WORDS and not node.name.startswith("H"):
            value = self.head
        if value is None:
            if node.name in {"G", "g"}:
                raise Undecidable("G may be the number of groups or the size of one: define it")
            self.unknown.setdefault(key_of(node), node.span)
            return Fraction(7)
        result = Fraction(value)
        if isinstance(power, Neg | Num):
            return self.binary("^", result, self.evaluate(power, position))
        return result

    def call(self, node: Call, position: int) -> Fraction:
        name, args = "_".join((node.fn.name, *labels_of(node.fn))), node.args
        match name, len(args):
            case ("floor" | "int" | "trunc", 1):
                return Fraction(floor(self.evaluate(args[0], position)))
            case ("ceil", 1):
                return Fraction(ceil(self.evaluate(args[0], position)))
            case ("floor_div" | "floor_divide", 2):
                return self.binary("//", *(self.evaluate(a, position) for a in args))
            case ("div", 2):
                value = self.binary("/", *(self.evaluate(a, position) for a in args))
                return Fraction(floor(value)) if node.keyword("rounding_mode") else value
            case ("mod" | "remainder" | "fmod", 2):
                return self.binary("%", *(self.evaluate(a, position) for a in args))
            case ("repeat_interleave", _) if len(args) >= 2:
                times = self.evaluate(args[1], position)
                return self.binary("//", Fraction(self.head), times)
            case ("repeat" | "tile", _) if len(args) >= 2:
                return Fraction(self.head % self.kv_heads)
        raise Unreadable(f"the function '{name}' is not part of this formula", node.fn.span)


def readings(program: Program, subject: str, setting: tuple[Hashable, ...]) -> list[Meaning]:
    """Return the one reading of a formula."""
    return [meaning(program, subject, setting)]


def meaning(program: Program, subject: str, setting: tuple[Hashable, ...]) -> Meaning:
    """Return the head that is read, for every query head of every small head count."""
    del subject, setting
    nodes = members(program)
    unknown: dict[str, Span] = {}

    def compute(number: int) -> tuple[Fraction, ...]:
        heads = HeadMap(program, worlds()[number])
        try:
            found = tuple(heads.evaluate(node, program.main) for node in nodes)
        except Undefined:
            found = (Fraction(-1),)
        unknown.update(heads.unknown)
        return found

    facts = {"unknown": unknown, "program": program, "nodes": nodes}
    return Meaning(Values(len(worlds()), compute), set(), nodes[0], facts)


def same(mine: Meaning, theirs: Meaning) -> bool:
    """Whether every side of one map agrees with the other for all small head counts."""
    return all(
        side == b[0] for a, b in zip(mine.values, theirs.values, strict=True) for side in a
    )


def proof(mine: Meaning, setting: tuple[Hashable, ...]) -> str:
    """Return in words how an equality was established."""
    del mine, setting
    return (f"exhaustive: the same head for every query head, with up to {LARGEST} key-value heads "
            f"and groups of up to {LARGEST}")  # fmt: skip


def witness(
    mine: Meaning, theirs: Meaning, subject: str, setting: tuple[Hashable, ...]
) -> dict[str, Any]:
    """Return head counts and a query head for which the two differ."""
    del subject, setting
    # a count of 8 query heads and 2 key-value heads is what people have in mind
    order = sorted(range(len(worlds())), key=lambda i: (worlds()[i][:2] != (8, 2), i))
    for number in order:
        a, b = mine.values[number], theirs.values[number]
        for side in a:
            if side != b[0]:
                q_heads, kv_heads, head = worlds()[number]
                return {"at": {"H_q": q_heads, "H_kv": kv_heads, "h": head}, "yours": str(side),
                        "reference": str(b[0])}  # fmt: skip
    return {}
