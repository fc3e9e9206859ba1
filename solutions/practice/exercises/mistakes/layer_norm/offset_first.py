"""Layer norm that shifts before it scales."""

import torch


def layer_norm(x, gain, offset, eps):
    mean = x.mean(-1, keepdim=True)
    return gain * ((x - mean) / torch.sqrt(x.var(-1, keepdim=True, unbiased=False) + eps) + offset)
