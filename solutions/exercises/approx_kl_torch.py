"""k3 in torch: expm1 keeps the digits where the policies nearly agree."""


def approx_kl(log_probs_new, log_probs_old):
    log_ratio = log_probs_new - log_probs_old
    return (log_ratio.expm1() - log_ratio).mean()
