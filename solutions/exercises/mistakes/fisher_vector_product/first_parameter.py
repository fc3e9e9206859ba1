"""A Fisher-vector product of the first parameter alone."""

import torch


def fisher_vector_product(kl_fn, params, v, damping):
    slope = torch.autograd.grad(kl_fn(), params[0], create_graph=True)[0].reshape(-1)
    part = v[: slope.numel()]
    product = torch.autograd.grad(slope @ part, params[0])[0].reshape(-1)
    return torch.cat([product, torch.zeros_like(v[slope.numel() :])]) + damping * v
