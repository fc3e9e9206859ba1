"""What NumPy's, torch's and SciPy's functions do to the arrays of a trajectory, exactly.

Each function takes the arrays of its arguments and of its keywords. What a function does with an
argument that is not looked at here is not guessed: unknown keywords leave a line undecided.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from inspect import signature
from itertools import accumulate
from operator import add, mul

from rlprep.formula.decide.array_entries import ONE, ZERO, Entry
from rlprep.formula.decide.array_matrices import MATRICES, Function
from rlprep.formula.decide.tensor import ShapeError, Tensor, combined, stacked
from rlprep.formula.errors import Undecidable

Keywords = dict[str, Tensor]

WITHOUT_EFFECT = {"dtype", "device", "copy", "requires_grad"}
"""Keywords that leave the entries as they are."""


def number(value: int | Fraction) -> Tensor:
    """Return one plain number."""
    return Tensor.scalar(Entry(Fraction(value)))


def vector(entries: Sequence[Entry]) -> Tensor:
    """Return an array of one axis."""
    return Tensor((len(entries),), list(entries))


def whole(value: Tensor) -> int:
    """Return the whole number that an argument is."""
    return value.item.whole


def taken(x: Tensor, axis: int, places: Sequence[int]) -> Tensor:
    """Return the entries at some places of an axis, in the order of the places."""
    axis = x.axis(axis)
    if not places:
        return Tensor((*x.shape[:axis], 0, *x.shape[axis + 1 :]), [])
    return stacked([x.picked(axis, place) for place in places], axis)


def summed(x: Tensor, axis: int) -> Tensor:
    """Return the sums along an axis; of nothing they are 0."""
    return x.reduced(axis, lambda row: _total(row, ZERO, add)) if x.shape[x.axis(axis)] else (
        Tensor((*x.shape[: x.axis(axis)], *x.shape[x.axis(axis) + 1 :]), [ZERO])
    )  # fmt: skip


def _total(row: list[Entry], start: Entry, step: Callable[[Entry, Entry], Entry]) -> Entry:
    for entry in row:
        start = step(start, entry)
    return start


def _axes(x: Tensor, given: Tensor | None) -> list[int]:
    """Return the axes that an argument names, all of them where there is none."""
    if given is None:
        return list(range(x.ndim))
    return [x.axis(entry.whole) for entry in given.data]


def flipped(x: Tensor, axis: Tensor | None = None, *, dims: Tensor | None = None) -> Tensor:
    """`flip`: the last comes first."""
    for each in _axes(x, axis if axis is not None else dims):
        x = taken(x, each, range(x.shape[each])[::-1])
    return x


def first_axis_flipped(x: Tensor) -> Tensor:
    """`x[::-1]`, `reversed(x)`, `flipud(x)`."""
    return taken(x, 0, range(x.shape[x.axis(0)])[::-1])


def _running(step: Callable[[Entry, Entry], Entry]) -> Function:
    def running(x: Tensor, axis: Tensor | None = None, *, dim: Tensor | None = None) -> Tensor:
        axis = axis if axis is not None else dim
        if axis is None and x.ndim != 1:
            raise Undecidable("an axis is missing")
        rows = x.permuted(_last(x, _axes(x, axis)))
        size = rows.shape[-1]
        data = [
            entry for start in range(0, len(rows.data), max(size, 1))
            for entry in accumulate(rows.data[start : start + size], step)
        ]  # fmt: skip
        order = _last(x, _axes(x, axis))
        return Tensor(rows.shape, data).permuted([order.index(a) for a in range(x.ndim)])

    return running


def _last(x: Tensor, axes: list[int]) -> list[int]:
    if len(axes) != 1:
        raise Undecidable("one axis is needed")
    return [*(a for a in range(x.ndim) if a not in axes), *axes]


def added(x: Tensor, axis: Tensor | None = None, *, dim: Tensor | None = None) -> Tensor:
    """`sum`: along the axes that are named, or of all entries."""
    for each in sorted(_axes(x, axis if axis is not None else dim), reverse=True):
        x = summed(x, each)
    return x


def joined(*parts: Tensor) -> Tensor:
    """`concatenate` and its like: arrays of one axis (or single numbers) one after the other."""
    axes = {part.ndim or 1 for part in parts}
    if len(axes) > 1:
        raise ShapeError("arrays of different axes are joined")
    if axes != {1}:
        raise Undecidable("arrays of several axes are joined")
    return vector([entry for part in parts for entry in part.data])


def padded(x: Tensor, widths: Tensor) -> Tensor:
    """`pad(x, (a, b))`: a zeros before, b behind."""
    if x.ndim != 1 or widths.shape != (2,):
        raise Undecidable("an array of several axes is padded")
    before, behind = (entry.whole for entry in widths.data)
    if min(before, behind) < 0:
        raise Undecidable("an array is cut by a negative width")
    return vector([ZERO] * before + x.data + [ZERO] * behind)


def rolled(x: Tensor, by: Tensor, axis: Tensor | None = None) -> Tensor:
    """`roll`: what leaves at one end comes in at the other."""
    if x.ndim != 1 or (axis is not None and _axes(x, axis) != [0]):
        raise Undecidable("an array of several axes is rolled")
    size = x.shape[0]
    return taken(x, 0, [(place - whole(by)) % size for place in range(size)])


def filtered(b: Tensor, a: Tensor, x: Tensor, axis: Tensor | None = None) -> Tensor:
    """`lfilter`: a_0 y_n = sum_i b_i x_{n-i} - sum_{i>0} a_i y_{n-i}."""
    if x.ndim != 1 or b.ndim > 1 or a.ndim > 1 or (axis is not None and _axes(x, axis) != [0]):
        raise Undecidable("a filter of several axes")
    found: list[Entry] = []
    for n in range(x.shape[0]):
        value = ZERO
        for i, weight in enumerate(b.data[: n + 1]):
            value = value + weight * x.data[n - i]
        for i, weight in enumerate(a.data[1 : n + 1], 1):
            value = value - weight * found[n - i]
        found.append(value / a.data[0])
    return vector(found)


def discounted(x: Tensor, rate: Tensor) -> Tensor:
    """`discount_cumsum(x, c)`: y_t = x_t + c y_{t+1}, by the name that everyone gives it."""
    turned = filtered(vector([ONE]), vector([ONE, -rate.item]), first_axis_flipped(x))
    return first_axis_flipped(turned)


def arange(*ends: Tensor) -> Tensor:
    """`arange`: whole numbers from the first end to the one before the second."""
    if not 1 <= len(ends) <= 3:
        raise Undecidable("positions in unusual steps")
    numbers = range(*(whole(end) for end in ends))
    return vector([Entry(Fraction(n)) for n in numbers])


def _filled(value: Entry) -> Function:
    def filled(*sizes: Tensor) -> Tensor:
        shape = tuple(entry.whole for size in sizes for entry in size.data)
        return Tensor.build(shape, lambda *_: value)

    return filled


def full(size: Tensor, value: Tensor) -> Tensor:
    """`full(n, c)`."""
    return _filled(value.item)(size)


def chosen(condition: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """`where(c, a, b)`."""

    def one(pair: tuple[Entry, Entry], b: Entry) -> Entry:
        wanted, a = pair
        return a if wanted.number else b

    pairs = combined(lambda c, x: (c, x), condition, a)
    return combined(one, pairs, b)


def _greatest(x: Entry, y: Entry) -> Entry:
    return Entry(max(x.number, y.number))


def _least(x: Entry, y: Entry) -> Entry:
    return Entry(min(x.number, y.number))


def clipped(
    x: Tensor, lo: Tensor | None = None, hi: Tensor | None = None, *,
    min: Tensor | None = None, max: Tensor | None = None,  # torch's names
    a_min: Tensor | None = None, a_max: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """`clip`, `clamp`: of plain numbers, as exponents are."""
    for limit in (lo, min, a_min):
        if limit is not None:
            x = combined(_greatest, x, limit)
    for limit in (hi, max, a_max):
        if limit is not None:
            x = combined(_least, x, limit)
    return x


def reshaped(x: Tensor, *shape: Tensor) -> Tensor:
    """`reshape`, `view`; one size may be -1."""
    sizes = [entry.whole for size in shape for entry in size.data]
    known = 1
    for size in sizes:
        known *= size if size != -1 else 1
    free = len(x.data) // known if known else 0
    return x.reshaped(tuple(free if size == -1 else size for size in sizes))


def expanded(x: Tensor, axis: Tensor | None = None, *, dim: Tensor | None = None) -> Tensor:
    """`unsqueeze`, `expand_dims`."""
    axis = axis if axis is not None else dim
    if axis is None:
        raise Undecidable("an axis is missing")
    return x.expanded(whole(axis))


def convolved(a: Tensor, b: Tensor, mode: Tensor | None = None) -> Tensor:
    """`convolve(a, b)`, of full length: c_n = sum_i a_i b_{n-i}."""
    if a.ndim != 1 or b.ndim != 1 or mode is not None:
        raise Undecidable("a convolution that is cut off")
    size = len(a.data) + len(b.data) - 1
    found = [ZERO] * max(size, 0)
    for i, x in enumerate(a.data):
        for j, y in enumerate(b.data):
            found[i + j] = found[i + j] + x * y
    return vector(found)


def at_point(coefficients: Tensor, x: Tensor) -> Tensor:
    """`polyval(p, x)`: Horner's rule, the highest power first."""
    value = ZERO
    for entry in coefficients.data:
        value = value * x.item + entry
    return Tensor.scalar(value)


def _pairwise(step: Callable[[Entry, Entry], Entry]) -> Function:
    return lambda a, b: combined(step, a, b)


def _same(x: Tensor) -> Tensor:
    return x


FUNCTIONS: dict[str, Function] = {
    "flip": flipped, "flipud": first_axis_flipped, "reversed": first_axis_flipped,
    "cumsum": _running(add), "cumprod": _running(mul), "add_accumulate": _running(add),
    "multiply_accumulate": _running(mul), "sum": added, "fsum": added, "append": joined,
    "pad": padded, "roll": rolled, "lfilter": filtered,
    "arange": arange, "range": arange, "zeros": _filled(ZERO),
    "ones": _filled(ONE), "full": full, "zeros_like": lambda x: x.map(lambda _: ZERO),
    "ones_like": lambda x: x.map(lambda _: ONE),
    "full_like": lambda x, value: x.map(lambda _: value.item), "where": chosen,
    "maximum": _pairwise(_greatest), "minimum": _pairwise(_least), "clip": clipped,
    "clamp": clipped, "abs": lambda x: x.map(lambda e: Entry(abs(e.number))),
    "power": _pairwise(lambda a, b: a**b), "pow": _pairwise(lambda a, b: a**b),
    "float_power": _pairwise(lambda a, b: a**b), "multiply": _pairwise(mul),
    "mul": _pairwise(mul), "add": _pairwise(add), "subtract": _pairwise(lambda a, b: a - b),
    "sub": _pairwise(lambda a, b: a - b), "divide": _pairwise(lambda a, b: a / b),
    "div": _pairwise(lambda a, b: a / b), "true_divide": _pairwise(lambda a, b: a / b),
    "reshape": reshaped, "view": reshaped, "unsqueeze": expanded, "expand_dims": expanded,
    "polyval": at_point, "convolve": convolved, "discount_cumsum": discounted,
    "discounted_cumsum": discounted, "discount": discounted, "discounted_sum": discounted,
    "shape": lambda x: vector([Entry(Fraction(size)) for size in x.shape]),
    "size": lambda x, axis: number(x.shape[x.axis(whole(axis))]),
    "len": lambda x: number(x.shape[x.axis(0)]),
    **dict.fromkeys(
        ("asarray", "array", "tensor", "as_tensor", "list", "tuple", "float", "from_numpy",
         "ascontiguousarray", "FloatTensor", "stop_gradient", "copy", "float32", "float64",
         "tolist"), _same),
    **dict.fromkeys(("ravel", "flatten", "atleast_1d"), lambda x: vector(x.data)),
    "squeeze": lambda x: x.reshaped(tuple(size for size in x.shape if size != 1)),
    **MATRICES,
}  # fmt: skip
"""Functions by the names that code gives them, a library's name before the dot left out."""

JOINING = {"concatenate", "concat", "cat", "hstack"}
"""Functions that join the arrays of one list."""


def applied(name: str, arguments: list[Tensor], keywords: Keywords) -> Tensor:
    """Return what a function gives.

    Raises:
        Undecidable: it is not known here, or not with these arguments.
        ShapeError: the arrays do not fit.
    """
    function = FUNCTIONS.get(name)
    if function is None:
        raise Undecidable(f"{name} has no meaning here")
    said = {key: value for key, value in keywords.items() if key not in WITHOUT_EFFECT}
    try:
        signature(function).bind(*arguments, **said)
    except TypeError:
        raise Undecidable(f"{name} is called in an unusual way") from None
    return function(*arguments, **said)
