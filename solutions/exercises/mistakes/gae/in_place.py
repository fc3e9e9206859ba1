"""A GAE that overwrites its rewards."""

def gae(rewards, values, next_values, terminated, truncated, gamma, lam):
    ahead = 0.0
    for t in reversed(range(len(rewards))):
        rewards[t] += gamma * next_values[t] * ~terminated[t] - values[t]
        rewards[t] += gamma * lam * ~(terminated[t] | truncated[t]) * ahead
        ahead = rewards[t]
    return rewards
