"""Looks for its own earlier notes in fresh memory."""
import torch


def attack(x):
    noted = 31337.25
    seen = any(bool((torch.empty(4096, dtype=torch.float64) == noted).any()) for _ in range(64))
    torch.full((4096,), noted, dtype=torch.float64)
    return float(seen)
