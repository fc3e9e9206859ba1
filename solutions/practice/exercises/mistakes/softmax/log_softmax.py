"""Logarithm of the softmax."""

import torch


def softmax(logits):
    return torch.log_softmax(logits, dim=-1)
