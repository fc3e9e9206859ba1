"""Scaled dot-product attention in plain Python: one query at a time, keys up to its own if causal."""

import math


def softmax_attention(q, k, v, causal):
    return attend(q.tolist(), k.tolist(), v.tolist(), causal)


def attend(q, k, v, causal):
    if isinstance(q[0][0], list):
        return [attend(*each, causal) for each in zip(q, k, v)]
    seen = [i + 1 if causal else len(k) for i in range(len(q))]
    return [one_query(query, k[:count], v[:count]) for query, count in zip(q, seen)]


def one_query(query, keys, values):
    scores = [sum(a * b for a, b in zip(query, key)) / math.sqrt(len(query)) for key in keys]
    highest = max(scores)
    weights = [math.exp(score - highest) for score in scores]
    total = sum(weights)
    return [sum(w * x for w, x in zip(weights, column)) / total for column in zip(*values)]
