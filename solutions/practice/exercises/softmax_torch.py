"""Softmax in torch, the maximum subtracted first."""

import torch


def softmax(logits):
    shifted = logits - logits.max(dim=-1, keepdim=True).values
    exponentials = torch.exp(shifted)
    return exponentials / exponentials.sum(dim=-1, keepdim=True)
