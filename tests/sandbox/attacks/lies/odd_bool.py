"""A bool tensor whose bytes are neither 0 nor 1."""
import torch


def attack(x):
    return torch.tensor([0, 1, 7], dtype=torch.uint8).view(torch.bool)
