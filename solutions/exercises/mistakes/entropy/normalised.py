"""A entropy divided by its largest value."""

import torch


def entropy(logits):
    log_p = logits.log_softmax(-1)
    return -(log_p.exp() * log_p).sum(-1) / torch.tensor(float(logits.shape[-1])).log()
