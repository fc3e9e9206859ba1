"""A one-pass softmax that keeps the first block's maximum."""

import torch


def online_softmax(scores, values, block):
    m, total, output = scores.new_tensor(-torch.inf), 0.0, torch.zeros_like(values[0])
    for s, v in zip(scores.split(block), values.split(block)):
        if m == -torch.inf:
            m = s.max()
        weights = (s - m).exp()
        total = total + weights.sum()
        output = output + weights @ v
    return output / total
