"""Fisher-vector products by double backward."""

import torch


def fisher_vector_product(kl_fn, params, v, damping):
    slopes = torch.autograd.grad(kl_fn(), params, create_graph=True)
    along_v = torch.cat([slope.reshape(-1) for slope in slopes]) @ v
    products = torch.autograd.grad(along_v, params)
    return torch.cat([product.reshape(-1) for product in products]) + damping * v
