"""A entropy along the first axis."""

import torch


def entropy(logits):
    log_p = logits.log_softmax(0)
    return -(log_p.exp() * log_p).sum(0)
