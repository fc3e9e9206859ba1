"""Scaled dot-product attention in plain Python, query by query."""

import math


def softmax_attention(q, k, v, causal):
    return attend(q.tolist(), k.tolist(), v.tolist(), causal)


def attend(q, k, v, causal):
    if isinstance(q[0][0], list):
        return [attend(*parts, causal) for parts in zip(q, k, v)]
    return [one(query, k[: t + 1] if causal else k, v) for t, query in enumerate(q)]


def one(query, keys, values):
    scores = [sum(a * b for a, b in zip(query, key)) / math.sqrt(len(query)) for key in keys]
    top = max(scores)
    weights = [math.exp(score - top) for score in scores]
    total = sum(weights)
    width = len(values[0])
    return [sum(w * value[e] for w, value in zip(weights, values)) / total for e in range(width)]
