"""Online softmax in torch."""

import torch


def online_softmax(scores, values, block):
    highest = scores.new_full((), -torch.inf)
    total = scores.new_zeros(())
    output = values.new_zeros(values.shape[1])
    for part, rows in zip(scores.split(block), values.split(block)):
        raised = torch.maximum(highest, part.max())
        shrink = (highest - raised).exp()
        weights = (part - raised).exp()
        total = total * shrink + weights.sum()
        output = output * shrink + weights @ rows
        highest = raised
    return output / total
