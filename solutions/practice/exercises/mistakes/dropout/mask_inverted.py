"""Dropout that keeps what should go."""

import torch


def dropout(x, keep, p, training):
    return torch.where(keep, torch.zeros_like(x), x) / (1 - p) if training else x
