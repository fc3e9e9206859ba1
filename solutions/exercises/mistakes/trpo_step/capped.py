"""A step that is shortened to the edge of the trust region, and never made longer."""

import torch


def trpo_step(g, Hvp, max_kl, n_iters):
    x = solve(Hvp, g, n_iters)
    return torch.clamp(torch.sqrt(2 * max_kl / (x @ Hvp(x))), max=1.0) * x


def solve(Hvp, g, n_iters):
    x, r, p = torch.zeros_like(g), g.clone(), g.clone()
    rs = r @ r
    for _ in range(n_iters):
        if rs < 1e-12:
            break
        Hp = Hvp(p)
        alpha = rs / (p @ Hp)
        x = x + alpha * p
        r = r - alpha * Hp
        rs_new = r @ r
        p = r + rs_new / rs * p
        rs = rs_new
    return x
