"""A k2 estimate, half the squared log-ratio."""

import torch


def approx_kl(log_probs_new, log_probs_old):
    x = log_probs_new - log_probs_old
    return (x**2 / 2).mean()
