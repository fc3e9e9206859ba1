"""Python to the same tree: parsed by `ast`, admitted node by node, never compiled or run.

Whatever is not on the list (a lambda, an import inside an expression, a dunder attribute, a string)
is refused with its place. Libraries are transparent (`torch.exp`, `np.exp` and `x.exp()` are one
call), `self.gamma` is gamma, and an identifier's underscores are its subscripts.

Expressions are read in `code_expressions.py`, with their names, comprehensions and calls in files
of their own, statements in `code_statements.py`.
"""

import ast
import re
import textwrap
import warnings

from rlprep.formula.code_branches import called_functions, straightened
from rlprep.formula.code_notes import with_notes
from rlprep.formula.code_reports import without_reports
from rlprep.formula.code_scans import looped
from rlprep.formula.code_statements import EARLY, Statements
from rlprep.formula.code_whiles import counted_loops
from rlprep.formula.errors import Unreadable
from rlprep.formula.lexer import MAX_CHARACTERS
from rlprep.formula.names import INDEX_WORDS
from rlprep.formula.tree import Define, Name, Node, Span

MAX_NODES = 1500
MAX_AST_DEPTH = 100
_CODE = re.compile(
    r"\b(?:torch|np|numpy|jnp|math|nn|tf|jax|th|self|F|scipy|cfg|config|args|hparams|conf)\.[a-zA-Z]"
    r"|//|<<|>>|\b(?:log1p|expm1|rsqrt)\("
    r"|\.(?:mean|sum|exp|log|clamp|clip|T|transpose|mT|softmax|pow|square|log_prob|entropy|dot"
    r"|permute|unsqueeze|cumsum|sqrt|gather|probs|logits|detach|shape|size|min|max|abs|div|mul|matmul|neg|add)\b"
    r"|\*\*|\bfor\s+\w+\s+in\b|\[[^\]]*:[^\]]*\]|^\s*(?:def|return|import|from|for|with)\b"
    r"|^\s*(?:if\b[^:\n]+|elif\b[^:\n]+|else\s*):"
    r"|^\s*[a-z_]\w*(?:\[[^\]]*\])?\s*=\s*[a-z_]\w*\s*=[^=]"
    r"|\b(?:args|self|cfg|config|params|hparams|opt)\.\w|\b(?:len|range|zip|enumerate)\("
    r"|\bfloat\(|^\s*print\(|^\s*assert\s|\blambda\s+\w+\s*(?:,\s*\w+\s*)*:"
    r"|^[ \t]*[A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)+\s*=(?!=)[^=\n]*\(.*,.*\("  # v, w = f(x), f(y)
    r"|\b(?:dim|axis)\s*=|[(,]\s*(?:logits|probs)\s*=|\bSum\(|\w\s*[+*]=|#",
    re.MULTILINE,
)
_UPDATE = re.compile(r"^[ \t]*([A-Za-z_]\w*)[ \t]*=[^=].*\n(?:.*\n)*?[ \t]*\1[ \t]*=[^=].*\b\1\b",
                     re.MULTILINE)  # fmt: skip
"""A second line for a name that uses the name itself: an assignment, since no equation says it."""

_CALLS = re.compile(
    r"\b(?:torch|np|numpy|jnp|F|tf|jax|nn)\.[a-z]|[\w\])]\.[a-z_]+\(|\bfor \w+ in\b"
)
_NOTE = re.compile(r"(?:,|;|\s\bwhere\b|\s\bwith\b)\s*(?=[A-Za-z_]\w*\s*=[^=])")


def looks_like_code(text: str) -> bool:
    """Return whether Python should be tried before mathematics."""
    code = re.sub(r"#.*", "#", text)  # a comment may hold mathematics
    if "\\" in code or "^" in code:
        return False
    return bool(_CODE.search(code) or _UPDATE.search(code))


def parse(text: str, variables: frozenset[str] = frozenset()) -> list[Node]:
    """Return the statements of Python code; `variables` are no libraries (`K.T`).

    Raises:
        SyntaxError: the text is not Python.
        Unreadable: it is, and holds something that is no formula.
    """
    reader, tree = opened(text, variables)
    nodes = with_notes(reader, tree, list(reader.body(tree.body)))
    if not nodes:
        raise Unreadable("there is no formula here", (0, len(text)))
    return nodes


def early_return(nodes: list[Node]) -> Span | None:
    """Return where a function returns before its end; None where none does."""
    for node in nodes:
        match node:
            case Define(target=Name(name=name)) if name.startswith(EARLY):
                return node.span
    return None


def parse_with_notes(text: str, variables: frozenset[str] = frozenset()) -> list[Node] | None:
    """Return the statements of `f(x, g), g = a // b`, definitions first; None if it is none such.

    Only a line that calls methods or libraries: what mathematics can read is not for Python.
    """
    first = _NOTE.search(text)
    while first is not None and _is_inside(text[: first.start()]):
        first = _NOTE.search(text, first.end())
    if first is None or "\n" in text.strip() or not _CALLS.search(text):
        return None
    head, tail = text[: first.start()], text[first.start() :]
    blanked = _NOTE.sub(lambda found: ";" + " " * (len(found[0]) - 1), tail)
    try:
        formula, *definitions = parse(head + blanked, variables)
    except (SyntaxError, Unreadable):
        return None
    return [*definitions, formula]


def _is_inside(before: str) -> bool:
    """Whether a place lies inside of brackets, by what stands before it."""
    return any(before.count(a) > before.count(b) for a, b in ("()", "[]", "{}"))


def opened(text: str, variables: frozenset[str]) -> tuple[Statements, ast.Module]:
    """Return the reader of a piece of code, and Python's tree of it.

    Raises:
        SyntaxError: the text is not Python.
        Unreadable: it is too long, or nested too deeply.
    """
    if len(text) > MAX_CHARACTERS:
        raise Unreadable("the input is too long", (MAX_CHARACTERS, len(text)))
    code = textwrap.dedent(text).replace("−", "-").replace("\t", " ")
    code = code.strip("\n").rstrip()
    if code.lstrip() != code and "\n" not in code:
        code = code.strip()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(code)
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(str(error)) from None
    tree.body = without_reports(tree.body)
    if _is_too_deep(tree):
        raise Unreadable("the code is nested too deeply", (0, len(text)))
    tree.body = straightened(looped(counted_loops(tree.body)), called_functions(tree))
    if _is_too_deep(tree):
        raise Unreadable("the code branches too often", (0, len(text)))
    reader = Statements(code, max(0, text.find(code)), variables)
    reader.names_time = _names_time(tree)
    return reader, tree


def _names_time(tree: ast.AST) -> bool:
    """Whether code says a time: by t, or by an index letter that no comprehension binds."""
    bound = {n.id for part in ast.walk(tree) if isinstance(part, ast.comprehension)
             for n in ast.walk(part.target) if isinstance(n, ast.Name)}  # fmt: skip
    places = {n.id for part in ast.walk(tree) if isinstance(part, ast.Subscript)
              for n in ast.walk(part.slice) if isinstance(n, ast.Name)}  # fmt: skip
    letters = (INDEX_WORDS | {"step", "idx"}) - {"T", "N", "s"}
    return bool(places & letters - bound) or any(
        isinstance(n, ast.Name) and n.id == "t" for n in ast.walk(tree)
    )


def _is_too_deep(tree: ast.AST) -> bool:
    level, depth, count = [tree], 0, 0
    while level:
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        depth, count = depth + 1, count + len(level)
        if depth > MAX_AST_DEPTH or count > MAX_NODES * 2:
            return True
    return False
