"""A online softmax whose maximum may fall."""

import torch


def online_softmax(scores, values, block):
    highest = torch.tensor(float('-inf'), dtype=scores.dtype)
    total = torch.zeros((), dtype=scores.dtype)
    output = torch.zeros(values.shape[1], dtype=values.dtype)
    for start in range(0, len(scores), block):
        part, rows = scores[start : start + block], values[start : start + block]
        top = part.max()
        shrink = (highest - top).exp()
        weights = (part - top).exp()
        total = total * shrink.clamp(max=1.0) + weights.sum()
        output = output * shrink.clamp(max=1.0) + weights @ rows
        highest = top
    return output / total
