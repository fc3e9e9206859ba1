"""A entropy that takes logits for probabilities."""

import torch


def entropy(logits):
    return -(logits * logits.clamp(min=1e-12).log()).sum(-1)
