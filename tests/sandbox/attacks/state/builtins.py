"""Leaves a mark on the builtins."""
import builtins


def attack(x):
    seen = hasattr(builtins, "_mark")
    builtins._mark = True
    return float(seen)
