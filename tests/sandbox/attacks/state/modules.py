"""Leaves a module behind."""
import sys


def attack(x):
    seen = "left_behind" in sys.modules
    sys.modules["left_behind"] = sys
    return float(seen)
