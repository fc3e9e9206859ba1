"""Returns more numbers than fit."""
import torch


def attack(x):
    return torch.zeros(1 << 23)
