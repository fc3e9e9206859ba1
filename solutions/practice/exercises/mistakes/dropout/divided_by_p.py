"""Dropout that divides by p."""

import torch


def dropout(x, keep, p, training):
    return torch.where(keep, x, torch.zeros_like(x)) / p if training else x
