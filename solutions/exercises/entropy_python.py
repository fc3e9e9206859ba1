"""Entropy in plain Python, row by row."""

import math


def entropy(logits):
    return of(logits.tolist())


def of(logits):
    if isinstance(logits[0], list):
        return [of(row) for row in logits]
    top = max(logits)
    weights = [math.exp(x - top) for x in logits]
    probabilities = [w / sum(weights) for w in weights]
    return -sum(p * math.log(p) for p in probabilities if p > 0)
