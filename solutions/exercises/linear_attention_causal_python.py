"""Causal linear attention in plain Python, token by token: what a decoder runs."""

import math


def feature(x):
    return x + 1 if x >= 0 else math.exp(x)


def linear_attention_causal(q, k, v, eps):
    return attend(q.tolist(), k.tolist(), v.tolist(), eps)


def attend(q, k, v, eps):
    if isinstance(q[0][0], list):
        return [attend(*each, eps) for each in zip(q, k, v)]
    width = range(len(q[0]))
    memory, normaliser = [[0.0] * len(v[0]) for _ in width], [0.0 for _ in width]
    outputs = []
    for query, key, value in zip(q, k, v):
        for d in width:
            phi = feature(key[d])
            normaliser[d] += phi
            for e, x in enumerate(value):
                memory[d][e] += phi * x
        outputs.append(read([feature(x) for x in query], memory, normaliser, eps))
    return outputs


def read(phi, memory, normaliser, eps):
    total = sum(a * b for a, b in zip(phi, normaliser)) + eps
    return [sum(a * b for a, b in zip(phi, column)) / total for column in zip(*memory)]
