"""Conjugate gradient in torch."""

import torch


def conjugate_gradient(Avp, b, n_iters, tol):
    x, r, p = torch.zeros_like(b), b.clone(), b.clone()
    squared = r @ r
    for _ in range(n_iters):
        if squared < tol:
            break
        product = Avp(p)
        alpha = squared / (p @ product)
        x += alpha * p
        r -= alpha * product
        before, squared = squared, r @ r
        p = r + squared / before * p
    return x
