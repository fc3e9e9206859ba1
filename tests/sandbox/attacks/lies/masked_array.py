"""An array whose wrong entries are masked."""
import numpy as np


def attack(x):
    return np.ma.masked_all(4)
