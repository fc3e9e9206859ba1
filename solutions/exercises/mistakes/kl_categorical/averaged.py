"""A KL divergence averaged over the classes."""

import torch


def kl_categorical(logits_p, logits_q):
    log_p, log_q = logits_p.log_softmax(-1), logits_q.log_softmax(-1)
    return (log_p.exp() * (log_p - log_q)).mean(-1)
