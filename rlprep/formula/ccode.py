"""C and CUDA declarations to the same tree: `const int g = n_heads / n_kv_heads;`.

The types are read, for they say what a slash means: a quotient of whole numbers is rounded down.
What is left without them is read as Python. A line whose types leave the slash open is refused:
read as mathematics it would be another formula.
"""

import re

from rlprep.formula import pycode
from rlprep.formula.errors import Unreadable
from rlprep.formula.tree import Bin, Node, Num, rewritten, walk

_BEFORE = r"(?:(?:const|constexpr|static|inline|register|volatile|__device__|__global__)\s+)*"
_WHOLE = (r"(?:(?:unsigned|signed|long|short)\s+)*(?:int|long|short|unsigned|s?size_t|u?int\d+_t"
          r"|uint|index_t|idx_t|ptrdiff_t)")  # fmt: skip
_OTHER = r"(?:float|double|half|__half|auto|bool)"
_TYPE = rf"{_BEFORE}(?:(?P<whole>{_WHOLE})|{_OTHER})"
_STARTS = r"(?:(?<=[;{}])|^)[ \t]*"
_DECLARED = re.compile(rf"{_STARTS}{_TYPE}\s+(?:const\s+)?(?=[A-Za-z_]\w*\s*=(?!=))", re.MULTILINE)
_FUNCTION = re.compile(rf"{_STARTS}{_TYPE}\s+\w+\s*\((?P<taken>[^()]*)\)\s*\{{", re.MULTILINE)
_CAST = re.compile(rf"\(\s*{_WHOLE}\s*\)(?=\s*[\w(])")
_SUFFIX = re.compile(r"(?<=\d)(?:[uU][lL]{0,2}|[lL]{1,2}[uU]?)\b")
_REMARK = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)


def looks_like_c(text: str) -> bool:
    """Return whether a text declares a variable or a function as C does."""
    return "\\" not in text and bool(_DECLARED.search(text) or _FUNCTION.search(text))


def parse(text: str) -> list[Node]:
    """Return the statements of C code.

    Raises:
        Unreadable: it is more than assignments of whole numbers.
    """
    refused = Unreadable(
        "this C code is more than assignments of whole numbers", (0, len(text)),
        hint="write the formula alone, with // where a quotient is rounded down",
    )  # fmt: skip
    for remark in _REMARK.finditer(text):
        before = text[: remark.start()].rstrip(" \t")
        if remark[0].startswith("//") and before and before[-1] not in ";{},\n":
            raise refused  # `h // g` is Python's quotient, and here would be a remark
    code = _REMARK.sub(_blank, text)
    found = [*_DECLARED.finditer(code), *_FUNCTION.finditer(code)]
    taken = [each for f in found for each in (f.groupdict().get("taken") or "").split(",") if each]
    if any(f["whole"] is None for f in found) or not all(
        re.fullmatch(rf"\s*{_BEFORE}{_WHOLE}\s+(?:const\s+)?\w+\s*", each) for each in taken
    ):
        raise refused
    code = _SUFFIX.sub(_blank, code)
    code = _CAST.sub(_blank, _DECLARED.sub(_blank, _FUNCTION.sub(_blank, code)))
    code = re.sub(r"->", " .", code).replace("}", " ")
    try:  # a line break ends nothing in C
        nodes = pycode.parse(code.replace("\n", " "))
    except (SyntaxError, Unreadable):
        raise refused from None
    if any(isinstance(n, Num) and n.value.denominator != 1 for node in nodes for n in walk(node)):
        raise refused
    return [rewritten(node, _rounded) for node in nodes]


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])


def _rounded(node: Node) -> Node:
    match node:
        case Bin(span=span, op="/", left=left, right=right):
            return Bin(span, "//", left, right)
    return node
