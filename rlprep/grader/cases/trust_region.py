"""Trust regions: curvature products, conjugate gradient, and the natural step."""

from itertools import pairwise

import numpy as np

from rlprep.grader.cases.case import Case, Draw
from rlprep.sandbox.wire import Built, LeavesOf


def fisher_vector_product(draw: Draw) -> list[Case]:
    """Return the cases of the Fisher-vector product: two kinds of policy, damped and not."""

    def case(family: str, kind: str, damping: float, hidden: int = 0, rows: int = 6) -> Case:
        inputs, outputs = draw.count(2, 3), draw.count(2, 4)
        widths = [inputs, *([hidden] if hidden else []), outputs]
        params = [
            part
            for a, b in pairwise(widths)
            for part in (draw.normal(a, b, scale=0.7), draw.normal(b, scale=0.3))
        ]
        if kind == "gaussian":
            params.append(draw.away(0.1, 0.6, outputs))
        policy = {"observations": draw.normal(rows, inputs), "params": params}
        size = sum(part.size for part in params)
        built = Built(f"mean_kl_{kind}", policy)
        return Case(family, (built, LeavesOf(0), draw.normal(size), damping))

    contract = case("contract", "categorical", 0.1, hidden=3)
    return [
        case("product", "categorical", 0.0),
        case("product", "categorical", 0.0, hidden=3),
        case("product", "categorical", 0.0, hidden=4, rows=12),
        case("damping", "categorical", draw.number(0.05, 0.3)),
        case("damping", "categorical", draw.number(0.5, 2.0), hidden=3),
        case("gaussian", "gaussian", 0.0),
        case("gaussian", "gaussian", draw.number(0.05, 0.3), hidden=3),
        case("one_state", "categorical", 0.0, rows=1),
        case("one_state", "gaussian", draw.number(0.05, 0.3), rows=1),
        Case("contract", contract.arguments, contract=True),
    ]


def definite(draw: Draw, size: int, condition: float = 30.0) -> np.ndarray:
    """Return a symmetric positive definite matrix with spread eigenvalues."""
    basis, _ = np.linalg.qr(draw.normal(size, size))
    eigenvalues = np.geomspace(1.0, condition, size) * draw.uniform(0.9, 1.1, size)
    matrix = (basis * eigenvalues) @ basis.T
    return (matrix + matrix.T) / 2


def residuals(matrix: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return r before the first iteration of conjugate gradient and after each of them, as rows."""
    rows = [b]
    direction = b
    for _ in range(len(b)):
        old, product = rows[-1], matrix @ direction
        new = old - (old @ old) / (direction @ product) * product
        rows.append(new)
        direction = new + (new @ new) / (old @ old) * direction
    return np.stack(rows)


def other_stops(rows: np.ndarray, tol: float) -> set[int]:
    """Return after how many iterations those stop who compare something else than r·r with tol."""
    squares = (rows * rows).sum(1)
    others = (
        squares / squares[0],
        np.sqrt(squares),
        np.sqrt(squares / squares[0]),
        abs(rows).max(1),
    )
    return {int(np.argmax([*(other < tol), True])) for other in others}


def _slow_system(draw: Draw, size: int, scale: float = 3.0) -> tuple[np.ndarray, np.ndarray]:
    """Return A and b that need every iteration: all residuals but the last are far from 0."""
    while True:
        matrix, b = definite(draw, size), draw.normal(size, scale=scale)
        if (residuals(matrix, b)[:-1] ** 2).sum(1).min() > 1e-4 * scale**2:
            return matrix, b


def conjugate_gradient(draw: Draw) -> list[Case]:
    """Return the cases of conjugate gradient."""

    def full(family: str, size: int, scale: float = 3.0) -> Case:
        matrix, b = _slow_system(draw, size, scale)
        return Case(family, (Built("matvec", {"matrix": matrix}), b, size, 1e-16 * scale**2))

    def cut(size: int, iterations: int) -> Case:
        matrix, b = _slow_system(draw, size)
        return Case("few_iterations", (Built("matvec", {"matrix": matrix}), b, iterations, 1e-16))

    def early(size: int, telling: bool = False) -> Case:
        """Return a case whose tolerance lies well between r·r of two iterations.

        Whoever compares something else than r·r with a telling one stops elsewhere.
        """
        while True:
            matrix, b = _slow_system(draw, size)
            rows = residuals(matrix, b)
            squares = (rows * rows).sum(1)
            for k in range(2, size - 1):
                lowest = min(squares[:k])
                if squares[k] >= lowest / 9:
                    continue
                for tol in (0.1, 0.2, 0.05) if telling else (0.1,):
                    scale = np.sqrt(tol) / (lowest * squares[k]) ** 0.25
                    if not telling or k not in other_stops(scale * rows, tol):
                        built = Built("matvec", {"matrix": matrix})
                        return Case("early_stop", (built, scale * b, size + 2, tol))

    def multiple_of_identity(size: int) -> Case:
        # A power of 2 is exact: the residual is 0 after one iteration, whatever the order of sums.
        matrix = np.eye(size) * float(draw.rng.choice([0.5, 2.0, 4.0]))
        return Case("easy", (Built("matvec", {"matrix": matrix}), draw.normal(size), size, 1e-10))

    contract = full("contract", 5)
    return [
        full("solution", 4),
        full("solution", 6),
        full("solution", 8),
        cut(8, 3),
        cut(10, 4),
        cut(6, 1),
        early(8),
        early(8, telling=True),
        early(10),
        multiple_of_identity(5),
        full("easy", 1),
        full("scale", 5, scale=1e3),
        full("scale", 5, scale=0.03),
        Case("contract", contract.arguments, contract=True),
    ]


def trpo_step(draw: Draw) -> list[Case]:
    """Return the cases of the natural step; no case depends on when a solver calls it done."""

    def case(family: str, size: int, max_kl: float, iterations: int | None = None, scale=10.0):  # noqa: ANN001, ANN202
        matrix, g = _slow_system(draw, size, scale)
        built = Built("matvec", {"matrix": matrix})
        return Case(family, (g, built, max_kl, iterations or size))

    contract = case("contract", 5, 0.01)
    return [
        case("step", 4, 0.01),
        case("step", 6, 0.01),
        case("step", 5, draw.number(0.02, 0.1)),
        case("trust_region", 5, 0.5),
        case("trust_region", 5, 0.001),
        case("trust_region", 4, draw.number(20, 60), scale=1.0),  # further than x itself
        case("few_iterations", 8, 0.01, iterations=3),
        case("few_iterations", 8, 0.02, iterations=1),
        case("gradient_scale", 5, 0.01, scale=1e3),
        case("gradient_scale", 1, 0.01),
        Case("contract", contract.arguments, contract=True),
    ]
