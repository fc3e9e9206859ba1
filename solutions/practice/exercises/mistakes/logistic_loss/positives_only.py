"""Loss of the positive examples only."""

import torch


def logistic_loss(weights, bias, features, labels):
    logits = features @ weights + bias
    return -(labels * torch.nn.functional.logsigmoid(logits)).mean()
