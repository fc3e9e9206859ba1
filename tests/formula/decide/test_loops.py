"""Code that runs along a trajectory: which way its loops go, what they add up, where they start."""

import pytest

from rlprep.formula.check import decide
from tests.formula.corpus.labels import specs

CARRIED = "gae = 0\nfor {}:\n    gae = {} + gamma * lam * gae\n    adv[t] = gae"
ORDERS = (
    ("t in reversed(range(T))", "delta[t]", "equivalent"),
    ("t in range(T - 1, -1, -1)", "delta[t]", "equivalent"),
    ("t in range(T)[::-1]", "delta[t]", "equivalent"),
    ("t in reversed(range(args.num_steps))", "delta[t]", "equivalent"),
    ("t in range(T)", "delta[t]", "different"),
    ("t in range(T - 1, 0, -1)", "delta[t]", "different"),
    ("t in reversed(range(T))", "delta[t + 1]", "different"),
)


@pytest.mark.parametrize(("over", "term", "expected"), ORDERS)
def test_a_carried_advantage_needs_a_loop_from_the_last_step(over, term, expected) -> None:
    assert decide(specs()["gae_recursive"], CARRIED.format(over, term)).verdict == expected


RETURNS = (
    ("G = 0\nfor r in reversed(rewards):\n    G = r + gamma * G", "equivalent"),
    ("G = 0\nfor r in rewards:\n    G = r + gamma * G", "different"),
    ("G = 0\nfor i, r in enumerate(rewards):\n    G += gamma**i * r", "equivalent"),
    ("G = 0\nfor i, r in enumerate(rewards):\n    G += gamma**(i + 1) * r", "different"),
    ("G, d = 0, 1\nfor r in rewards:\n    G += d * r\n    d *= gamma", "equivalent"),
    ("G, d = 0, 1\nfor r in rewards:\n    d *= gamma\n    G += d * r", "different"),
    ("G[-1] = r[-1]\nfor t in range(T - 2, -1, -1):\n    G[t] = r[t] + gamma * G[t + 1]",
     "equivalent"),
    ("for t in range(T):\n    G[t] = r[t] + gamma * G[t + 1]", "different"),
    ("G_t = 0\nfor k in range(t, T):\n    G_t += gamma**(k - t) * r[k]", "equivalent"),
    ("G_t = 0\nfor k in range(t, T):\n    G_t += gamma**k * r[k]", "different"),
    ("np.sum(gamma ** np.arange(T - t) * r[t:T])", "equivalent"),
    ("np.sum(gamma ** np.arange(T - t) * r[t + 1:T + 1])", "equivalent"),  # Sutton's index
    ("np.sum(gamma ** np.arange(1, T - t + 1) * r[t:T])", "different"),
    ("d = gamma ** np.arange(T - t)\nG = np.dot(d, r[t:])", "equivalent"),
)  # fmt: skip


INSIDE = "for t in reversed(range(T)):\n    G = 0\n    for k in range(t, T):\n        G += {}"
RETURNS += (
    (INSIDE.format("gamma**(k - t) * r[k]"), "equivalent"),
    (INSIDE.format("gamma**k * r[k]"), "different"),
)


@pytest.mark.parametrize(("text", "expected"), RETURNS)
def test_a_return_is_what_its_code_adds_up(text: str, expected: str) -> None:
    assert decide(specs()["discounted_return"], text).verdict == expected


BOOTSTRAPPED = "R = V[t + n]\nfor i in {}:\n    R = r[t + i] + gamma * R\nadv = R - V[t]"


@pytest.mark.parametrize(
    ("over", "expected"), [("reversed(range(n))", "equivalent"), ("range(n)", "different")]
)
def test_an_estimate_of_n_steps_starts_from_the_value_after_them(over: str, expected: str) -> None:
    text = BOOTSTRAPPED.format(over)
    assert decide(specs()["nstep_advantage"], text).verdict == expected


REFUSED = (
    "rewards.reverse()\nG = 0\nfor r in rewards:\n    G = r + gamma * G",
    "G = 0\nfor r in sorted(rewards):\n    G = r + gamma * G",
    "np.sum(gamma ** np.arange(n) * r[t:])",
)


@pytest.mark.parametrize("text", REFUSED)
def test_a_loop_over_something_else_is_not_judged(text: str) -> None:
    assert decide(specs()["discounted_return"], text).verdict in {"undecided", "unreadable"}


def test_the_witness_of_a_loop_is_a_coefficient() -> None:
    text = "G = 0\nfor i, r in enumerate(rewards):\n    G += gamma**(i + 1) * r"
    witness = decide(specs()["discounted_return"], text).counterexample
    assert witness is not None
    assert (witness["quantity"], witness["yours"]) == ("the coefficient of r_0", "gamma (= 1/2)")
    assert witness["reference"] == "1"


INDICES = (
    ("td_residual", r"\delta_i = r_i + \gamma V(s_{i+1}) - V(s_i)", "equivalent"),
    ("td_residual", r"\delta_i = r_i + \gamma V(s_{i}) - V(s_{i+1})", "different"),
    ("td_residual", r"\delta_i = r_t + \gamma V(s_{i+1}) - V(s_i)", "undecided"),
    ("td_residual", "r(s_t, a_t) + gamma V(s_{t+1}) - V(s_t)", "equivalent"),
    ("td_residual", "r(s_{t+1}, a_{t+1}) + gamma V(s_{t+1}) - V(s_t)", "different"),
    ("td_residual", "delta = r + gamma * V[s_] - V[s]", "equivalent"),
    ("td_residual", "delta = r + gamma * V[s] - V[s_]", "different"),
    ("td_residual", r"V(s_t) = r_t + \gamma V(s_{t+1}) - \delta_t", "equivalent"),
    ("nstep_advantage", r"A^{(n)}_t + V(s_t) = \sum_{l=0}^{n-1} \gamma^l r_{t+l} "
                        r"+ \gamma^n V(s_{t+n})", "equivalent"),
    ("gae_finite", r"\sum_{j=0}^{N-1} (\gamma\lambda)^j \delta_{t+j}, N = T - t", "equivalent"),
    ("gae_finite", r"\sum_{j=0}^{N} (\gamma\lambda)^j \delta_{t+j}, N = T - t", "different"),
    ("gae_recursive", r"A_t = \delta_t + \gamma\lambda A_{t+1}, A_t = \delta_t", "different"),
)  # fmt: skip


@pytest.mark.parametrize(("formula", "text", "expected"), INDICES)
def test_times_are_those_that_are_written(formula: str, text: str, expected: str) -> None:
    verdict = decide(specs()[formula], text)
    assert verdict.verdict == expected, verdict.message


BASED = "G = 0\nfor i in reversed(range(T)):\n    G = r[i] + gamma * G\n    adv = G - values[{}]"
COPIED = "adv = {}\nfor t in {}:\n    adv[t] {} gamma * lam * adv[t + 1]"
FROM_END = """adv, last = np.zeros(T), 0
for t in range({}):
    last = deltas[{}] + gamma * lam * last
    adv[{}] = last"""
BATCHED = """for t in reversed(range(T)):
    delta = rewards[:, t] + gamma * values[:, {}] - values[:, t]
    last = delta + gamma * lam * last
    adv[:, t] = last"""
CODE = (
    ("gae_lambda1", BASED.format("i"), "equivalent"),
    ("gae_lambda1", BASED.format("0"), "different"),
    ("gae_recursive", BATCHED.format("t + 1"), "equivalent"),
    ("gae_recursive", BATCHED.format("t"), "different"),
    ("gae_recursive", BATCHED.format("t + 1").replace("adv[:, t]", "adv[:]"), "undecided"),
    ("gae_recursive", COPIED.format("deltas.copy()", "reversed(range(T - 1))", "+="), "equivalent"),
    ("gae_recursive", COPIED.format("deltas.copy()", "range(T - 1)", "+="), "different"),
    ("gae_recursive", COPIED.format("deltas.copy()", "reversed(range(T - 1))", "="), "different"),
    ("gae_recursive", COPIED.format("rewards.copy()", "reversed(range(T - 1))", "+="), "different"),
    ("gae_recursive", FROM_END.format("1, T + 1", "-t", "-t"), "equivalent"),
    ("gae_recursive", FROM_END.format("T", "-t - 1", "-t - 1"), "equivalent"),
    ("gae_recursive", FROM_END.format("T", "-t", "-t"), "different"),  # -0 is the first entry
    ("gae_recursive", FROM_END.format("T", "-t - 1", "t"), "different"),
    ("discounted_return", "ret = []\nG = 0\nfor r in reversed(rewards):\n    G = r + gamma * G\n"
     "    ret.append(G)\nnp.mean(ret)", "undecided"),
    ("td_residual", "rewards[:, t] + gamma * values[:, t + 1] - values[:, t]", "equivalent"),
    ("td_residual", "rewards[:, t] + gamma * values[:, t] - values[:, t]", "different"),
    ("td_residual", "delta = self.r[t] + self.gamma * self.V[t + 1, s] - self.V[t, s]",
     "equivalent"),
    ("td_residual", "rewards[t] + gamma * nextvalues * nextnonterminal - values[t]", "equivalent"),
    ("gae_recursive", "adv[t] = delta[t] + gamma*lam*foo[t+1]", "undecided"),
    ("gae_recursive", "self.adv[i] = self.delta[t] + self.gamma * self.lam * self.adv[t + 1]",
     "undecided"),
    ("gae", "np.sum(delta[t:])", "undecided"),
    ("nstep_advantage", "G = 0\nfor r in rewards:\n    G = r + gamma * G\nadv = G - V[t]",
     "undecided"),
    ("gae_recursive", "gae = 0\nfor t in reversed(range(T)):\n    target = r[t] + gamma * V[t+1]\n"
     "    gae = target - V[t] + gamma * lam * gae\n    adv[t] = gae", "equivalent"),
)  # fmt: skip


@pytest.mark.parametrize(("formula", "text", "expected"), CODE)
def test_an_entry_is_taken_at_the_time_that_its_index_says(formula, text, expected) -> None:
    verdict = decide(specs()[formula], text)
    assert verdict.verdict == expected, verdict.message
