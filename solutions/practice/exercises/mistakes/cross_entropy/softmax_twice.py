"""Softmax applied twice."""

import torch


def cross_entropy(logits, targets):
    p = torch.softmax(torch.softmax(logits, -1), -1)
    return -torch.log(p).gather(-1, targets[:, None]).mean()
