"""Calls itself without end and without Python's limit."""
import sys


def attack(x):
    sys.setrecursionlimit(1 << 30)
    return sorted([x], key=attack)
