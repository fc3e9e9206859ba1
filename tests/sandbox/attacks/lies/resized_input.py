"""Changes the shape of its input."""
import torch


def attack(x):
    x.resize_(2)
    return 1.0
