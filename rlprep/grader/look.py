"""What a submission defines, read from its syntax tree: nothing of it is imported or run here."""

import ast
import difflib
import io
import tokenize
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rlprep.grader.result import Verdict


class UnreadableSourceError(Exception):
    """The text is no Python source."""

    def __init__(self, message: str, verdict: Verdict, line: int | None = None) -> None:
        super().__init__(message)
        self.verdict = verdict
        self.line = line


@dataclass(frozen=True)
class Defined:
    """A known function that the file defines."""

    name: str
    line: int
    fault: str | None = None
    """Why it can't be called as the exercise calls it; None where nothing speaks against it."""
    parameters: tuple[str, ...] = ()
    unused: frozenset[str] = frozenset()
    """Parameters that its text never reads."""


@dataclass(frozen=True)
class Look:
    """What a file defines."""

    known: tuple[Defined, ...]
    """Known functions, in the order of the file."""
    others: tuple[str, ...] = field(default=())
    """The names of its other functions."""

    def nearest(self, names: Mapping[str, int]) -> tuple[str, str] | None:
        """Return the pair of a name in the file and the known name that it resembles most."""
        best: tuple[float, str, str] | None = None
        for other in self.others:
            for name in difflib.get_close_matches(other.lower(), list(names), 1, 0.6):
                ratio = difflib.SequenceMatcher(None, other.lower(), name).ratio()
                best = max(best or (0.0, "", ""), (ratio, other, name))
        return best[1:] if best else None


def look(source: bytes, arities: Mapping[str, int]) -> Look:
    """Return what a source defines.

    Args:
        source: the file.
        arities: the name of each exercise and the number of its positional arguments.

    Raises:
        UnreadableSourceError: it doesn't parse.
    """
    tree = _parse(source)
    bindings: dict[str, ast.AST] = {}
    candidates: dict[str, list[ast.AST]] = {}
    for name, node, is_certain in _bindings(tree.body):
        bindings[name] = node
        # The last one counts, as in Python; of those in branches any may be it.
        candidates[name] = [*([] if is_certain else candidates.get(name, [])), node]
    known = [
        _first_without_fault([_defined(name, node, arities[name]) for node in nodes])
        for name, nodes in candidates.items()
        if name in arities
    ]
    known = [each for each in known if not _is_helper(each, known, bindings)]
    known.sort(key=lambda each: each.line)
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    others = [n for n, node in bindings.items() if n not in arities and isinstance(node, functions)]
    return Look(tuple(known), tuple(others))


def _parse(source: bytes) -> ast.Module:
    try:
        # Python itself would let broken bytes pass in a comment.
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        source.decode(encoding)
    except (SyntaxError, UnicodeDecodeError):
        text = "not UTF-8 text: save the file as UTF-8"
        raise UnreadableSourceError(text, Verdict.REFUSED_FILE) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except SyntaxError as error:
        message = error.msg or "invalid syntax"
        raise UnreadableSourceError(message, Verdict.SYNTAX, error.lineno) from None
    except (ValueError, MemoryError, RecursionError) as error:
        what = "nested too deeply" if not isinstance(error, ValueError) else str(error)
        raise UnreadableSourceError(what, Verdict.SYNTAX) from None


def _bindings(body: list[ast.stmt], is_certain: bool = True) -> Iterator[tuple[str, ast.AST, bool]]:
    """Yield what a module binds, also inside if, try, with, loops; and whether it surely does."""
    for node in body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name, node, is_certain
            case ast.Assign():
                for target in node.targets:
                    yield from ((*pair, is_certain) for pair in _assigned(target, node.value))
            case ast.AnnAssign(value=ast.expr() as value):
                yield from ((*pair, is_certain) for pair in _assigned(node.target, value))
            case ast.Import() | ast.ImportFrom():
                for alias in node.names:
                    yield (alias.asname or alias.name).split(".")[0], node, is_certain
            case _:
                inner_is_certain = is_certain and isinstance(node, ast.With)
                parts = [getattr(node, part, []) for part in ("body", "orelse", "finalbody")]
                parts += [each.body for each in getattr(node, "handlers", [])]
                for part in parts:
                    yield from _bindings(part, inner_is_certain)


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.AST]]:
    """Yield the names that an assignment binds; an attribute or an entry of a name binds none."""
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Starred):
        yield from _assigned(target.value, target)
    elif isinstance(target, ast.Tuple | ast.List):
        values = target.elts  # stand for whatever unpacking gives
        if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(values):
            values = value.elts
        for each, part in zip(target.elts, values, strict=True):
            yield from _assigned(each, part)


def _first_without_fault(candidates: list[Defined]) -> Defined:
    return next((each for each in candidates if each.fault is None), candidates[-1])


def _defined(name: str, node: ast.AST, arity: int) -> Defined:
    parameters: tuple[str, ...] = ()
    unused: frozenset[str] = frozenset()
    if isinstance(node, ast.FunctionDef) and not node.args.vararg:
        parameters = tuple(a.arg for a in (*node.args.posonlyargs, *node.args.args))
        read = {
            n.id
            for statement in node.body
            for n in ast.walk(statement)
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
        }
        unused = frozenset(parameters) - read if "locals" not in read else frozenset()
    fault = _fault(name, node, arity)
    return Defined(name, getattr(node, "lineno", 1), fault, parameters, unused)


def _fault(name: str, node: ast.AST, arity: int) -> str | None:
    if isinstance(node, ast.AsyncFunctionDef):
        return f"'async def {name}' gives a coroutine when it is called: write 'def {name}'"
    if isinstance(node, ast.ClassDef):
        return f"{name} is a class; the exercise calls a function: write 'def {name}'"
    if isinstance(node, ast.Constant | ast.List | ast.Tuple | ast.Dict | ast.Set | ast.JoinedStr):
        return f"{name} is no function: write 'def {name}'"
    if not isinstance(node, ast.FunctionDef | ast.Lambda):
        return None  # an alias, a partial, an import: the call itself will tell
    if isinstance(node, ast.FunctionDef) and node.decorator_list:
        return None
    arguments = node.args
    positional = len(arguments.posonlyargs) + len(arguments.args)
    needed = positional - len(arguments.defaults)
    pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    keywords = [argument.arg for argument, default in pairs if default is None]
    if keywords:
        return f"{name} needs {', '.join(keywords)} by name; all arguments come by position"
    if needed > arity or (positional < arity and arguments.vararg is None):
        takes = str(positional) if needed == positional else f"{needed} to {positional}"
        return f"{name} takes {takes} arguments, the exercise passes {arity}"
    return None


def _is_helper(this: Defined, known: list[Defined], bindings: dict[str, ast.AST]) -> bool:
    """Tell whether a function with an exercise's name only serves another one of the file.

    A TRPO step with a `conjugate_gradient` of three arguments beside it is one exercise, not two.
    """
    if this.fault is None:
        return False
    others = (each for each in known if each is not this and each.fault is None)
    return any(bindings[this.name] in _reach(other.name, bindings) for other in others)


def _reach(name: str, bindings: dict[str, ast.AST]) -> list[ast.AST]:
    """Return the node of a function and those of the file's functions that it names."""
    seen = {name}
    reach = [bindings[name]]
    for part in reach:
        for node in ast.walk(part):
            if isinstance(node, ast.Name) and node.id in bindings and node.id not in seen:
                seen.add(node.id)
                target = bindings[node.id]
                if not isinstance(target, ast.Import | ast.ImportFrom):
                    reach.append(target)
    return reach
