"""A softmax attention that ignores causal."""


def softmax_attention(q, k, v, causal):
    scores = q @ k.mT / q.shape[-1] ** 0.5
    return scores.softmax(-1) @ v
