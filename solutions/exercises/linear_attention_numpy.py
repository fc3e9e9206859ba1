"""Linear attention in NumPy."""

import numpy as np


def linear_attention(q, k, v, eps):
    phi_q, phi_k, v = features(np.asarray(q)), features(np.asarray(k)), np.asarray(v)
    memory = np.einsum("...md,...me->...de", phi_k, v)
    bottom = np.einsum("...nd,...d->...n", phi_q, phi_k.sum(axis=-2)) + eps
    return np.einsum("...nd,...de->...ne", phi_q, memory) / bottom[..., None]


def features(x):
    return np.where(x > 0, x + 1, np.exp(np.minimum(x, 0)))
