"""V-trace in NumPy, from the definition: the sum over later errors, O(T^2)."""

import numpy as np


def vtrace(target, behaviour, rewards, values, next_values, terminated, truncated, gamma, rho_bar, c_bar):
    target, behaviour, rewards, values, next_values, terminated, truncated = map(
        np.asarray, (target, behaviour, rewards, values, next_values, terminated, truncated)
    )
    ratios = np.exp(target - behaviour)
    rhos, cs = np.minimum(ratios, rho_bar), np.minimum(ratios, c_bar)
    deltas = rhos * (rewards + gamma * np.where(terminated, 0.0, next_values) - values)
    targets = values.copy()
    for t in range(len(rewards)):
        weight = np.ones_like(rewards[t])
        for later in range(t, len(rewards)):
            targets[t] += weight * deltas[later]
            weight = weight * gamma * cs[later] * ~(terminated[later] | truncated[later])
    return targets
