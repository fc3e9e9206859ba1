"""A quotient with a small number in its denominator."""

import torch


def importance_ratio(log_probs_new, log_probs_old):
    return log_probs_new.exp() / (log_probs_old.exp() + 1e-8)
