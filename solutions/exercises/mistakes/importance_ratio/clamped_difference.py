"""A ratio whose logarithm is clamped."""

import torch


def importance_ratio(log_probs_new, log_probs_old):
    return (log_probs_new - log_probs_old).clamp(-1, 1).exp()
