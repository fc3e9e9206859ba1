"""A ratio to the base 2."""

import torch


def importance_ratio(log_probs_new, log_probs_old):
    return 2 ** (log_probs_new - log_probs_old)
