"""A KL divergence with the logarithm of a softmax."""

import torch


def kl_categorical(logits_p, logits_q):
    p, q = logits_p.softmax(-1), logits_q.softmax(-1)
    return (p * (p.log() - q.log())).sum(-1)
