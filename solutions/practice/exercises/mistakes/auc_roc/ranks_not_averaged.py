"""Area from ranks that break ties by position."""

import torch


def auc_roc(scores, labels):
    ranks = torch.empty(len(scores), dtype=torch.float64)
    ranks[torch.argsort(scores, stable=True)] = torch.arange(1, len(scores) + 1).double()
    p = (labels == 1).sum().double()
    n = len(labels) - p
    return (ranks[labels == 1].sum() - p * (p + 1) / 2) / (p * n)
