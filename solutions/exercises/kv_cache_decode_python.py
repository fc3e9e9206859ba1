"""One decoding step in plain Python: the caches are lists of tokens."""

import math


def kv_cache_decode(q, k_cache, v_cache, k_new, v_new):
    keys, values = append(k_cache.tolist(), k_new.tolist()), append(v_cache.tolist(), v_new.tolist())
    return [sequence(*each) for each in zip(q.tolist(), keys, values)], keys, values


def append(cache, new):
    return [[old + one for old, one in zip(*heads)] for heads in zip(cache, new)]


def sequence(q, keys, values):
    size = len(q) // len(keys)
    return [[one_query(q[h][0], keys[h // size], values[h // size])] for h in range(len(q))]


def one_query(query, keys, values):
    scores = [sum(a * b for a, b in zip(query, key)) / math.sqrt(len(query)) for key in keys]
    highest = max(scores)
    weights = [math.exp(score - highest) for score in scores]
    total = sum(weights)
    return [sum(w * x for w, x in zip(weights, column)) / total for column in zip(*values)]
