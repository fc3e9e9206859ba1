"""Loss of logistic regression in NumPy, by logaddexp."""

import numpy as np


def logistic_loss(weights, bias, features, labels):
    z = np.asarray(features) @ np.asarray(weights) + np.asarray(bias)
    return (np.logaddexp(0, z) - np.asarray(labels) * z).mean()
