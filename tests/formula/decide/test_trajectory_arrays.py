"""Whole arrays along a trajectory: turned round, joined, filtered, weighed by a matrix, listed.

Each right line has neighbours that are one slip away from it, and are never called equivalent.
"""

import pytest

LINES = (
    ("discounted_return", "gamma = 0.9\nw = gamma ** np.arange(len(rewards))\n"
     "np.cumsum((rewards * w)[::-1])[::-1] / w", "equivalent"),
    ("discounted_return", "gamma = 0.9\nw = gamma ** np.arange(len(rewards))\n"
     "np.cumsum((rewards * w)[::-1])[::-1]", "different"),
    ("gae_lambda1", "total = sum(gamma**k * r for k, r in enumerate(rewards))\n"
     "adv = total - values", "different"),
    ("gae_lambda1", "adv = np.array([sum(gamma**k * r for k, r in enumerate(rewards[t:])) "
     "for t in range(T)]) - values", "equivalent"),
    ("discounted_return", "np.sum(gamma ** np.arange(len(rewards)) * rewards)", "equivalent"),
    ("discounted_return", "np.sum(gamma ** np.arange(1, len(rewards) + 1) * rewards)",
     "different"),
    ("discounted_return", "np.sum(gamma ** np.arange(len(rewards)) * rewards[t:])", "different"),
    ("nstep_advantage", "np.sum(gamma ** np.arange(n) * r[t:t+n]) + gamma**n * V[t+n] - V[t]",
     "equivalent"),
    ("discounted_return",
     "disc = gamma ** np.arange(len(rewards))\n"
     "returns = np.cumsum((rewards * disc)[::-1])[::-1] / disc",
     "equivalent"),
    ("discounted_return",
     "disc = gamma ** np.arange(len(rewards))\n"
     "returns = np.cumsum((rewards * disc)[::-1])[::-1]",
     "different"),
    ("discounted_return",
     "disc = gamma ** np.arange(len(rewards))\n"
     "returns = np.cumsum((rewards * disc)[::-1]) / disc",
     "different"),
    ("discounted_return",
     "disc = gamma ** np.arange(len(rewards))\n"
     "returns = np.cumsum(rewards * disc) / disc",
     "different"),
    ("discounted_return",
     "disc = gamma ** np.arange(1, len(rewards)+1)\n"
     "returns = np.cumsum((rewards * disc)[::-1])[::-1] / disc",
     "equivalent"),
    ("discounted_return",
     "disc = torch.pow(gamma, torch.arange(T))\n"
     "returns = torch.flip(torch.cumsum(torch.flip(rewards * disc, [0]), 0), [0]) / disc",
     "equivalent"),
    ("discounted_return",
     "disc = torch.pow(gamma, torch.arange(T))\n"
     "returns = (rewards * disc).flip(0).cumsum(0).flip(0) / disc",
     "equivalent"),
    ("discounted_return",
     "disc = torch.pow(gamma, torch.arange(T))\n"
     "returns = (rewards * disc).flip(0).cumsum(0) / disc",
     "different"),
    ("discounted_return",
     "disc = jnp.cumprod(jnp.full_like(rewards, gamma)) / gamma\n"
     "returns = jnp.flip(jnp.cumsum(jnp.flip(rewards*disc)))/disc",
     "equivalent"),
    ("discounted_return",
     "scipy.signal.lfilter([1], [1, -gamma], x[::-1], axis=0)[::-1]",
     "equivalent"),
    ("discounted_return",
     "scipy.signal.lfilter([1], [1, gamma], x[::-1], axis=0)[::-1]",
     "different"),
    ("discounted_return",
     "scipy.signal.lfilter([1], [1, -gamma], x[::-1], axis=0)",
     "different"),
    ("discounted_return",
     "signal.lfilter([1], [1, -gamma], rewards[::-1])[::-1]",
     "equivalent"),
    ("discounted_return",
     "lfilter([1], [1, -gamma*lam], rewards[::-1])[::-1]",
     "different"),
    ("discounted_return",
     "lfilter([gamma], [1, -gamma], rewards[::-1])[::-1]",
     "different"),
    ("discounted_return",
     "def discount_cumsum(x, discount):\n"
     "    return scipy.signal.lfilter([1], [1, float(-discount)], x[::-1], axis=0)[::-1]\n"
     "\n"
     "ret = discount_cumsum(rews, gamma)",
     "equivalent"),
    ("discounted_return",
     "rews = np.append(self.rew_buf[path_slice], last_val)\n"
     "self.ret_buf[path_slice] = core.discount_cumsum(rews, self.gamma)[:-1]",
     "equivalent"),
    ("discounted_return",
     "rews = np.append(self.rew_buf[path_slice], last_val)\n"
     "self.ret_buf[path_slice] = core.discount_cumsum(rews, self.gamma)[1:]",
     "different"),
    ("discounted_return",
     "returns = [sum(gamma**(k-t) * rewards[k] for k in range(t, T)) for t in range(T)]",
     "equivalent"),
    ("discounted_return",
     "returns = [sum(gamma**k * rewards[k] for k in range(t, T)) for t in range(T)]",
     "different"),
    ("discounted_return",
     "returns = [sum(gamma**i * r for i, r in enumerate(rewards[t:])) for t in "
     "range(len(rewards))]",
     "equivalent"),
    ("discounted_return",
     "returns = [sum(gamma**(i+1) * r for i, r in enumerate(rewards[t:])) for t in "
     "range(len(rewards))]",
     "different"),
    ("discounted_return",
     "returns = np.array([np.sum(rewards[t:] * gamma ** np.arange(len(rewards) - t)) "
     "for t in range(len(rewards))])",
     "equivalent"),
    ("discounted_return",
     "returns = np.array([np.sum(rewards[t:] * gamma ** np.arange(t, len(rewards))) "
     "for t in range(len(rewards))])",
     "different"),
    ("discounted_return",
     "returns = np.array([np.dot(rewards[t:], gamma ** np.arange(T - t)) for t in range(T)])",
     "equivalent"),
    ("discounted_return",
     "np.polyval(rewards[::-1], gamma)",
     "equivalent"),
    ("discounted_return",
     "np.polyval(rewards, gamma)",
     "different"),
    ("discounted_return",
     "G = np.linalg.inv(np.eye(T) - gamma * np.eye(T, k=1)) @ rewards",
     "equivalent"),
    ("discounted_return",
     "G = np.linalg.solve(np.eye(T) - gamma * np.diag(np.ones(T-1), 1), rewards)",
     "equivalent"),
    ("discounted_return",
     "G = np.linalg.inv(np.eye(T) + gamma * np.eye(T, k=1)) @ rewards",
     "different"),
    ("discounted_return",
     "W = np.triu(gamma ** (np.arange(T)[None, :] - np.arange(T)[:, None]))\n"
     "G = W @ rewards",
     "equivalent"),
    ("discounted_return",
     "W = np.tril(gamma ** (np.arange(T)[None, :] - np.arange(T)[:, None]))\n"
     "G = W @ rewards",
     "different"),
    ("discounted_return",
     "W = np.triu(gamma ** (np.arange(T)[None, :] - np.arange(T)[:, None]))\n"
     "G = W.T @ rewards",
     "different"),
    ("discounted_return",
     "W = gamma ** np.abs(np.arange(T)[None, :] - np.arange(T)[:, None])\n"
     "G = W @ rewards",
     "different"),
    ("discounted_return",
     "G = scipy.linalg.toeplitz(np.r_[1, np.zeros(T-1)], gamma ** np.arange(T)) @ rewards",
     "equivalent"),
    ("discounted_return",
     "G = scipy.linalg.toeplitz(gamma ** np.arange(T), np.r_[1, np.zeros(T-1)]) @ rewards",
     "different"),
    ("discounted_return",
     "d = np.subtract.outer(np.arange(T), np.arange(T))\n"
     "G = np.tril(gamma ** d).T @ rewards",
     "equivalent"),
    ("discounted_return",
     "k = np.arange(T)\n"
     "W = np.where(k[None, :] >= k[:, None], gamma ** (k[None, :] - k[:, None]), 0.0)\n"
     "G = (W * rewards).sum(axis=1)",
     "equivalent"),
    ("discounted_return",
     "k = np.arange(T)\n"
     "W = np.where(k[None, :] > k[:, None], gamma ** (k[None, :] - k[:, None]), 0.0)\n"
     "G = (W * rewards).sum(axis=1)",
     "different"),
    ("gae_finite",
     "adv = [sum((gamma * lam) ** (k - t) * delta[k] for k in range(t, T)) for t in range(T)]",
     "equivalent"),
    ("gae_finite",
     "adv = [sum((gamma * lam) ** (k - t) * delta[k] for k in range(t, T-1)) for t in "
     "range(T)]",
     "different"),
    ("gae_finite",
     "adv = [sum((gamma * lam) ** (k - t) * delta[t] for k in range(t, T)) for t in range(T)]",
     "different"),
    ("gae_finite",
     "adv = [sum((gamma * lam) ** l * delta[t + l] for l in range(T - t)) for t in range(T)]",
     "equivalent"),
    ("gae_finite",
     "adv = [sum(gamma * lam ** l * delta[t + l] for l in range(T - t)) for t in range(T)]",
     "different"),
    ("gae_finite",
     "deltas = rews[:-1] + gamma * vals[1:] - vals[:-1]\n"
     "adv = discount_cumsum(deltas, gamma * lam)",
     "equivalent"),
    ("gae_finite",
     "deltas = rews[:-1] + gamma * vals[:-1] - vals[1:]\n"
     "adv = discount_cumsum(deltas, gamma * lam)",
     "different"),
    ("gae_finite",
     "rews = np.append(self.rew_buf[path_slice], last_val)\n"
     "vals = np.append(self.val_buf[path_slice], last_val)\n"
     "deltas = rews[:-1] + self.gamma * vals[1:] - vals[:-1]\n"
     "self.adv_buf[path_slice] = core.discount_cumsum(deltas, self.gamma * self.lam)",
     "equivalent"),
    ("gae_finite",
     "rews = np.append(self.rew_buf[path_slice], last_val)\n"
     "vals = np.append(self.val_buf[path_slice], last_val)\n"
     "deltas = rews[:-1] + self.gamma * vals[1:] - vals[:-1]\n"
     "self.adv_buf[path_slice] = core.discount_cumsum(deltas, self.gamma)",
     "different"),
    ("gae_finite",
     "idx = torch.arange(T)\n"
     "expo = (idx[None, :] - idx[:, None]).clamp(min=0)\n"
     "W = torch.triu((gamma * lam) ** expo)\n"
     "adv = W @ deltas",
     "equivalent"),
    ("gae_finite",
     "idx = torch.arange(T)\n"
     "expo = (idx[None, :] - idx[:, None]).clamp(min=0)\n"
     "W = (gamma * lam) ** expo\n"
     "adv = W @ deltas",
     "different"),
    ("gae_finite",
     "idx = torch.arange(T)\n"
     "expo = (idx[None, :] - idx[:, None]).clamp(min=0)\n"
     "W = torch.triu((gamma * lam) ** expo)\n"
     "adv = deltas @ W",
     "different"),
    ("gae_finite",
     "w = (gamma * lam) ** np.arange(T)\n"
     "adv = np.flip(np.cumsum(np.flip(w * delta))) / w",
     "equivalent"),
    ("gae_finite",
     "w = gamma ** np.arange(T)\n"
     "adv = np.flip(np.cumsum(np.flip(w * delta))) / w",
     "different"),
    ("gae_lambda0",
     "adv = np.asarray(rews) + gamma * np.append(vals[1:], last_val) - np.asarray(vals)",
     "equivalent"),
    ("gae_lambda0",
     "adv = np.asarray(rews) + gamma * np.append(vals[:-1], last_val) - np.asarray(vals)",
     "different"),
    ("gae_lambda0",
     "adv = rews + gamma * np.append(vals[1:], 0) - vals",
     "different"),
    ("gae_lambda0",
     "adv = rews + gamma * np.roll(vals, -1) - vals",
     "different"),
    ("gae_lambda0",
     "next_values = torch.cat([values[1:], next_value.unsqueeze(0)])\n"
     "adv = rewards + gamma * next_values * (1 - dones) - values",
     "equivalent"),
    ("gae_lambda0",
     "next_values = torch.cat([values[1:], next_value.unsqueeze(0)])\n"
     "adv = (rewards + gamma * next_values - values) * (1 - dones)",
     "different"),
    ("td_residual",
     "next_values = np.concatenate([values[1:], [last_value]])\n"
     "deltas = rewards + gamma * next_values - values",
     "equivalent"),
    ("td_residual",
     "next_values = values[1:] + [last_value]\n"
     "deltas = [r + gamma * v2 - v for r, v2, v in zip(rewards, next_values, values)]",
     "equivalent"),
    ("td_residual",
     "deltas = [r + gamma * v2 - v for r, v2, v in zip(rewards, values[1:], values)]",
     "equivalent"),
    ("td_residual",
     "deltas = [rewards[t] + gamma * values[t+1] - values[t] for t in range(T)]",
     "equivalent"),
    ("td_residual",
     "deltas = [rewards[t] + gamma * values[t+1] - values[t] for t in range(len(rewards))]",
     "equivalent"),
    ("gae_lambda1",
     "ret = np.cumsum((gamma**np.arange(T) * rewards)[::-1])[::-1] / gamma**np.arange(T)\n"
     "adv = ret - values",
     "equivalent"),
    ("gae_lambda1",
     "ret = np.cumsum((gamma**np.arange(T) * rewards)[::-1])[::-1] / gamma**np.arange(T)\n"
     "adv = ret - values[1:]",
     "different"),
    ("gae_lambda1",
     "adv = discount_cumsum(np.append(rewards, last_val), gamma)[:-1] - values",
     "equivalent"),
    ("gae_lambda1",
     "adv = [sum(gamma**k * r for k, r in enumerate(rewards)) - values[t] for t in range(T)]",
     "different"),
    ("gae_lambda1",
     "adv = [sum(gamma**k * r for k, r in enumerate(rewards[t:])) - values[t] for t in "
     "range(T)]",
     "equivalent"),
    ("gae_recursive",
     "deltas = rewards + gamma*np.append(values[1:], last_value) - values\n"
     "adv = lfilter([1], [1, -gamma*lam], deltas[::-1])[::-1]",
     "equivalent"),
    ("gae_recursive",
     "adv = np.linalg.solve(np.eye(T) - gamma * lam * np.eye(T, k=1), deltas)",
     "equivalent"),
    ("gae_recursive",
     "adv = np.linalg.solve(np.eye(T) - gamma * lam * np.diag(1 - dones[:-1], 1), deltas)",
     "equivalent"),
)  # fmt: skip


@pytest.mark.parametrize(("formula", "text", "expected"), LINES)
def test_code_on_arrays_means_what_it_computes(ask, formula, text, expected) -> None:
    verdict = ask(formula, text)
    assert verdict.verdict == expected, verdict.message


def test_lengths_that_do_not_fit_are_not_decided(ask) -> None:
    assert ask("td_residual", "d = rewards + np.append(values, [1, 2]) - values").verdict == (
        "undecided"
    )


BOUND = (
    ("acc = 0\nret = [acc := r + gamma * acc for r in reversed(rewards)][::-1]", "equivalent"),
    ("acc = 0\nret = [acc := r + gamma * acc for r in rewards][::-1]", "different"),
    ("acc = 0\nret = [acc := r + gamma * acc for r in reversed(rewards)]", "different"),
    ("returns = np.zeros(T)\nreturns[:] = np.polyval(rewards[::-1], gamma)", "different"),
    ("returns[:] = np.polyval(rewards[::-1], gamma)", "undecided"),
    ("gamma = 0.99\nw = gamma ** np.arange(T)\nG = np.flip(np.cumsum(np.flip(w * r))) / w",
     "equivalent"),
    ("gamma = 1.0\nw = gamma ** np.arange(T)\nG = np.flip(np.cumsum(np.flip(w * r))) / w",
     "different"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), BOUND)
def test_what_code_binds_on_its_way_is_what_it_reads_later(ask, text, expected) -> None:
    verdict = ask("discounted_return", text)
    assert verdict.verdict == expected, verdict.message


NEXT = (
    ("gae_lambda0", "rewards + gamma * np.flip(np.flip(next_value)) - values", "equivalent"),
    ("gae_lambda0", "rewards + gamma * np.append(values[1:], next_value) - values", "equivalent"),
    ("gae_lambda0", "rewards + gamma * np.append(next_value, values[1:]) - values", "different"),
    ("gae_lambda0", "rewards + gamma * np.flip(next_value) - values", "different"),
    ("gae_lambda0", "rewards + gamma * np.append(values[1:], next_values) - values", "undecided"),
    ("gae_lambda0", "rewards + gamma * np.append(values[1:], bootstrap) - values", "equivalent"),
    ("gae_lambda0", "rewards + gamma * np.flip(np.flip(last_value)) - values", "different"),
)  # fmt: skip


@pytest.mark.parametrize(("formula", "text", "expected"), NEXT)
def test_a_next_value_is_of_each_step_where_that_fits(ask, formula, text, expected) -> None:
    verdict = ask(formula, text)
    assert verdict.verdict == expected, verdict.message
