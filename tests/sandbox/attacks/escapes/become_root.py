"""Becomes root again."""
import os


def attack(x):
    os.setresuid(0, 0, 0)
    return 1.0
