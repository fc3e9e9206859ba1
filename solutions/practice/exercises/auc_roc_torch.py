"""AUC in torch, by comparing all pairs."""

import torch


def auc_roc(scores, labels):
    positive, negative = scores[labels == 1], scores[labels == 0]
    difference = positive[:, None] - negative[None, :]
    return ((difference > 0).double() + 0.5 * (difference == 0).double()).mean()
