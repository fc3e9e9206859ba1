"""A Fisher-vector product damped twice."""

import torch


def fisher_vector_product(kl_fn, params, v, damping):
    slope = torch.cat([g.reshape(-1) for g in torch.autograd.grad(kl_fn(), params, create_graph=True)])
    product = torch.cat([g.reshape(-1) for g in torch.autograd.grad(slope @ v, params)])
    return product + 2 * damping * v
