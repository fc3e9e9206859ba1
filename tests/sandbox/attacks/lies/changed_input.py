"""Changes its input and returns it."""
import torch


def attack(x):
    x += 1
    return x
