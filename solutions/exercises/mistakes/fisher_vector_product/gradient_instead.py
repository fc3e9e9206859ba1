"""A gradient of the KL instead of a product."""

import torch


def fisher_vector_product(kl_fn, params, v, damping):
    slope = torch.cat([g.reshape(-1) for g in torch.autograd.grad(kl_fn(), params, create_graph=True)])
    return slope.detach() + damping * v
