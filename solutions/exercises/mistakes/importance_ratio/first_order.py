"""A ratio cut after its linear term."""

import torch


def importance_ratio(log_probs_new, log_probs_old):
    return 1 + (log_probs_new - log_probs_old)
