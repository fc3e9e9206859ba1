"""Negative logit of the right class."""

import torch


def cross_entropy(logits, targets):
    return -logits.gather(-1, targets[:, None]).mean()
