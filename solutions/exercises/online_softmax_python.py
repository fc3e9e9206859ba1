"""Online softmax in plain Python."""

import math


def online_softmax(scores, values, block):
    highest, total, output = -math.inf, 0.0, [0.0] * values.shape[1]
    for start in range(0, len(scores), block):
        part = scores[start : start + block].tolist()
        rows = values[start : start + block].tolist()
        raised = max(highest, *part)
        shrink = math.exp(highest - raised)
        total *= shrink
        output = [x * shrink for x in output]
        for score, row in zip(part, rows):
            weight = math.exp(score - raised)
            total += weight
            output = [x + weight * y for x, y in zip(output, row)]
        highest = raised
    return [x / total for x in output]
