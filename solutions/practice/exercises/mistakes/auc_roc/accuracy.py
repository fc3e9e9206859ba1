"""Accuracy at the threshold one half."""

import torch


def auc_roc(scores, labels):
    return ((scores > 0.5).long() == labels).double().mean()
