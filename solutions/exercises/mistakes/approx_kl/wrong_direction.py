"""A k3 estimate with the ratio upside down."""

import torch


def approx_kl(log_probs_new, log_probs_old):
    x = log_probs_new - log_probs_old
    return ((-x).exp() - 1 + x).mean()
