"""Squared error of the probabilities."""

import torch


def logistic_loss(weights, bias, features, labels):
    return ((torch.sigmoid(features @ weights + bias) - labels) ** 2).mean()
