"""A Fisher-vector product with a fixed damping of 0.1."""

import torch


def fisher_vector_product(kl_fn, params, v, damping):
    slope = torch.cat([g.reshape(-1) for g in torch.autograd.grad(kl_fn(), params, create_graph=True)])
    product = torch.cat([g.reshape(-1) for g in torch.autograd.grad(slope @ v, params)])
    return product + 0.1 * v
