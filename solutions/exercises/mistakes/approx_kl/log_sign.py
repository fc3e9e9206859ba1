"""A k3 estimate that adds the log-ratio."""

import torch


def approx_kl(log_probs_new, log_probs_old):
    x = log_probs_new - log_probs_old
    return (x.exp() - 1 + x).mean()
