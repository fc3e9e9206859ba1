"""KL of categoricals in torch, from log_softmax."""

import torch


def kl_categorical(logits_p, logits_q):
    log_p = torch.log_softmax(logits_p, dim=-1)
    log_q = torch.log_softmax(logits_q, dim=-1)
    return (log_p.exp() * (log_p - log_q)).sum(dim=-1)
