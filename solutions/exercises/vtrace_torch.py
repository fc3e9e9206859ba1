"""V-trace in torch: the recursion on v - V."""

import torch


def vtrace(
    log_probs_target,
    log_probs_behaviour,
    rewards,
    values,
    next_values,
    terminated,
    truncated,
    gamma,
    rho_bar,
    c_bar,
):
    ratios = (log_probs_target - log_probs_behaviour).exp()
    rhos, cs = ratios.clamp(max=rho_bar), ratios.clamp(max=c_bar)
    bootstraps = (~terminated).to(rewards.dtype)
    goes_on = (~(terminated | truncated)).to(rewards.dtype)
    deltas = rhos * (rewards + gamma * bootstraps * next_values - values)
    correction = torch.zeros_like(rewards[0])
    targets = torch.empty_like(rewards)
    for t in reversed(range(len(rewards))):
        correction = deltas[t] + gamma * goes_on[t] * cs[t] * correction
        targets[t] = values[t] + correction
    return targets
