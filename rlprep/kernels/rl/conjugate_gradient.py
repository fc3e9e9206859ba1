"""Conjugate gradient for a symmetric positive definite matrix known by its products."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from rlprep.kernels.validation import (
    KernelInputError,
    check_counts,
    check_finite,
    check_floats,
    check_not_negative,
    check_shape,
)


def conjugate_gradient(
    matvec: Callable[[Tensor], Tensor],
    b: Float[Tensor, " P"],
    *,
    n_iters: int = 10,
    rtol: float = 1e-10,
    atol: float = 0.0,
) -> Float[Tensor, " P"]:
    """Return x with A x ≈ b, starting from x = 0.

    Stops once ‖b − A x‖ ≤ max(rtol ‖b‖, atol), or after n_iters products.

    The relative test is the default because the size of a policy gradient says nothing: against an
    absolute tolerance a small gradient is "solved" by x = 0, and no step is ever taken. The system
    is solved for b scaled to 1, so that no square underflows either.

    Args:
        matvec: v ↦ A v, A symmetric positive definite.
        b: right-hand side, flat.
        n_iters: most products with A.
        rtol: relative tolerance, 0 or more.
        atol: absolute tolerance, 0 or more; rtol = 0 and atol = √tol is the test r · r ≤ tol.

    Raises:
        KernelInputError: a product of another shape or with non-finite elements, a direction p with
            pᵀAp ≤ 0, or arguments out of range.

    Source: Hestenes and Stiefel 1952, Methods of Conjugate Gradients for Solving Linear Systems.
    Tested against: torch.linalg.solve in float64; n steps solve n equations.
    """
    kernel = "conjugate_gradient"
    check_floats(kernel, b=b)
    check_counts(kernel, least=1, n_iters=n_iters)
    check_not_negative(kernel, rtol=rtol, atol=atol)
    if b.ndim != 1:
        raise KernelInputError(
            f"expected b to be flat, [P], got {tuple(b.shape)}", where=kernel, hint="b.flatten()"
        )
    x = torch.zeros_like(b)
    scale = b.detach().norm(torch.inf).item() if len(b) else 0.0
    if scale == 0.0:
        return x
    residual = direction = b / scale
    squared = residual @ residual
    enough = max(rtol * squared.sqrt().item(), atol / scale)
    for _ in range(n_iters):
        if squared.sqrt().item() <= enough:
            break
        product = matvec(direction)
        check_shape(kernel, "matvec(p)", product, b.shape, "the shape of b")
        check_finite(kernel, **{"matvec(p)": product})
        curvature = direction @ product
        if curvature.item() <= 0:
            raise KernelInputError(
                f"expected a positive definite matrix, got pᵀAp = {curvature.item():g}",
                where=kernel,
                hint="add damping to the diagonal, and check that matvec is symmetric",
            )
        step = squared / curvature
        x = x + step * direction
        residual = residual - step * product
        before, squared = squared, residual @ residual
        direction = residual + (squared / before) * direction
    return x * scale
