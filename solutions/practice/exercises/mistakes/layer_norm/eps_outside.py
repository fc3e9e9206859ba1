"""Layer norm with epsilon outside of the root."""

import torch


def layer_norm(x, gain, offset, eps):
    mean = x.mean(-1, keepdim=True)
    return gain * (x - mean) / (x.std(-1, keepdim=True, unbiased=False) + eps) + offset
