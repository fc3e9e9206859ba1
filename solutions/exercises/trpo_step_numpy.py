"""The natural step in NumPy: along the search, x H x is x g."""

import numpy as np


def trpo_step(g, Hvp, max_kl, n_iters):
    g = np.array(g)
    x, residual, direction = np.zeros_like(g), g.copy(), g.copy()
    for _ in range(n_iters):
        squared = residual @ residual
        product = np.asarray(Hvp(direction))
        alpha = squared / (direction @ product)
        x += alpha * direction
        residual -= alpha * product
        if residual @ residual < 1e-18 * (g @ g):
            break
        direction = residual + (residual @ residual) / squared * direction
    return np.sqrt(2 * max_kl / (x @ g)) * x
