"""Complex numbers with the right real part."""
import torch


def attack(x):
    return torch.ones(4, dtype=torch.complex128)
