"""A generator of the right numbers."""
import math


def attack(x):
    return (1.0 for _ in range(4))
