"""A one-pass softmax that drops the last row of each block."""

import torch


def online_softmax(scores, values, block):
    m, total, output = scores.new_tensor(-torch.inf), 0.0, torch.zeros_like(values[0])
    for s, v in zip(scores.split(block), values.split(block)):
        s, v = s[:block - 1], v[:block - 1]
        if not len(s):
            continue
        new = torch.maximum(m, s.max())
        shrink = (m - new).exp()
        weights = (s - new).exp()
        total = total * shrink + weights.sum()
        output = output * shrink + weights @ v
        m = new
    return output / total
