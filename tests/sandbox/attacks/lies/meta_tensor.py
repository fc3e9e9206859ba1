"""A tensor without numbers."""
import torch


def attack(x):
    return torch.ones(4, device="meta")
