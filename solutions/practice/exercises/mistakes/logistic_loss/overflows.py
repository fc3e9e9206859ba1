"""Logarithm of a sigmoid that is rounded to 0 or 1."""

import torch


def logistic_loss(weights, bias, features, labels):
    p = torch.sigmoid(features @ weights + bias)
    return -(labels * torch.log(p) + (1 - labels) * torch.log(1 - p)).mean()
