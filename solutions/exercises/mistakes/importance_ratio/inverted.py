"""A ratio of the old policy to the new one."""

import torch


def importance_ratio(log_probs_new, log_probs_old):
    return (log_probs_old - log_probs_new).exp()
