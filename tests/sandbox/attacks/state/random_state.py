"""Counts the cases by the state of a generator."""
import random


def attack(x):
    seen = random.getstate()[1][-1] not in (624,)
    random.random()
    return float(seen)
