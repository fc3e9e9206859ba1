"""Fisher-vector products from two gradients a small step apart along v; no second derivative."""

import torch


def fisher_vector_product(kl_fn, params, v, damping):
    step = 1e-4 / float(v.norm())
    product = (gradient(kl_fn, params, v, step) - gradient(kl_fn, params, v, -step)) / (2 * step)
    return product + damping * v


def gradient(kl_fn, params, v, step):
    kept = [parameter.detach().clone() for parameter in params]
    with torch.no_grad():
        for parameter, part in zip(params, v.split([parameter.numel() for parameter in params])):
            parameter.add_(step * part.view_as(parameter))
    slopes = torch.autograd.grad(kl_fn(), params)
    with torch.no_grad():
        for parameter, value in zip(params, kept):
            parameter.copy_(value)
    return torch.cat([slope.reshape(-1) for slope in slopes])
