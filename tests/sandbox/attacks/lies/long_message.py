"""An exception with a message of megabytes and terminal codes."""
import math


def attack(x):
    raise ValueError("\x1b[2J" + "y" * 5_000_000)
