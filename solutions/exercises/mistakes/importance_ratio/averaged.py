"""A mean of the ratios."""

import torch


def importance_ratio(log_probs_new, log_probs_old):
    return (log_probs_new - log_probs_old).exp().mean()
