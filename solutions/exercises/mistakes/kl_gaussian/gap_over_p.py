"""A KL divergence of Gaussians with the distance measured in deviations of p."""

import torch


def kl_gaussian(mean_p, log_std_p, mean_q, log_std_q):
    var_p, var_q = (2 * log_std_p).exp(), (2 * log_std_q).exp()
    gap = mean_p - mean_q
    return (log_std_q - log_std_p + var_p / (2 * var_q) + gap**2 / (2 * var_p) - 0.5).sum(-1)
