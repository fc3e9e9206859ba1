"""A difference of log-probabilities instead of their ratio."""

import torch


def importance_ratio(log_probs_new, log_probs_old):
    return log_probs_new - log_probs_old
