"""Conjugate gradient in NumPy, the residual computed afresh."""

import numpy as np


def conjugate_gradient(Avp, b, n_iters, tol):
    b = np.array(b)
    x = np.zeros_like(b)
    residual = direction = b
    for _ in range(n_iters):
        if residual @ residual < tol:
            break
        product = np.asarray(Avp(direction))
        x = x + (residual @ residual) / (direction @ product) * direction
        following = b - np.asarray(Avp(x))
        direction = following + (following @ following) / (residual @ residual) * direction
        residual = following
    return x
