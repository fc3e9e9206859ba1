"""A k3 estimate summed over the samples."""

import torch


def approx_kl(log_probs_new, log_probs_old):
    x = log_probs_new - log_probs_old
    return (x.exp() - 1 - x).sum()
