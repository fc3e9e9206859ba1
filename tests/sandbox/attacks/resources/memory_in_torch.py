"""More memory than allowed, in one tensor."""
import torch


def attack(x):
    return torch.ones(1 << 30, dtype=torch.float64)
