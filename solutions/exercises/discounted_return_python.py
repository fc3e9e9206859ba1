"""Returns-to-go in plain Python, column by column."""


def discounted_return(rewards, terminated, gamma, bootstrap):
    rewards, terminated, bootstrap = rewards.tolist(), terminated.tolist(), bootstrap.tolist()
    if not isinstance(rewards[0], list):
        return column(rewards, terminated, gamma, bootstrap)
    columns = [
        column([row[b] for row in rewards], [row[b] for row in terminated], gamma, bootstrap[b])
        for b in range(len(rewards[0]))
    ]
    return [list(row) for row in zip(*columns)]


def column(rewards, terminated, gamma, ahead):
    returns = []
    for reward, is_over in zip(reversed(rewards), reversed(terminated)):
        ahead = reward + (0.0 if is_over else gamma * ahead)
        returns.append(ahead)
    return returns[::-1]
