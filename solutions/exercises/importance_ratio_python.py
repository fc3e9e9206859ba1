"""Ratios in plain Python, for nested lists of any depth."""

import math


def importance_ratio(log_probs_new, log_probs_old):
    return ratios(log_probs_new.tolist(), log_probs_old.tolist())


def ratios(new, old):
    if isinstance(new, list):
        return [ratios(a, b) for a, b in zip(new, old)]
    return math.exp(new - old)
