"""A estimate as if the log-probabilities were a distribution."""

import torch


def approx_kl(log_probs_new, log_probs_old):
    x = log_probs_new - log_probs_old
    return (log_probs_old.exp() * -x).sum()
