"""A entropy with exponentials of the logits."""

import torch


def entropy(logits):
    log_p = logits.log_softmax(-1)
    return -(logits.exp() * log_p).sum(-1)
