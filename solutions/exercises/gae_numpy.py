"""GAE in NumPy, from the definition: the sum over later residuals, O(T^2)."""

import numpy as np


def gae(rewards, values, next_values, terminated, truncated, gamma, lam):
    rewards, values, next_values, terminated, truncated = map(
        np.asarray, (rewards, values, next_values, terminated, truncated)
    )
    deltas = rewards + gamma * np.where(terminated, 0.0, next_values) - values
    goes_on = ~(terminated | truncated)
    advantages = np.zeros_like(rewards)
    for t in range(len(rewards)):
        weight = np.ones_like(rewards[t])
        for later in range(t, len(rewards)):
            advantages[t] += weight * deltas[later]
            weight = weight * gamma * lam * goes_on[later]
    return advantages
