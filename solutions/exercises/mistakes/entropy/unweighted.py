"""A sum of the log-probabilities."""

import torch


def entropy(logits):
    log_p = logits.log_softmax(-1)
    return -log_p.sum(-1)
