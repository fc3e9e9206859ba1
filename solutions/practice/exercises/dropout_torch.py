"""Inverted dropout in torch."""

import torch


def dropout(x, keep, p, training):
    return torch.where(keep, x, torch.zeros_like(x)) / (1 - p) if training else x
