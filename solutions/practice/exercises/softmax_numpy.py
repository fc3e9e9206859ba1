"""Softmax in NumPy, the maximum subtracted first."""

import numpy as np


def softmax(logits):
    z = np.asarray(logits)
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)
