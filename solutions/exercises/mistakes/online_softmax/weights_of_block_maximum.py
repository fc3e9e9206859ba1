"""A one-pass softmax whose weights refer to the block's maximum."""

import torch


def online_softmax(scores, values, block):
    m, total, output = scores.new_tensor(-torch.inf), 0.0, torch.zeros_like(values[0])
    for s, v in zip(scores.split(block), values.split(block)):
        new = torch.maximum(m, s.max())
        shrink = (m - new).exp()
        weights = (s - s.max()).exp()
        total = total * shrink + weights.sum()
        output = output * shrink + weights @ v
        m = new
    return output / total
