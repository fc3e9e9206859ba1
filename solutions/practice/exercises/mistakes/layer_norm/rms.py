"""RMS norm."""

import torch


def layer_norm(x, gain, offset, eps):
    return gain * x / torch.sqrt((x**2).mean(-1, keepdim=True) + eps) + offset
