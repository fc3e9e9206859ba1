"""Reads from the pipe of reports, where another's report might lie."""
import os


def attack(x):
    os.read(4, 1)
    return 1.0
