"""A one-pass softmax that rescales the wrong way round."""

import torch


def online_softmax(scores, values, block):
    m, total, output = scores[0], 0.0, torch.zeros_like(values[0])
    for s, v in zip(scores.split(block), values.split(block)):
        new = torch.maximum(m, s.max())
        shrink = (new - m).exp()
        weights = (s - new).exp()
        total = total * shrink + weights.sum()
        output = output * shrink + weights @ v
        m = new
    return output / total
