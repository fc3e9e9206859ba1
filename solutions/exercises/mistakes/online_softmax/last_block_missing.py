"""A one-pass softmax that drops a last block that is shorter."""

import torch


def online_softmax(scores, values, block):
    full = len(scores) // block * block
    if not full:
        return torch.full_like(values[0], torch.nan)
    m, total, output = scores.new_tensor(-torch.inf), 0.0, torch.zeros_like(values[0])
    for s, v in zip(scores[:full].split(block), values[:full].split(block)):
        new = torch.maximum(m, s.max())
        shrink = (m - new).exp()
        weights = (s - new).exp()
        total = total * shrink + weights.sum()
        output = output * shrink + weights @ v
        m = new
    return output / total
