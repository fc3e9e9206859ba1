"""The clipped surrogate in plain Python: for each sign of the advantage one bound matters."""

import math


def ppo_clip_loss(log_probs_new, log_probs_old, advantages, eps):
    total = 0.0
    for new, old, advantage in zip(log_probs_new.tolist(), log_probs_old.tolist(), advantages.tolist()):
        ratio = math.exp(new - old)
        bounded = min(ratio, 1 + eps) if advantage >= 0 else max(ratio, 1 - eps)
        total += bounded * advantage
    return -total / len(advantages)
