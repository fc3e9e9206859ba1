"""A conjugate gradient that keeps the first r.r."""

import torch


def conjugate_gradient(Avp, b, n_iters, tol):
    x = torch.zeros_like(b)
    r = b.clone()
    p = r.clone()
    rs = r @ r
    for _ in range(n_iters):
        if r @ r < tol:
            break
        Ap = Avp(p)
        alpha = rs / (p @ Ap)
        x = x + alpha * p
        r = r - alpha * Ap
        rs_new = r @ r
        beta = rs_new / rs
        p = r + beta * p
    return x
