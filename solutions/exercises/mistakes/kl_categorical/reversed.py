"""A KL divergence in the other direction."""

import torch


def kl_categorical(logits_p, logits_q):
    log_p, log_q = logits_p.log_softmax(-1), logits_q.log_softmax(-1)
    return (log_q.exp() * (log_q - log_p)).sum(-1)
