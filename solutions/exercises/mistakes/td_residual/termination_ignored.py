"""A TD residual that bootstraps through terminations."""

import torch


def td_residual(rewards, values, next_values, terminated, gamma):
    return rewards + gamma * next_values - values
