"""A KL divergence of Gaussians that takes log_std for the deviation."""

import torch


def kl_gaussian(mean_p, log_std_p, mean_q, log_std_q):
    var_p, var_q = (2 * log_std_p).exp(), (2 * log_std_q).exp()
    gap = mean_p - mean_q
    return (log_std_q.abs().log() - log_std_p.abs().log() + (log_std_p**2 + gap**2) / (2 * log_std_q**2) - 0.5).sum(-1)
