"""A Fisher-vector product with a factor 1/2."""

import torch


def fisher_vector_product(kl_fn, params, v, damping):
    slope = torch.cat([g.reshape(-1) for g in torch.autograd.grad(kl_fn(), params, create_graph=True)])
    product = torch.cat([g.reshape(-1) for g in torch.autograd.grad(slope @ v, params)])
    return 0.5 * product + damping * v
