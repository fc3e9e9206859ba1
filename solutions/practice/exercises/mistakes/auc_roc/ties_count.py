"""Area in which ties count in full."""

import torch


def auc_roc(scores, labels):
    p, n = scores[labels == 1], scores[labels == 0]
    return (p[:, None] >= n[None, :]).double().mean()
