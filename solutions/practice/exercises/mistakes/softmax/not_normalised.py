"""Exponentials that are not normalised."""

import torch


def softmax(logits):
    return torch.exp(logits - logits.max(-1, keepdim=True).values)
