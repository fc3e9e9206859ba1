"""A TD residual that overwrites its rewards."""

import torch


def td_residual(rewards, values, next_values, terminated, gamma):
    rewards += gamma * ~terminated * next_values
    rewards -= values
    return rewards
