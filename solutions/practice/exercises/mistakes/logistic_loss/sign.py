"""Log-likelihood without the minus."""

import torch


def logistic_loss(weights, bias, features, labels):
    logits = features @ weights + bias
    return (labels * logits - torch.nn.functional.softplus(logits)).mean()
