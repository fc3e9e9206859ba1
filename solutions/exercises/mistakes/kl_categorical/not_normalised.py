"""A KL divergence of unnormalised logits."""

import torch


def kl_categorical(logits_p, logits_q):
    log_p, log_q = logits_p.log_softmax(-1), logits_q.log_softmax(-1)
    return (log_p.exp() * (logits_p - logits_q)).sum(-1)
