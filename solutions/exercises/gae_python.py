"""GAE in plain Python, column by column."""


def gae(rewards, values, next_values, terminated, truncated, gamma, lam):
    arrays = [x.tolist() for x in (rewards, values, next_values, terminated, truncated)]
    if rewards.ndim == 1:
        return column(*arrays, gamma, lam)
    columns = [
        column(*([row[b] for row in array] for array in arrays), gamma, lam)
        for b in range(rewards.shape[1])
    ]
    return [list(row) for row in zip(*columns)]


def column(rewards, values, next_values, terminated, truncated, gamma, lam):
    advantages, ahead = [], 0.0
    for t in reversed(range(len(rewards))):
        reached = 0.0 if terminated[t] else next_values[t]
        if terminated[t] or truncated[t]:
            ahead = 0.0
        ahead = rewards[t] + gamma * reached - values[t] + gamma * lam * ahead
        advantages.append(ahead)
    return advantages[::-1]
