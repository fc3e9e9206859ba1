"""A entropy with the logarithm of a softmax."""

import torch


def entropy(logits):
    p = logits.softmax(-1)
    return -(p * p.log()).sum(-1)
