"""A mean log-probability of the classes."""

import torch


def entropy(logits):
    log_p = logits.log_softmax(-1)
    return -log_p.mean(-1)
