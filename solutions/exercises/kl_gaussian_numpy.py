"""KL of diagonal Gaussians in NumPy, in the form whose terms are never negative."""

import numpy as np


def kl_gaussian(mean_p, log_std_p, mean_q, log_std_q):
    mean_p, log_std_p, mean_q, log_std_q = map(np.asarray, (mean_p, log_std_p, mean_q, log_std_q))
    u = 2 * (log_std_p - log_std_q)
    distance = (mean_p - mean_q) / np.exp(log_std_q)
    return 0.5 * np.sum(np.expm1(u) - u + distance**2, axis=-1)
