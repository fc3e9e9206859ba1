"""Entropy in NumPy: log of the normaliser minus the mean logit, both relative to the maximum."""

import numpy as np


def entropy(logits):
    logits = np.asarray(logits)
    shifted = logits - logits.max(axis=-1, keepdims=True)
    weights = np.exp(shifted)
    total = weights.sum(axis=-1)
    return np.log(total) - (weights * shifted).sum(axis=-1) / total
