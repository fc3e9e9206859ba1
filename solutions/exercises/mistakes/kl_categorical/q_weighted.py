"""A log-ratio of p to q averaged under q."""

import torch


def kl_categorical(logits_p, logits_q):
    log_p, log_q = logits_p.log_softmax(-1), logits_q.log_softmax(-1)
    return (log_q.exp() * (log_p - log_q)).sum(-1)
