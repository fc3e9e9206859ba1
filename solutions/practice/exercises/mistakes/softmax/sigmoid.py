"""Sigmoid of each logit."""

import torch


def softmax(logits):
    return torch.sigmoid(logits)
