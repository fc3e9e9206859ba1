"""A one-pass softmax that counts its padding."""

import torch
import torch.nn.functional as F


def online_softmax(scores, values, block):
    missing = -len(scores) % block
    scores, values = F.pad(scores, (0, missing)), F.pad(values, (0, 0, 0, missing))
    m, total, output = scores.new_tensor(-torch.inf), 0.0, torch.zeros_like(values[0])
    for s, v in zip(scores.split(block), values.split(block)):
        new = torch.maximum(m, s.max())
        shrink = (m - new).exp()
        weights = (s - new).exp()
        total = total * shrink + weights.sum()
        output = output * shrink + weights @ v
        m = new
    return output / total
