"""The same with NumPy."""
import numpy as np


def attack(x):
    return np.broadcast_to(np.zeros(1), (1 << 37,))
