"""The family of attention: softmax attention, linear attention, its causal form.

A formula is evaluated in exact arithmetic on arrays of free entries (`residues.py`), with all sizes
different; `exp` is an exponential and the feature map unspecified. Equal outputs in such a world
are evidence for an identity (wrong with a chance below 10^-15 at these sizes), different outputs
are a disproof, and a shape that does not fit is one too.
"""

import re
from collections.abc import Hashable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from rlprep.formula.code_loops import has_loop, own_steps
from rlprep.formula.decide import attention_names as names
from rlprep.formula.decide.attention_names import VOCABULARY, is_output
from rlprep.formula.decide.attention_world import World, worlds
from rlprep.formula.decide.feature_cases import feature_of, with_named_features
from rlprep.formula.decide.matrices import Matrices
from rlprep.formula.decide.matrix_rules import Convention
from rlprep.formula.decide.meaning import Meaning, Values
from rlprep.formula.decide.stated_layouts import stated_layout
from rlprep.formula.decide.tensor import LayoutError, ShapeError, Tensor
from rlprep.formula.decide.token_calls import HANDLERS
from rlprep.formula.decide.token_definitions import POSITION, Scope
from rlprep.formula.decide.token_indices import free_letters
from rlprep.formula.decide.token_layouts import layouts
from rlprep.formula.decide.token_loops import has_chunks, sources_of, with_rows
from rlprep.formula.decide.token_programs import Code
from rlprep.formula.decide.token_projections import projected
from rlprep.formula.decide.token_sums import component_axis
from rlprep.formula.errors import Undecidable, Undefined, Unreadable
from rlprep.formula.program import EQUALITIES, Program
from rlprep.formula.tree import Bin, Call, Chain, Name, Node, Num, Sub, walk

__all__ = ["SUBJECTS", "VOCABULARY", "is_target", "meaning", "proof", "readings", "same",
           "setting_of", "witness"]  # fmt: skip

SUBJECTS = {"softmax_attention", "linear_attention", "linear_attention_causal"}

MOST_UNKNOWN = 2
_TURNED = re.compile(
    r"\b(?:over|along|across|to|per|on|by|of)\s+(?:the\s+|all\s+|each\s+|every\s+)*"
    r"(?:columns?\b(?!\s+vector)|queries\b)|\bcolumn[\s-]?wise\b"
    r"|\bupper[\s-]+triang|\bstrict(?:ly)?\s+(?:lower|causal)"
    r"|#[^\n]*\balready\b[^\n]*",
    re.IGNORECASE,
)
"""Remarks in words that make another formula of what stands before them."""

Setting = tuple[str, ...]
LONG = "long"
"""Marks a setting with more tokens, for code that runs through them in chunks."""


def is_target(subject: str, node: Node) -> bool:
    """Whether a left side bears a name of the output."""
    return is_output(node)


def setting_of(program: Program, subject: str) -> Setting:
    """Return which function the input writes out as its feature map, and whether it has chunks."""
    feature = "phi" if subject == "softmax_attention" else feature_of(with_named_features(program))
    return (feature, LONG) if program.is_code and has_chunks(program.text) else (feature,)


def is_example(subject: str, name: Name, value: Fraction) -> bool:
    """Whether a number given for a name only sets a free parameter, as `d = 64` does."""
    del subject
    role = names.role_of(names.spelling(name, is_code=False).key)
    return role == "width" and value > 1


def sides(program: Program) -> list[Node]:
    """Return the sides of the formula that state the output."""
    found: list[Node] = []
    for value in (*program.formula.values, *program.restated()):
        if isinstance(value, Chain) and value.ops == ("in",):  # `... in R^{n x d}`
            value = value.items[0]
        is_chain = isinstance(value, Chain) and EQUALITIES.issuperset(value.ops)
        found.extend(value.items if is_chain else (value,))  # type: ignore[attr-defined]
    kept = [side for side in found if not (len(found) > 1 and _is_label(side))]
    return kept or found[-1:]


def _is_label(node: Node) -> bool:
    """Whether a side only names the output, like `Attention(Q, K, V)`."""
    return isinstance(node, Name | Call | Sub) and is_output(node)


def conventions(program: Program, subject: str) -> list[Convention]:
    """Return the conventions under which an input may be meant, likeliest first."""
    if program.is_code:
        by_position = subject == "linear_attention_causal"
        found = layouts(program.entries, sources_of(program.text), by_position=by_position)
        stated = stated_layout(program.text)
        return [c for c in found if c.layout == stated] or found
    has_vectors = any(
        (isinstance(n, Name) and (names.spelling(n, is_code=False).indices or n.name in "qkv"))
        or isinstance(n, Sub)
        for n in program.nodes()
    )
    found = [Convention(), Convention(rows=True)] if has_vectors else [Convention()]
    bare = {n.name for n in program.nodes() if isinstance(n, Name) and not n.subs}
    if "q" in bare and bare & {"K", "V"}:
        found += [replace(c, query=True) for c in found]
    if any(isinstance(n, Name) and names.spelling(n, is_code=False).key in names.SCALES
           for n in program.nodes()):  # fmt: skip
        found += [replace(c, scale="root") for c in found]
    return found


def readings(program: Program, subject: str, setting: Setting) -> list[Meaning]:
    """Return what a formula means under each convention; those whose shapes fit come first."""
    program = projected(with_named_features(with_rows(program)))
    if not any(isinstance(n, Name) and _is_input(n) for n in program.nodes()):
        what, where = "neither queries nor keys nor values occur here", program.formula.node.span
        raise Unreadable(what, where, hint="write the formula with Q, K and V")
    if program.is_code and (hidden := own_steps(program.text) & HANDLERS.keys()):
        raise Undecidable(f"'{min(hidden)}' is a function of several statements here")
    if words := _TURNED.search(program.text):
        raise Undecidable(f"it is not clear what '{words[0]}' changes: write it as a formula")
    found: list[Meaning] = []
    for convention in conventions(program, subject):
        if program.is_code and any(_fits_elsewhere(m, convention) for m in found):
            break  # code has one layout: the first that fits
        found.append(_meaning(program, subject, setting, convention))
    if len(unknown := found[0].facts["unknown"]) > MOST_UNKNOWN:
        raise Unreadable(f"{', '.join(map(repr, unknown))} are no symbols of this formula",
                         next(iter(unknown.values())))  # fmt: skip
    fitting = [m for m in found if m.facts["fits"]]
    open_ = [m for m in found if m.values[0] == ("undecided",)]
    if (
        not fitting and open_
    ):  # that one does not fit says nothing of another that is not understood
        raise Undecidable(str(open_[0].facts["why"]))
    return fitting or _refuted_by_shape(found, program)


def _refuted_by_shape(found: list[Meaning], program: Program) -> list[Meaning]:
    """Return the readings whose own shapes don't fit, where none fits.

    Raises:
        Undecidable: what does not fit may be the reading, and not the formula.
    """
    sure = [m for m in found if not isinstance(m.facts["shape"][0], LayoutError)]
    if not sure or (program.is_code and has_loop(program.text)):
        raise Undecidable("in none of the layouts of q, k, v that were tried do the shapes fit")
    return sure


def _fits_elsewhere(meaning: Meaning, convention: Convention) -> bool:
    """Whether a formula fits under a convention that differs in more than what `scale` is."""
    mine = meaning.facts["convention"]
    is_array = meaning.values[0][0][:1] == ("array",)  # the axes of a batch may be wanting
    is_other = replace(mine, scale=convention.scale) != convention
    return meaning.facts["fits"] and is_other and not is_array


def _is_input(name: Name) -> bool:
    return names.role_of(names.spelling(name, is_code=False).key) in {"Q", "K", "V"}


def meaning(program: Program, subject: str, setting: Setting) -> Meaning:
    """Return what a form of the bank means."""
    return readings(program, subject, setting)[0]


def _meaning(program: Program, subject: str, setting: Setting, convention: Convention) -> Meaning:
    remarks: set[str] = set()
    facts: dict[str, Any] = {"unknown": {}, "program": program, "convention": convention,
                             "why": "", "shape": None}  # fmt: skip
    is_causal = subject == "linear_attention_causal"
    rooms = worlds(is_causal=is_causal, feature=setting[0], is_long=LONG in setting)

    def compute(number: int) -> Hashable:
        evaluator = evaluator_of(program, rooms[number], convention)
        try:
            return outputs(evaluator)
        except ShapeError as error:
            facts["shape"] = facts["shape"] or (error, rooms[number])
            return ("shape",)
        except (Undecidable, RecursionError) as error:
            facts["why"] = facts["why"] or str(error)
            return ("undecided",)
        except Undefined as error:
            return ("undefined", str(error))
        finally:
            remarks.update(evaluator.remarks)
            facts["unknown"] |= evaluator.unknown

    values = Values(len(rooms), compute)
    facts["fits"] = values[0] not in {("shape",), ("undecided",)}
    if setting[0] != "phi":
        shown = "elu(x) + 1" if setting[0] == "elu" else f"{setting[0]}(x)"
        remarks.add(f"the feature map is {shown}, a special case of phi")
    if convention.layout.startswith("query") or convention.query:
        remarks.add("q is read as the vector of one query")
    return Meaning(values, remarks, sides(program)[-1], facts)


def evaluator_of(program: Program, world: World, convention: Convention) -> Matrices:
    """Return the evaluator of an input: mathematics, or code."""
    return (Code if program.is_code else Matrices)(program, world, convention)


def outputs(evaluator: Matrices) -> Hashable:
    """Return the outputs of all queries, for every side of the formula."""
    if isinstance(evaluator, Code):
        found = evaluator.run()
        if isinstance(found, Tensor):
            return (rows_of(evaluator, found),)
        return (tuple(_position_row(evaluator, row) for row in found),)
    return tuple(_side(evaluator, side) for side in sides(evaluator.program))


def _position_row(evaluator: Code, row: Tensor | str) -> Hashable:
    """Return the output of one position, of the first sequence and head."""
    if isinstance(row, str):
        return ("undefined", row)
    for letter in evaluator.convention.layout:
        if letter in "bh" and row.ndim > 1:
            row = row.picked(0, 0)
    while row.ndim > 1 and row.shape[0] == 1:  # `o[t] = ...` spreads it
        row = row.picked(0, 0)
    return ("matrix", *row.shape, *row.data) if row.ndim > 1 else tuple(row.data)


def _side(evaluator: Matrices, side: Node) -> Hashable:
    letters = free_letters(side)
    target = evaluator.program.formula.target
    shift = _shift_of(evaluator.parameters(evaluator.program.formula))
    if isinstance(target, Name):
        own = [p.name for p in evaluator.parameters(evaluator.program.formula)
               if isinstance(p, Name)]  # fmt: skip
        letters = own + [x for x in letters if x not in own]
    if not letters and (evaluator.carried or evaluator.has_bare_query):
        letters = [POSITION]
    if not letters:
        return rows_of(evaluator, evaluator.value(side, {}))
    if len(letters) > 2:
        raise Undecidable("the formula has several free indices")
    found: list[Hashable] = []
    for i in range(evaluator.world.sizes["n"]):
        scope: Scope = {POSITION: i + evaluator.base, letters[0]: i + evaluator.base - shift}
        try:
            found.append(_row(evaluator, side, scope, letters[1:], i))
        except ShapeError:
            raise
        except Undefined as error:
            found.append(("undefined", str(error)))
    return tuple(found)


def _shift_of(parameters: list[Node]) -> int:
    """Return how far ahead of its letter the index on the left is: 1 in `o_{t+1} = ...`."""
    match parameters:
        case [Bin(op="+" | "-" as op, left=Name(), right=Num(value=step)), *_] if (
            step.denominator == 1
        ):
            return int(step) if op == "+" else -int(step)
    return 0


def _row(
    evaluator: Matrices, side: Node, scope: Scope, rest: list[str], number: int
) -> tuple[Any, ...]:
    if rest:
        axis = component_axis(evaluator, side, rest[0]) or _own_axis(side, rest[0])
        every = range(evaluator.base, evaluator.base + evaluator.world.sizes[axis])
        values = [evaluator.value(side, {**scope, rest[0]: j}) for j in every]
        if any(value.shape for value in values):
            raise Undecidable(f"the index {rest[0]} is bound by no sum")
        return tuple(value.item for value in values)
    value = evaluator.value(side, scope)
    if value.ndim == 2 and 1 not in value.shape and value.shape[0] == evaluator.world.sizes["n"]:
        value = value.picked(0, number)  # a matrix numerator in a formula for one row
    if value.ndim == 2 and 1 not in value.shape:
        return ("matrix", *value.shape, *value.data)
    return tuple(value.data)


def _own_axis(side: Node, letter: str) -> str:
    """Return what a second index counts: keys where a name bears it, else entries of the output."""
    is_on_name = any(isinstance(n, Name) and letter in free_letters(n) for n in walk(side))
    return "m" if is_on_name else "e"


def rows_of(evaluator: Matrices, value: Tensor) -> Hashable:
    """Return a matrix of outputs as rows; the first sequence and head of a batch."""
    if isinstance(evaluator, Code) and evaluator.convention.layout in {"bnhd"} and value.ndim == 4:
        value = value.swapped(1, 2)
    lead = sum(letter in "bh" for letter in evaluator.convention.layout)
    if isinstance(evaluator, Code):
        for _ in range(lead):
            if value.ndim > 2:
                value = value.picked(0, 0)
    if value.ndim == 1:
        return tuple((x,) for x in value.data)
    if value.ndim != 2:
        return ("array", *value.shape, *value.data)
    return tuple(tuple(row.data) for row in value.along(0))


def same(mine: Meaning, theirs: Meaning) -> bool:
    """Whether two formulas have the same outputs where both fit, or the same lenient ones."""
    a, b = mine.values[0], theirs.values[0]
    if _kind(a) == _kind(b) == "shape":
        a, b = mine.values[1], theirs.values[1]
    return _kind(a) == _kind(b) == "rows" and all(_equal(side, b[0]) for side in a)


def _kind(value: Hashable) -> str:
    head = value[0] if isinstance(value, tuple) and value else ""
    return head if isinstance(head, str) else "rows"


def _equal(mine: Hashable, theirs: Hashable) -> bool:
    """Whether two lists of rows agree; a lone zero stands for a row of zeros."""
    assert isinstance(mine, tuple)
    assert isinstance(theirs, tuple)
    if len(mine) != len(theirs) or all(a[:1] == ("undefined",) for a in mine):
        return False
    for a, b in zip(mine, theirs, strict=True):
        if isinstance(a, tuple) and isinstance(b, tuple):
            if a[:1] == ("undefined",) and b[:1] == ("undefined",):
                continue
            one, many = sorted((a, b), key=len)
            if len(one) == 1 != len(many) and all(x == one[0] for x in many):
                continue
        if a != b:
            return False
    return True


def proof(mine: Meaning, setting: Setting) -> str:
    """Return in words how an equality was established."""
    return (
        "evidence: both give the same outputs in exact arithmetic modulo two primes, on free inputs"
        " of pairwise different sizes, with exp an exponential and phi unspecified"
        " (wrong with a chance below 1e-15)"
    )


def witness(mine: Meaning, theirs: Meaning, subject: str, setting: Setting) -> dict[str, Any]:
    """Return the shape that does not fit, or small inputs with different outputs.

    Raises:
        Undecidable: no such inputs are found, or the code may not do what was read.
    """
    from rlprep.formula.decide.attention_witness import shape_witness, small_witness

    program = mine.facts["program"]
    if program.is_code and own_steps(program.text):
        raise Undecidable("a function of several statements is called: write them where it is")
    if not mine.facts["fits"]:
        return shape_witness(*mine.facts["shape"])
    return small_witness(mine, theirs, subject, setting)
