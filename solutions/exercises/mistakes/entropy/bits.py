"""A entropy in bits."""

import torch


def entropy(logits):
    log_p = logits.log_softmax(-1)
    return -(log_p.exp() * log_p).sum(-1) / 0.6931471805599453
