"""Logits over their sum."""

import torch


def softmax(logits):
    return logits / logits.sum(-1, keepdim=True)
