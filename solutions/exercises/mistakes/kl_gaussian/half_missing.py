"""A KL divergence of Gaussians without the - 1/2."""

import torch


def kl_gaussian(mean_p, log_std_p, mean_q, log_std_q):
    var_p, var_q = (2 * log_std_p).exp(), (2 * log_std_q).exp()
    gap = mean_p - mean_q
    return (log_std_q - log_std_p + (var_p + gap**2) / (2 * var_q)).sum(-1)
