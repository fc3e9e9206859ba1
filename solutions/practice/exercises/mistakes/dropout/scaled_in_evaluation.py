"""Dropout that scales in evaluation."""

import torch


def dropout(x, keep, p, training):
    return torch.where(keep, x, torch.zeros_like(x)) if training else x * (1 - p)
