"""Softmax along the first axis."""

import torch


def softmax(logits):
    return torch.softmax(logits, dim=0)
