"""The family of attention formulas: softmax and linear, by matrices, by tokens, as code.

Two random draws in float64 with n = 3 queries, m = 4 keys, width 2 and value width 5 (causal: 4 tokens),
so that a product in the wrong order fails by its shapes. Agreement to 9 digits on both draws is evidence:
the proof names it so.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from rlprep.formula.decide.arrays import FEATURES, Array, Arrays, Room, ShapeMismatch
from rlprep.formula.decide.meaning import Meaning, Values
from rlprep.formula.errors import Undecidable, Undefined
from rlprep.formula.names import indices_of, labels_of, variable_key
from rlprep.formula.program import EQUALITIES, Program, key_of
from rlprep.formula.tree import Big, Bin, Call, Chain, Name, Node, Span, walk
from rlprep.formula.vocabulary import Vocabulary

SUBJECTS = {"softmax_attention", "linear_attention", "linear_attention_causal"}
DRAWS = (11, 12)

VOCABULARY = Vocabulary(
    words=frozenset(
        {
            "softmax", "query", "key", "value", "queries", "keys", "values", "phi", "scores", "attn",
            "weights", "elu", "dim", "head", "dk", "outer", "sim", "Attention", "attention", "out",
            "KV", "QKT", "SoftMax", "LinearAttention", "feature", "map", "einsum", "diag", "cumsum",
            "dv", "kv", "tril", "num", "den", "ones",
        }
    ) - {"KV", "QKT"},
    letters=frozenset("QKVTqkvdnNzSosDjiAOWPXYCZ"),
    applied=frozenset({"phi", "psi", "softmax", "diag", "sim", "feature_map", "elu", "kernel"}),
    labels=False, expects=False, matrices=True,
)  # fmt: skip

FEATURE_MAPS: dict[str, Callable[[Array], Array]] = {
    "generic": lambda x: np.log1p(np.exp(1.3 * x)) + 0.1 * x * x + 0.07,
    "elu": lambda x: np.where(x > 0, x + 1, np.exp(np.minimum(x, 0))),
    "relu": lambda x: np.maximum(x, 0),
    "exp": np.exp,
    "softplus": lambda x: np.log1p(np.exp(x)),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "square": np.square,
}


def is_target(subject: str, node: Node) -> bool:
    """Whether a left side bears the usual name of the output."""
    del subject
    name = node.fn if isinstance(node, Call) else node
    words = {"o", "out", "output", "y", "attention", "attn", "O", "Y", "context"}
    return isinstance(name, Name) and bool(words & {name.name, *labels_of(name), name.name.lower()})


def setting_of(program: Program, subject: str) -> tuple[Hashable, ...]:
    """Return which feature map the input uses: a concrete one, or a generic phi."""
    if subject == "softmax_attention":
        return ("generic",)
    generic = False
    concrete: str | None = None
    for entry in program.entries:
        for value in entry.values:
            for node in walk(value):
                if not isinstance(node, Call):
                    continue
                word = node.fn.name.lower()
                full = "_".join((node.fn.name, *labels_of(node.fn)))
                generic = generic or word in FEATURES or full in FEATURES
                if word in FEATURE_MAPS and word != "generic":
                    concrete = word
    defines = any(
        isinstance(e.target, Call) and e.target.fn.name in FEATURES for e in program.entries
    )
    return ("generic" if (generic and not defines) or concrete is None else concrete,)


def readings(program: Program, subject: str, setting: tuple[Hashable, ...]) -> list[Meaning]:
    """Return what a formula means in each convention: columns or rows, flat or batched code."""
    loops = subject == "linear_attention_causal" and _updates_itself(program)
    if program.is_code:
        layouts = ["code", "code 3", "code 4", "code 4 swapped"]
        layouts = ["loop", *layouts] if subject == "linear_attention_causal" else layouts
    else:
        layouts = ["column", "row", "code"]
        layouts = ["column loop", "loop", *layouts] if loops else layouts
    return [_reading(program, subject, setting, layout) for layout in layouts]


def meaning(program: Program, subject: str, setting: tuple[Hashable, ...]) -> Meaning:
    """Return the meaning of a form of the bank: columns, or a loop where it needs one."""
    return _reading(program, subject, setting, "column")


def _updates_itself(program: Program) -> bool:
    return any(
        e.key is not None and e.key in e.uses and isinstance(e.target, Name)
        and not indices_of(e.target) for e in program.entries
    )  # fmt: skip


def members(program: Program) -> list[Node]:
    """Return the sides of the formula that must each equal the reference."""
    values: list[Node] = []
    for value in program.formula.values:
        is_chain = isinstance(value, Chain) and EQUALITIES.issuperset(value.ops)
        values.extend(value.items if is_chain else (value,))  # type: ignore[attr-defined]
    return values


@lru_cache(maxsize=64)
def room_of(subject: str, feature: str, layout: str, seed: int) -> Room:
    """Return the arrays of one draw in one layout."""
    n, m, d, e = (4, 4, 2, 5) if subject == "linear_attention_causal" else (3, 4, 2, 5)
    lead = {"code 3": (2,), "code 4": (2, 3), "code 4 swapped": (2, 3)}.get(layout, ())
    random = np.random.default_rng(seed)
    q, k, v = (random.normal(size=(*lead, rows, width)) * 0.9
               for rows, width in ((n, d), (m, d), (m, e)))  # fmt: skip
    if layout == "code 4 swapped":
        q, k, v = (np.swapaxes(x, 1, 2) for x in (q, k, v))
    numbers = dict.fromkeys(
        ("d", "d_k", "dk", "D", "d_h", "d_head", "head_dim", "dim", "d_q", "dim_head", "dk_", "hd",
         "dh", "d_key", "head_size", "dim_k", "d_qk", "dim_h", "E", "C", "width", "scale_dim"), float(d),
    )  # fmt: skip
    numbers |= dict.fromkeys(("n", "N", "L", "T", "seq_len", "n_q", "t", "l"), float(n))
    numbers |= dict.fromkeys(("m", "M", "S", "n_k", "n_kv"), float(m))
    numbers |= dict.fromkeys(("d_v", "dv", "e"), float(e))
    numbers |= {"d_model": 7.0, "gamma": 0.9, "lambda": 0.8, "alpha": 0.7, "inf": 1e30,
                "pi": float(np.pi)}  # fmt: skip
    plain = layout.replace(" loop", "").partition(" ")[0]
    return Room({"Q": q, "K": k, "V": v}, numbers, {}, FEATURE_MAPS[feature],
                "code" if plain == "loop" else plain, is_loop="loop" in layout)  # fmt: skip


def _reading(
    program: Program, subject: str, setting: tuple[Hashable, ...], layout: str
) -> Meaning:
    feature = str(setting[0])
    nodes = members(program)
    remarks: set[str] = set()
    unknown: dict[str, Span] = {}
    if feature != "generic":
        remarks.add(f"the feature map is read as the concrete one that is written ({feature})")

    def compute(number: int) -> tuple[Any, ...]:
        room = room_of(subject, feature, layout, DRAWS[number])
        arrays = Arrays(program, room, subject)
        try:
            found = tuple(_output(arrays, node, subject) for node in nodes)
            if layout == "code 4 swapped":
                found = tuple(_reordered(f, room) for f in found)
            return tuple(_flat(f, layout) for f in found)
        except ShapeMismatch as gap:
            return (("shape", str(gap)),)
        except (Undefined, np.linalg.LinAlgError) as gap:
            return (("undefined", str(gap)),)
        finally:
            remarks.update(arrays.remarks)
            unknown.update(arrays.unknown)

    facts = {"unknown": unknown, "program": program, "nodes": nodes, "layout": layout}
    return Meaning(Values(len(DRAWS), compute), remarks, nodes[0], facts)


def _reordered(value: Array, room: Room) -> Array:
    """Bring an output of [batch, tokens, heads, width] to [batch, heads, tokens, width]."""
    if value.ndim == 4 and value.shape[1] == room.matrices["Q"].shape[1]:
        return np.swapaxes(value, 1, 2)
    return value


def _flat(value: Array, layout: str) -> tuple[str, Array]:
    """Return the first matrix of a batch and the whole batch, ready to compare."""
    del layout
    return ("array", value)


def _output(arrays: Arrays, node: Node, subject: str) -> Array:
    """Return the output for all queries, one row each, whatever form the formula has."""
    program, room = arrays.program, arrays.room
    count = room.matrices["Q"].shape[-2]
    if room.is_loop:
        return np.stack([_turn(arrays, node, place) for place in range(1, count + 1)])
    letters = free_letters(program, node)
    if not letters:
        return arrays.evaluate(node, {}, program.main)
    rows = []
    for place in range(1, count + 1):
        env = dict.fromkeys(letters, place)
        value = arrays.evaluate(node, env, program.main)
        if value.ndim == 2 and 1 not in value.shape:
            raise ShapeMismatch(f"one token's output is a {value.shape[0]}×{value.shape[1]} array")
        rows.append(value.ravel())
    if any(row.size != rows[0].size for row in rows):
        raise Undecidable("the tokens' outputs have different sizes")
    del subject
    return np.stack(rows)


def _turn(arrays: Arrays, node: Node, place: int) -> Array:
    """One turn of a loop over tokens: every line in order, then the output."""
    program = arrays.program
    env = {"@": place}
    assigned = [e.key for e in program.entries]
    for number, entry in enumerate(program.entries):
        if entry.key is None or number == program.main:
            continue
        if entry.is_constant and assigned.count(entry.key) > 1:
            continue
        arrays.loop[entry.key] = arrays.evaluate(entry.values[-1], env, number)
    value = arrays.evaluate(node, env, program.main)
    return value.ravel() if value.ndim != 2 or 1 in value.shape else _refuse(value)


def _refuse(value: Array) -> Array:
    raise ShapeMismatch(f"one token's output is a {value.shape[0]}×{value.shape[1]} array")


def free_letters(program: Program, node: Node) -> set[str]:
    """Return the index letters of tokens that no sum binds."""
    found: set[str] = set()
    defined = {e.key for e in program.entries}

    def visit(part: Node, bound: frozenset[str]) -> None:
        if isinstance(part, Big):
            key = variable_key(part.var) if part.var is not None else None
            for child in (part.lo, part.hi):
                if child is not None:
                    visit(child, bound)
            if isinstance(part.binder, Chain):
                for child in part.binder.items:
                    visit(child, bound | {key or ""})
            visit(part.body, bound | {key or ""})
            return
        if isinstance(part, Name):
            is_token = part.name in {"Q", "K", "V", "q", "k", "v", "i", "t"} or key_of(part) in defined
            for index in indices_of(part):
                for letter in walk(index):
                    if isinstance(letter, Name) and is_token:
                        key = variable_key(letter)
                        if key is not None and key not in bound and key not in {"N", "T", "n_k"}:
                            found.add(key)
            for child in _children(part) if part.name == "e" else ():
                visit(child, bound)
            return
        for child in _children(part):
            visit(child, bound)

    visit(node, frozenset())
    return found


def _children(node: Node) -> Iterator[Node]:
    from rlprep.formula.tree import children

    match node:
        case Call(args=args):
            yield from args
        case Name(name="e", sups=sups):
            yield from sups
        case Bin(op="^", left=left, right=Name(name="T" | "top")):
            yield left
        case _:
            yield from children(node)


def _equal(a: tuple[Any, ...], b: tuple[Any, ...]) -> bool:
    if a[0] != b[0]:
        return False
    if a[0] != "array":
        return _shapes_in(a[1]) == _shapes_in(b[1])
    x, y = a[1], b[1]
    if x.shape != y.shape:
        return False
    return bool(np.allclose(x, y, rtol=1e-9, atol=1e-9, equal_nan=True))


def _shapes_in(message: str) -> str:
    """Return a message with vectors as code has them: a 5×1 array is a 5 array."""
    return message.replace("1×", "").replace("×1", "")


def same(mine: Meaning, theirs: Meaning) -> bool:
    """Whether every side of one formula has the other's output on both draws."""
    layout = mine.facts["layout"]
    if layout.startswith("code ") and theirs.facts["layout"] == "column":
        theirs = _sliced(theirs, layout)
    return all(
        _equal(side, b[0]) for a, b in zip(mine.values, theirs.values, strict=True) for side in a
    )


def _sliced(meaning: Meaning, layout: str) -> Meaning:
    """Return the meaning of a form of the bank on every matrix of a batch."""
    program, subject = meaning.facts["program"], meaning.facts["subject"]
    feature = meaning.facts["feature"]

    def compute(number: int) -> tuple[Any, ...]:
        batch = room_of(subject, feature, layout, DRAWS[number])
        matrices = batch.matrices
        if layout == "code 4 swapped":
            matrices = {k: np.swapaxes(v, 1, 2) for k, v in matrices.items()}
        base = room_of(subject, feature, "column", DRAWS[number])
        lead = matrices["Q"].shape[:-2]
        slices = []
        for place in np.ndindex(*lead):
            room = replace(base, matrices={k: v[place] for k, v in matrices.items()})
            try:
                slices.append(_output(Arrays(program, room, subject), meaning.facts["nodes"][0],
                                      subject))  # fmt: skip
            except Undefined as gap:
                return (("shape", str(gap)),)
        return (("array", np.stack(slices).reshape(*lead, *slices[0].shape)),)

    return replace(meaning, values=Values(len(DRAWS), compute),
                   facts={**meaning.facts, "layout": layout})  # fmt: skip


def proof(mine: Meaning, setting: tuple[Hashable, ...]) -> str:
    """Return in words how an equality was established."""
    del mine, setting
    return "evidence: the same output to 9 digits on 2 random draws with pairwise different sizes"


def witness(
    mine: Meaning, theirs: Meaning, subject: str, setting: tuple[Hashable, ...]
) -> dict[str, Any]:
    """Return what differs: the shapes, or the first entry of the output."""
    del setting
    a, b = mine.values[0][0], theirs.values[0][0]
    sizes = "4 tokens" if subject == "linear_attention_causal" else "Q 3×2, K 4×2, V 4×5"
    if a[0] != "array":
        return {"at": {"sizes": sizes}, "yours": f"has no value: {a[1]}",
                "reference": "has a value"}  # fmt: skip
    x, y = a[1], b[1]
    if x.shape != y.shape:
        return {"at": {"sizes": sizes}, "yours": f"has shape {_size(x)}",
                "reference": f"has shape {_size(y)}"}  # fmt: skip
    far = np.abs(x - y) > 1e-9 * (1 + np.abs(y))
    place = tuple(int(i) for i in np.argwhere(far)[0]) if far.any() else (0,) * x.ndim
    entry = "output" + "".join(f"[{i}]" for i in place)
    return {"at": {"sizes": sizes, "draw": DRAWS[0]}, "quantity": entry,
            "yours": f"{float(x[place]):.6g}", "reference": f"{float(y[place]):.6g}"}  # fmt: skip


def _size(array: Array) -> str:
    return "×".join(map(str, array.shape)) or "of a single number"
