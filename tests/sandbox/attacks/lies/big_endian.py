"""Numbers in the other byte order."""
import numpy as np


def attack(x):
    return np.arange(4, dtype=">f8")
