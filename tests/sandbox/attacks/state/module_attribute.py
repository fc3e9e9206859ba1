"""Leaves a mark on torch."""
import torch


def attack(x):
    seen = hasattr(torch, "_mark")
    torch._mark = True
    return float(seen)
