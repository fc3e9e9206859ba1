"""Tensors whose shape code says, in a comment or where it makes them: `k.numel()`, `k.nbytes`."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from rlprep.formula.decide.size_names import key_of
from rlprep.formula.errors import Unreadable
from rlprep.formula.program import entry_of
from rlprep.formula.pycode import parse
from rlprep.formula.tree import Call, Define, Index, Name, Neg, Node, Num, Tuple

if TYPE_CHECKING:
    from rlprep.formula.program import Program

MAKERS = {"zeros", "empty", "ones", "full", "rand", "randn", "new_zeros", "new_empty"}
PARTS = {"nbytes", "size", "itemsize"}
"""Attributes that ask an array for a size; of a tensor without a known shape they say nothing."""

_AXIS = r"[^()\[\]#\n,]{0,60}"
_SHAPE = rf"[(\[](?P<shape>{_AXIS}(?:,{_AXIS}){{1,8}})[)\]]"
_SAID = re.compile(
    r"(?P<names>[A-Za-z_]\w*(?:\s*(?:,|and|&|/)\s*(?!shape)[A-Za-z_]\w*){0,6})"
    rf"(?:\.shape)?\s*(?:(?:both\s+)?(?:have|has|are|is|with|of)?\s*(?:the\s+)?shape|:|=|==|are|is)"
    rf"\s*:?\s*{_SHAPE}"
)
_BESIDE = re.compile(
    rf"^[ \t]*(?P<names>\w+(?:\s*,\s*\w+){{0,6}})\s*=[^=#\n]*#\s*(?:shape:?\s*)?{_SHAPE}",
    re.MULTILINE,
)
_PARTLY = re.compile(r"\b(?:per|each|every|one|layer)\b")


@dataclass(frozen=True, slots=True)
class Shape:
    """The lengths of a tensor's axes, and the statement in front of which they hold."""

    sizes: tuple[Node, ...]
    position: int


def shapes_of(program: Program) -> dict[str, Shape]:
    """Return the shapes that an input says, by the tensors' names."""
    if not program.is_code:
        return {}
    found: dict[str, Shape] = {}
    for line in re.finditer(r"#[^\n]*", program.text):
        if not _PARTLY.search(re.sub(_SHAPE, "", line[0])):
            for said in _SAID.finditer(line[0]):
                _add(found, said, len(program.entries))
    for said in _BESIDE.finditer(program.text):
        if not _PARTLY.search(program.text[said.end() :].partition("\n")[0]):
            _add(found, said, len(program.entries))
    for number, entry in enumerate(program.entries):
        match entry.target, entry.values[-1]:
            case Name() as name, Call(fn=fn, args=(Name() as like, *_)) if (
                key_of(fn).endswith("_like") and key_of(like) in found
            ):
                found[key_of(name)] = Shape(found[key_of(like)].sizes, number)
            case Name() as name, Call(fn=Name(name=maker), args=args) if maker in MAKERS:
                sizes = args[1:] if maker.startswith("new_") else args
                sizes = sizes[:1] if maker == "full" else sizes
                if len(sizes) == 1 and isinstance(sizes[0], Tuple):
                    sizes = sizes[0].items
                found[key_of(name)] = Shape(sizes, number)
    return {key: shape for key, shape in found.items() if _is_known(shape)}


def _add(found: dict[str, Shape], said: re.Match[str], position: int) -> None:
    sizes = _sizes(said["shape"])
    if sizes is not None:
        for name in re.findall(r"\w+", re.sub(r"\band\b", " ", said["names"])):
            found[name] = Shape(sizes, position)


def _sizes(text: str) -> tuple[Node, ...] | None:
    try:
        ast.parse(f"({text})", mode="eval")
        (node,) = parse(f"({text})")
    except (SyntaxError, ValueError, Unreadable):
        return None
    return node.items if isinstance(node, Tuple) else (node,)


def _is_known(shape: Shape) -> bool:
    """Whether every axis has a length of its own, and not the rest of the entries (-1)."""
    return bool(shape.sizes) and not any(isinstance(size, Neg) for size in shape.sizes)


def asked_of(name: Name, text: str) -> tuple[str, str] | None:
    """Return the array and what is asked of it, in `k_cache.nbytes`; None for other names."""
    found = re.fullmatch(r"(?:\w+\.)*(?P<array>\w+)\.(?P<part>\w+)", text[slice(*name.span)])
    if found is None or found["part"] not in PARTS:
        return None
    return found["array"], found["part"]


def with_axes(program: Program) -> Program:
    """Return the program with `b, h, n, d = k.shape` as a statement for each axis."""
    shapes, entries, main = shapes_of(program), [], program.main
    for number, entry in enumerate(program.entries):
        if not (axes := _axes(entry.node, shapes)):
            entries.append(entry)
            continue
        entries += map(entry_of, axes)
        main += len(axes) - 1 if number < program.main else 0
    return replace(program, entries=entries, main=main)


def _axes(node: Node, shapes: dict[str, Shape]) -> list[Define]:
    """Return what names stand for where a statement gives each the length of an axis."""
    match node:
        case Define(
            target=Tuple(items=names),
            value=Call(span=span, fn=Name(name="shape"), args=(Name() as array,)) as shape,
        ) if key_of(array) in shapes and len(names) == len(shapes[key_of(array)].sizes):
            return [
                Define(node.span, name, Index(span, shape, (Num(span, Fraction(place)),)))
                for place, name in enumerate(names)
            ]
    return []
