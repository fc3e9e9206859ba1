"""A mean of r - 1."""

import torch


def approx_kl(log_probs_new, log_probs_old):
    x = log_probs_new - log_probs_old
    return (x.exp() - 1).mean()
