"""TD residuals in NumPy."""

import numpy as np


def td_residual(rewards, values, next_values, terminated, gamma):
    rewards, values, next_values = np.asarray(rewards), np.asarray(values), np.asarray(next_values)
    reached = np.where(np.asarray(terminated), 0.0, next_values)
    return rewards + gamma * reached - values
