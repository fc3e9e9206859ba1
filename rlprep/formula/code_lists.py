"""Lists in Python's syntax: what is joined one after the other, and what is turned round."""

import ast

JOINING = {"cat", "concat", "concatenate", "stack", "hstack"}


def joined_parts(node: ast.expr) -> list[ast.expr]:
    """Return the parts of `a + [b]`, `[*a, b]` or `np.r_[a, b]`; none for another expression.

    A list beside a plus is joined to what stands there, which is a list too.
    """
    match node:
        case ast.BinOp(left=left, op=ast.Add(), right=ast.List(elts=items) as right) if items:
            return [left, right]
        case ast.BinOp(left=ast.List(elts=items) as left, op=ast.Add(), right=right) if items:
            return [left, right]
        case ast.List(elts=items) if any(isinstance(item, ast.Starred) for item in items):
            return [
                item.value
                if isinstance(item, ast.Starred)
                else ast.copy_location(ast.List([item], ast.Load()), item)
                for item in items
            ]
        case ast.Subscript(value=ast.Attribute(attr="r_"), slice=ast.Tuple(elts=items)):
            return items
    return []


def as_comprehension(node: ast.expr) -> ast.ListComp | None:
    """Return a list as one comprehension over its entries in order; None for another expression.

    `[x] * n`, `list(range(n)) * m` and lists that `sum(lists, [])` or `chain` put one after another
    are such: `[f(i, j) for i in ... for j in ...]`, whose last index runs fastest.
    """
    match node:
        case ast.ListComp():
            return node
        case ast.GeneratorExp(elt=item, generators=loops):
            return _listed(node, item, loops)
        case ast.Call(func=ast.Name(id="list" | "tuple"), args=[inner], keywords=[]):
            return as_comprehension(inner)
        case ast.Call(func=ast.Name(id="range"), args=[_] | [_, _]):
            turn = ast.Name(_unused(node, "entry"), ast.Load())
            return _listed(node, turn, [_each(turn.id, node)])
        case ast.List(elts=[ast.Starred(value=inner)]):
            return as_comprehension(inner)
        case (
            ast.BinOp(left=ast.List(elts=[item]), op=ast.Mult(), right=count)
            | ast.BinOp(left=count, op=ast.Mult(), right=ast.List(elts=[item]))
        ) if not isinstance(item, ast.Starred):
            return _listed(node, item, [_times(node, count)])
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="itertools"), attr="repeat")
            | ast.Name(id="repeat"),
            args=[item, count],
        ) if not isinstance(count, ast.Constant):
            return _listed(node, item, [_times(node, count)])
    if (lists := _joined_lists(node)) is not None:
        return _of_lists(lists)
    return _copied(node)


def written_out_list(node: ast.expr) -> ast.expr | None:
    """Return a list that others make as one comprehension, and joined copies of an array as one.

    `[0] * n` stays: whoever reads it knows an array of zeros.
    """
    match node:
        case ast.BinOp() if (copied := _copied(node)) is not None:
            return copied
        case ast.Call(func=function, args=[ast.BinOp() as copies, *rest], keywords=named) if (
            _word(function) in JOINING and (array := as_comprehension(copies)) is not None
        ):
            return ast.copy_location(ast.Call(function, [array, *rest], named), node)
        case ast.Call() if (lists := _joined_lists(node)) is not None:
            return _of_lists(lists)
    return None


def filling(statement: ast.stmt) -> ast.stmt:
    """Return `x = {i: f(i) for i in ...}` as the loop that fills x; others as they are."""
    match statement:
        case ast.Assign(
            targets=[ast.Name(id=name)], value=ast.DictComp(key=key, value=value, generators=loops)
        ) if not any(loop.ifs for loop in loops):
            place = ast.Subscript(ast.Name(name, ast.Load()), key, ast.Store())
            found: ast.stmt = ast.Assign([place], value)
            for loop in reversed(loops):
                found = ast.For(loop.target, loop.iter, [found], [])
            for node in ast.walk(found):
                if not hasattr(node, "lineno"):
                    ast.copy_location(node, statement)
            return found
    return statement


def _joined_lists(node: ast.expr) -> ast.ListComp | None:
    """Return the lists that a call puts one after another; None for another expression."""
    match node:
        case ast.Call(func=ast.Name(id="sum"), args=[lists, ast.List(elts=[])]):
            return as_comprehension(lists)
        case ast.Call(func=ast.Attribute(attr="from_iterable"), args=[lists]):
            return as_comprehension(lists)
        case ast.Call(func=function, args=[ast.Starred(value=lists)]) if _word(function) == "chain":
            return as_comprehension(lists)
        case ast.Call(func=function, args=[ast.ListComp(elt=item) as lists], keywords=[]) if (
            _word(function) in JOINING - {"stack"}
            and isinstance(item, ast.BinOp | ast.ListComp)
            and as_comprehension(item) is not None
        ):
            return lists
    return None


def _of_lists(lists: ast.ListComp) -> ast.ListComp | None:
    """Return lists one after another as one list."""
    inner = as_comprehension(lists.elt)
    return None if inner is None else _listed(
        lists, inner.elt, [*lists.generators, *inner.generators]
    )  # fmt: skip


def _copied(node: ast.expr) -> ast.ListComp | None:
    """Return `list(range(n)) * m` or `[f(i) for i in ...] * m` as one list."""
    match node:
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            for several, count in ((left, right), (right, left)):
                is_list = isinstance(several, ast.ListComp) or (
                    isinstance(several, ast.List | ast.Call) and _is_list_of_several(several)
                )
                if is_list and (inner := as_comprehension(several)) is not None:
                    return _listed(node, inner.elt, [_times(node, count), *inner.generators])
    return None


def _is_list_of_several(node: ast.List | ast.Call) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="list")) | ast.List(elts=[ast.Starred()]):
            return True
    return False


def _listed(like: ast.expr, item: ast.expr, loops: list[ast.comprehension]) -> ast.ListComp:
    found = ast.ListComp(item, loops)
    for node in ast.walk(found):
        if not hasattr(node, "lineno"):
            ast.copy_location(node, like)
    return found


def _times(node: ast.expr, count: ast.expr) -> ast.comprehension:
    """Return a loop that turns so many times, and whose variable nobody uses."""
    run = ast.Call(ast.Name("range", ast.Load()), [count], [])
    return _each(_unused(node, "turn"), run)


def _each(name: str, run: ast.expr) -> ast.comprehension:
    return ast.comprehension(ast.Name(name, ast.Store()), run, [], 0)


def _unused(node: ast.expr, word: str) -> str:
    """Return a name that an expression does not use."""
    used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    while word in used:
        word += "x"
    return word


def _word(function: ast.expr) -> str:
    match function:
        case ast.Name(id=word) | ast.Attribute(attr=word):
            return word
    return ""


def is_backwards(index: ast.expr) -> bool:
    """Whether an index is `[::-1]`."""
    match index:
        case ast.Slice(lower=None, upper=None, step=ast.UnaryOp(ast.USub(), ast.Constant(value=1))):
            return True
    return False


def counted(loop: ast.For) -> ast.For:
    """Return a loop over things that it never looks at, `for _ in ("k", "v")`, as one over numbers.

    The statement is changed in place.
    """
    match loop:
        case ast.For(target=ast.Name(id=name), iter=ast.Tuple(elts=items) | ast.List(elts=items)):
            is_used = any(isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load)
                          for statement in loop.body for n in ast.walk(statement))  # fmt: skip
            if items and not is_used:
                number = ast.copy_location(ast.Constant(len(items)), loop.iter)
                function = ast.copy_location(ast.Name("range", ast.Load()), loop.iter)
                loop.iter = ast.copy_location(ast.Call(function, [number], []), loop.iter)
    return loop


def counted_generator(each: ast.comprehension, used: list[ast.expr]) -> ast.comprehension:
    """Return `for _ in ("k", "v")` of a comprehension as one over numbers, as `counted` does."""
    match each:
        case ast.comprehension(
            target=ast.Name(id=name), iter=ast.Tuple(elts=items) | ast.List(elts=items)
        ) if items and not any(
            isinstance(n, ast.Name) and n.id == name for part in used for n in ast.walk(part)
        ):
            number = ast.copy_location(ast.Constant(len(items)), each.iter)
            function = ast.copy_location(ast.Name("range", ast.Load()), each.iter)
            run = ast.copy_location(ast.Call(function, [number], []), each.iter)
            return ast.comprehension(each.target, run, each.ifs, each.is_async)
    return each


def entry_of_part(value: ast.expr, index: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    """Return x and i + a for `x[a:][i]`, None for another entry or one that counts from an end."""
    match value, index:
        case _, ast.Slice() | ast.Tuple() | ast.UnaryOp():
            return None
        case ast.Subscript(value=whole, slice=ast.Slice(lower=None, step=None)), _:
            return whole, index
        case ast.Subscript(value=whole, slice=ast.Slice(lower=ast.expr() as first, step=None)), _:
            if isinstance(first, ast.UnaryOp):
                return None
            return whole, ast.copy_location(ast.BinOp(index, ast.Add(), first), index)
    return None
