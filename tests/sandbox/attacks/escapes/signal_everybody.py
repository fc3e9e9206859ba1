"""Signals every process that it may (with the signal that does nothing)."""
import os


def attack(x):
    os.kill(-1, 0)
    return 1.0
