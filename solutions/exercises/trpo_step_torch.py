"""The natural step in torch."""

import torch


def trpo_step(g, Hvp, max_kl, n_iters):
    x = conjugate_gradient(Hvp, g, n_iters)
    return torch.sqrt(2 * max_kl / (x @ Hvp(x))) * x


def conjugate_gradient(Avp, b, n_iters):
    x, r, p = torch.zeros_like(b), b.clone(), b.clone()
    squared = r @ r
    for _ in range(n_iters):
        product = Avp(p)
        alpha = squared / (p @ product)
        x += alpha * p
        r -= alpha * product
        before, squared = squared, r @ r
        if squared < 1e-20 * (b @ b):  # relative: a small gradient isn't a solved system
            break
        p = r + squared / before * p
    return x
