"""Empties a file without opening it (to the length that it has)."""
import os


def attack(x):
    os.truncate("@CANARY@", 5)
    return 1.0
