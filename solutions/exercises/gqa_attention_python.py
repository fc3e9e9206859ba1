"""Grouped-query attention in plain Python: the map from query heads to key/value heads, as it is."""

import math


def gqa_attention(q, k, v, causal):
    return [sequence(*each, causal) for each in zip(q.tolist(), k.tolist(), v.tolist())]


def sequence(q, k, v, causal):
    size = len(q) // len(k)
    return [head(q[h], k[h // size], v[h // size], causal) for h in range(len(q))]


def head(q, k, v, causal):
    seen = [i + 1 if causal else len(k) for i in range(len(q))]
    return [one_query(query, k[:count], v[:count]) for query, count in zip(q, seen)]


def one_query(query, keys, values):
    scores = [sum(a * b for a, b in zip(query, key)) / math.sqrt(len(query)) for key in keys]
    highest = max(scores)
    weights = [math.exp(score - highest) for score in scores]
    total = sum(weights)
    return [sum(w * x for w, x in zip(weights, column)) / total for column in zip(*values)]
