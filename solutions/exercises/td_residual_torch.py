"""TD residuals in torch: one line, once the mask has the dtype of the rewards."""


def td_residual(rewards, values, next_values, terminated, gamma):
    goes_on = (~terminated).to(rewards.dtype)
    return rewards + gamma * goes_on * next_values - values
