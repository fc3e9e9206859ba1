"""The softmax in one pass, in plain Python: rescale only when a block raises the maximum."""

import math


def online_softmax(scores, values, block):
    scores, values = scores.tolist(), values.tolist()
    highest, total, output = -math.inf, 0.0, [0.0] * len(values[0])
    for start in range(0, len(scores), block):
        part, rows = scores[start : start + block], values[start : start + block]
        if max(part) > highest:
            shrink = math.exp(highest - max(part))
            highest, total, output = max(part), total * shrink, [x * shrink for x in output]
        for score, row in zip(part, rows):
            weight = math.exp(score - highest)
            total += weight
            output = [x + weight * y for x, y in zip(output, row)]
    return [x / total for x in output]
