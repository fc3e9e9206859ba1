"""More memory than allowed, in one array."""
import numpy as np


def attack(x):
    return np.ones(1 << 30)
