"""The clipped value loss in NumPy."""

import numpy as np


def ppo_value_loss(values_new, values_old, returns, eps):
    new, old, targets = np.asarray(values_new), np.asarray(values_old), np.asarray(returns)
    clipped = np.clip(new, old - eps, old + eps)
    return 0.5 * np.maximum((new - targets) ** 2, (clipped - targets) ** 2).mean()
