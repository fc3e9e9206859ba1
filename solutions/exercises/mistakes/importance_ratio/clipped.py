"""A ratio that is clipped already."""

import torch


def importance_ratio(log_probs_new, log_probs_old):
    return (log_probs_new - log_probs_old).exp().clamp(0.8, 1.2)
