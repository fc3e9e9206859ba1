"""The softmax in one pass, in torch: maximum, sum and output are rescaled together."""

import torch


def online_softmax(scores, values, block):
    highest = scores.new_tensor(-torch.inf)
    total = scores.new_tensor(0.0)
    output = torch.zeros_like(values[0])
    for part, rows in zip(scores.split(block), values.split(block)):
        raised = torch.maximum(highest, part.max())
        shrink = (highest - raised).exp()
        weights = (part - raised).exp()
        total = total * shrink + weights.sum()
        output = output * shrink + weights @ rows
        highest = raised
    return output / total
