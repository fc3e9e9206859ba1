"""Floods the descriptor below Python's own streams."""
import os


def attack(x):
    while True:
        os.write(2, b"y" * 65536)
