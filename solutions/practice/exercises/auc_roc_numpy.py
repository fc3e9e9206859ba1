"""AUC in NumPy, from mean ranks (Mann-Whitney U)."""

import numpy as np


def auc_roc(scores, labels):
    s, y = np.asarray(scores), np.asarray(labels)
    order = np.sort(s)
    low, high = np.searchsorted(order, s, "left"), np.searchsorted(order, s, "right")
    ranks = (low + high + 1) / 2
    positives = (y == 1).sum()
    negatives = len(y) - positives
    u = ranks[y == 1].sum() - positives * (positives + 1) / 2
    return u / (positives * negatives)
