"""KL of categoricals in NumPy, the maximum subtracted before the exponential."""

import numpy as np


def log_softmax(logits):
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def kl_categorical(logits_p, logits_q):
    log_p, log_q = log_softmax(np.asarray(logits_p)), log_softmax(np.asarray(logits_q))
    return np.sum(np.exp(log_p) * (log_p - log_q), axis=-1)
