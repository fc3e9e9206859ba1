"""A negative entropy."""

import torch


def entropy(logits):
    log_p = logits.log_softmax(-1)
    return (log_p.exp() * log_p).sum(-1)
