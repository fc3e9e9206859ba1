"""Replaces a function of torch for those who come after."""
import torch


def attack(x):
    seen = torch.softmax is print
    torch.softmax = print
    return float(seen)
