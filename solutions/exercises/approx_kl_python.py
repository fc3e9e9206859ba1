"""k3 in plain Python."""

import math


def approx_kl(log_probs_new, log_probs_old):
    differences = [float(a) - float(b) for a, b in zip(log_probs_new, log_probs_old)]
    return sum(math.exp(x) - 1 - x for x in differences) / len(differences)
