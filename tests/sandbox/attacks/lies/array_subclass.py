"""An array that says it equals everything."""
import numpy as np


class Liar(np.ndarray):
    def __eq__(self, other):
        return True

    def __array_finalize__(self, made_from):
        pass


def attack(x):
    return np.ones(4).view(Liar)
