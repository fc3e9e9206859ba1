"""Loss with the two labels exchanged."""

import torch


def logistic_loss(weights, bias, features, labels):
    logits = features @ weights + bias
    return (torch.nn.functional.softplus(logits) - (1 - labels) * logits).mean()
