"""A KL divergence along the first axis."""

import torch


def kl_categorical(logits_p, logits_q):
    log_p, log_q = logits_p.log_softmax(0), logits_q.log_softmax(0)
    return (log_p.exp() * (log_p - log_q)).sum(0)
