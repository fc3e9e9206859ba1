"""A k1 estimate, minus the log-ratio."""

import torch


def approx_kl(log_probs_new, log_probs_old):
    x = log_probs_new - log_probs_old
    return -x.mean()
