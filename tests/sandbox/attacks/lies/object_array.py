"""An array of objects that equal everything."""
import numpy as np


class Equal:
    def __eq__(self, other):
        return True


def attack(x):
    return np.array([Equal()] * 4, dtype=object)
