"""Returns a tensor that is a terabyte to whoever copies it and 8 bytes here."""
import torch


def attack(x):
    return torch.zeros(1, dtype=torch.float64).expand(1 << 37)
