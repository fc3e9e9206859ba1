"""A KL divergence with a softmax that overflows."""

import torch


def kl_categorical(logits_p, logits_q):
    p = logits_p.exp() / logits_p.exp().sum(-1, keepdim=True)
    q = logits_q.exp() / logits_q.exp().sum(-1, keepdim=True)
    return (p * (p / q).log()).sum(-1)
