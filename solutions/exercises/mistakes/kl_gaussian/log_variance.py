"""A KL divergence of Gaussians that takes log_std for the log-variance."""

import torch


def kl_gaussian(mean_p, log_std_p, mean_q, log_std_q):
    var_p, var_q = (2 * log_std_p).exp(), (2 * log_std_q).exp()
    gap = mean_p - mean_q
    return (0.5 * (log_std_q - log_std_p) + (log_std_p.exp() + gap**2) / (2 * log_std_q.exp()) - 0.5).sum(-1)
