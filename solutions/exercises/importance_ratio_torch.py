"""Ratios in torch: subtract first, then one exponential."""

import torch


def importance_ratio(log_probs_new, log_probs_old):
    return torch.exp(log_probs_new - log_probs_old)
