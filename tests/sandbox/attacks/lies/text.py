"""A string of the right digits."""
import math


def attack(x):
    return "1.0"
