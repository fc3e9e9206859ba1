"""KL of diagonal Gaussians in torch, the closed form."""


def kl_gaussian(mean_p, log_std_p, mean_q, log_std_q):
    variance_p, variance_q = (2 * log_std_p).exp(), (2 * log_std_q).exp()
    quotient = (variance_p + (mean_p - mean_q) ** 2) / (2 * variance_q)
    return (log_std_q - log_std_p + quotient - 0.5).sum(dim=-1)
