"""Causal linear attention in plain Python, token by token."""

import math


def linear_attention_causal(q, k, v, eps):
    return attend(q.tolist(), k.tolist(), v.tolist(), eps)


def attend(q, k, v, eps):
    if isinstance(q[0][0], list):
        return [attend(*parts, eps) for parts in zip(q, k, v)]
    memory = [[0.0] * len(v[0]) for _ in q[0]]
    normaliser = [0.0] * len(q[0])
    outputs = []
    for query, key, value in zip(q, k, v):
        for d, feature in enumerate(map(phi, key)):
            normaliser[d] += feature
            memory[d] = [m + feature * x for m, x in zip(memory[d], value)]
        weights = [phi(x) for x in query]
        bottom = sum(w * z for w, z in zip(weights, normaliser)) + eps
        rows = zip(*memory)
        outputs.append([sum(w * m for w, m in zip(weights, row)) / bottom for row in rows])
    return outputs


def phi(x):
    return x + 1 if x > 0 else math.exp(x)
