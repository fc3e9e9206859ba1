"""A k3 estimate of the opposite direction."""

import torch


def approx_kl(log_probs_new, log_probs_old):
    x = log_probs_new - log_probs_old
    return (x.exp() * x - (x.exp() - 1)).mean()
