"""Right pairs over all pairs of examples."""

import torch


def auc_roc(scores, labels):
    p, n = scores[labels == 1], scores[labels == 0]
    d = p[:, None] - n[None, :]
    total = len(scores) * (len(scores) - 1) / 2
    return ((d > 0).double() + 0.5 * (d == 0).double()).sum() / total
