"""Loss summed over the examples."""

import torch


def cross_entropy(logits, targets):
    return -torch.log_softmax(logits, -1).gather(-1, targets[:, None]).sum()
