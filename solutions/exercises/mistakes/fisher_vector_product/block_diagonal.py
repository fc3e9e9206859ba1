"""A Fisher-vector product without the blocks between parameters."""

import torch


def fisher_vector_product(kl_fn, params, v, damping):
    slopes = torch.autograd.grad(kl_fn(), params, create_graph=True)
    parts, start = [], 0
    for parameter, slope in zip(params, slopes):
        piece = v[start : start + parameter.numel()]
        start += parameter.numel()
        (product,) = torch.autograd.grad(slope.reshape(-1) @ piece, parameter, retain_graph=True)
        parts.append(product.reshape(-1))
    return torch.cat(parts) + damping * v
