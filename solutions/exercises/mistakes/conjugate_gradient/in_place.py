"""A conjugate gradient that overwrites b."""

import torch


def conjugate_gradient(Avp, b, n_iters, tol):
    x = torch.zeros_like(b)
    r, p = b, b.clone()
    rs = r @ r
    for _ in range(n_iters):
        if rs < tol:
            break
        Ap = Avp(p)
        alpha = rs / (p @ Ap)
        x += alpha * p
        r -= alpha * Ap
        rs_new = r @ r
        p = r + rs_new / rs * p
        rs = rs_new
    return x
