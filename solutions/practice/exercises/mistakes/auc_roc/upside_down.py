"""Area of the reversed ranking."""

import torch


def auc_roc(scores, labels):
    p, n = scores[labels == 1], scores[labels == 0]
    d = p[:, None] - n[None, :]
    return ((d < 0).double() + 0.5 * (d == 0).double()).mean()
