"""Submissions that are the same but for names and formatting: for staff to look at.

Two files are twins if their syntax trees are equal once comments, docstrings and annotations are
gone and every name that a file makes up itself (functions, parameters, variables, aliases of
imports) is replaced by its place in the order in which such names turn up. That finds what was
copied and renamed. It isn't an accusation: two people may have had the same source, or the same
idea. Nothing is listed that is too short to tell (a right entropy fits on one line), nor a stub in
which nobody has written anything.
"""

import ast
import hashlib
import warnings
from collections.abc import Callable, Iterable, Sequence

LEAST_NODES = 60
"""Of a syntax tree without its docstrings; shorter answers coincide by themselves."""
LEAST_TEXT = 400
"""Characters of a file that doesn't parse, blanks left out."""


def twins(
    handed: Iterable[tuple[str, str]], source_of: Callable[[str], bytes], exercises: Sequence[str]
) -> tuple[tuple[str, ...], ...]:
    """Return the groups of students whose submissions are the same.

    Args:
        handed: student and sha256 of everybody who handed in.
        source_of: gives the bytes to a sha256.
        exercises: what was asked; functions of these names keep them.
    """
    prints: dict[str, str | None] = {}
    groups: dict[str, list[str]] = {}
    for student, sha256 in handed:
        if sha256 not in prints:
            prints[sha256] = fingerprint(source_of(sha256), exercises)
        if (found := prints[sha256]) is not None:
            groups.setdefault(found, []).append(student)
    return tuple(sorted(tuple(sorted(group)) for group in groups.values() if len(group) > 1))


def fingerprint(source: bytes, exercises: Sequence[str] = ()) -> str | None:
    """Return what is equal for two twins, or None for a file that says too little."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
        tree = _Bare().visit(tree)
        if sum(1 for _ in ast.walk(tree)) < LEAST_NODES:
            return None
        text = ast.dump(_Renamed(tree, exercises).visit(tree))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        text = "".join(source.decode(errors="replace").split())
        if len(text) < LEAST_TEXT:
            return None
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


class _Bare(ast.NodeTransformer):
    """Takes away what a computer doesn't read: docstrings, annotations, statements that do nothing.

    A stub's ``raise NotImplementedError`` goes too, so that a stub is too short to be listed.
    """

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        """Drop strings and dots that stand alone."""
        return None if isinstance(node.value, ast.Constant) else self.generic_visit(node)

    def visit_Pass(self, node: ast.Pass) -> None:
        """Drop."""

    def visit_Raise(self, node: ast.Raise) -> ast.AST | None:
        """Drop a stub's refusal."""
        is_stub = "NotImplementedError" in ast.dump(node)
        return None if is_stub else self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        """Drop the annotation."""
        node.annotation = node.type_comment = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        """Make it an ordinary assignment, or nothing."""
        if node.value is None:
            return None
        return self.generic_visit(ast.Assign([node.target], node.value))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Drop what it is said to return."""
        node.returns = node.type_comment = None
        return self.generic_visit(node)


class _Renamed(ast.NodeTransformer):
    """Replaces the names that a file makes up by numbers, in the order in which they turn up.

    Every function counts its own names afresh, so that renaming in one of two functions that share
    a name makes no difference. Attributes and the names of methods stay what they are.

    Args:
        tree: the file.
        kept: names that are not the file's own idea.
    """

    def __init__(self, tree: ast.AST, kept: Sequence[str]) -> None:
        self._scopes = [dict.fromkeys(_bound(tree) - set(kept), "")]
        self._imported: dict[str, str] = {}

    def visit_Import(self, node: ast.Import) -> ast.AST:
        """Make an alias stand for what it names."""
        for alias in node.names:
            self._imported[alias.asname or alias.name] = alias.name
            alias.asname = None
        node.names.sort(key=lambda alias: alias.name)
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        """Make an alias stand for what it names."""
        for alias in node.names:
            self._imported[alias.asname or alias.name] = f"{node.module}.{alias.name}"
            alias.asname = None
        node.names.sort(key=lambda alias: alias.name)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Rename a function, and everything in it within its own scope."""
        node.name = self._new(node.name)
        node.decorator_list = [self.visit(each) for each in node.decorator_list]
        node.args.defaults = [self.visit(each) for each in node.args.defaults]
        self._scopes.append(dict.fromkeys(_bound(node), ""))
        arguments = node.args
        variadic = [each for each in (arguments.vararg, arguments.kwarg) if each]
        for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *variadic):
            self.visit(each)
        node.body = [self.visit(each) for each in node.body]
        self._scopes.pop()
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Rename."""
        node.id = self._new(node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        """Rename."""
        node.arg = self._new(node.arg)
        return node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        """Rename what is caught."""
        node.name = node.name and self._new(node.name)
        return self.generic_visit(node)

    def _new(self, name: str) -> str:
        for depth in reversed(range(len(self._scopes))):
            scope = self._scopes[depth]
            if name in scope:
                number = sum(1 for given in scope.values() if given)
                scope[name] = scope[name] or f"<{depth} {number}>"
                return scope[name]
        return self._imported.get(name, name)


def _bound(scope: ast.AST) -> set[str]:
    """Return the names that a module or a function makes up, those of functions in it left out."""
    names: set[str] = set()
    elsewhere: set[str] = set()
    pending: list[ast.AST] = [scope]
    while pending:
        node = pending.pop()
        match node:
            case ast.Name(ctx=ast.Store()):
                names.add(node.id)
            case ast.arg():
                names.add(node.arg)
            case ast.ExceptHandler(name=str(name)):
                names.add(name)
            case ast.Global() | ast.Nonlocal():
                elsewhere |= set(node.names)
        is_inner = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if is_inner and node is not scope:
            names.add(node.name)
        else:
            pending += ast.iter_child_nodes(node)
    return names - elsewhere
