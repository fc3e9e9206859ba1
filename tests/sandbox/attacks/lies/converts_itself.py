"""An object that becomes an array when asked."""
import numpy as np


class Liar:
    shape, dtype = (4,), np.dtype("float64")

    def __array__(self, *args, **kwargs):
        return np.ones(4)

    def __float__(self):
        return 1.0

    def __len__(self):
        return 4


def attack(x):
    return Liar()
