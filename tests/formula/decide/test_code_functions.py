"""Branches, functions, scans and lists of code along a trajectory, right and nearly right."""

import pytest

from rlprep.formula.check import decide
from tests.formula.corpus.labels import specs

BRANCHES = (
    ("if {}:\n    target = r\nelse:\n    target = r + gamma * V[s_next]\ndelta = target - V[s]",
     "done", "not done"),
    ("target = r\nif {}:\n    target = r + gamma * V[s_next]\ndelta = target - V[s]",
     "not done", "done"),
    ("target = r\nif {}:\n    target += gamma * V[s_next]\ndelta = target - V[s]",
     "not done", "done"),
    ("def td(r, v, v_next, done, gamma):\n    if done:\n        return r - {}\n"
     "    return r + gamma * v_next - v", "v", "v_next"),
    ("def td(r, v, v_next, done):\n    target = r\n    if not done:\n        target += {}\n"
     "    return target - v", "gamma * v_next", "v_next"),
    ("bootstrap = 0.0 if {} else gamma * V[s_next]\ndelta = float(r) + bootstrap - V[s]",
     "done", "not done"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "right", "wrong"), BRANCHES)
def test_a_branch_says_where_its_value_holds(text: str, right: str, wrong: str) -> None:
    assert decide(specs()["td_residual"], text.format(right)).verdict == "equivalent"
    assert decide(specs()["td_residual"], text.format(wrong)).verdict == "different"


def test_a_branch_that_changes_its_condition_is_not_judged() -> None:
    text = "if done:\n    done = 0\n    target = r\nelse:\n    target = r + V\ndelta = target - V"
    assert decide(specs()["td_residual"], text).verdict == "unreadable"


RECURSION = """\
def gae(t):
    if {}:
        return {}
    return r[t] + gamma * V[t + 1] - V[t] + gamma * lam * gae(t + {})"""
ENDS = (
    ("t == T", "0.0", 1, "equivalent"),
    ("t >= len(rewards)", "0", 1, "equivalent"),
    ("t == T - 1", "r[t] + gamma * V[t + 1] - V[t]", 1, "equivalent"),
    ("t == T", "1.0", 1, "different"),
    ("t == T", "V[T]", 1, "different"),
    ("t == T - 1", "0.0", 1, "different"),
    ("t >= T", "0.0", 2, "different"),
    ("t == T", "0.0", 0, "undecided"),
)


@pytest.mark.parametrize(("test", "value", "step", "expected"), ENDS)
def test_a_function_that_calls_itself_starts_at_its_end(test, value, step, expected) -> None:
    text = RECURSION.format(test, value, step)
    assert decide(specs()["gae_recursive"], text).verdict == expected


TO_GO = """\
def rewards_to_go(rews, gamma):
    rtg = np.zeros_like(rews)
    for i in {}:
        rtg[i] = rews[i] + ({} if i + 1 < len(rews) else 0)
    return rtg

adv = {}"""
CALLED = (
    ("reversed(range(len(rews)))", "gamma * rtg[i + 1]", "rewards_to_go(rews, gamma) - vals", True),
    ("range(len(rews))", "gamma * rtg[i + 1]", "rewards_to_go(rews, gamma) - vals", False),
    ("reversed(range(len(rews)))", "rtg[i + 1]", "rewards_to_go(rews, gamma) - vals", False),
    ("reversed(range(len(rews)))", "gamma * rtg[i + 1]", "rewards_to_go(vals, gamma) - vals",
     False),
    ("reversed(range(len(rews)))", "gamma * rtg[i + 1]", "rewards_to_go(rews, lam) - vals", False),
)  # fmt: skip


@pytest.mark.parametrize(("over", "term", "result", "is_right"), CALLED)
def test_a_function_is_run_with_what_it_is_given(over, term, result, is_right) -> None:
    verdict = decide(specs()["gae_lambda1"], TO_GO.format(over, term, result))
    assert verdict.verdict == ("equivalent" if is_right else "different"), verdict.message


SUMMED = """\
def discount_cumsum(x, d):
    out, run = [], 0
    for v in reversed(x):
        run = v + d * run
        out.insert(0, run)
    return out
deltas = {}
adv = discount_cumsum(deltas, {})"""


@pytest.mark.parametrize(("deltas", "rate", "expected"), [
    ("rewards + gamma * values[1:] - values[:-1]", "gamma * lam", "equivalent"),
    ("rewards + gamma * values[:-1] - values[1:]", "gamma * lam", "different"),
    ("rewards + gamma * values[1:] - values[:-1]", "gamma", "different"),
])  # fmt: skip
def test_an_array_is_taken_at_each_step_of_a_function(deltas, rate, expected) -> None:
    assert decide(specs()["gae_finite"], SUMMED.format(deltas, rate)).verdict == expected


SCAN = """\
def step(carry, x):
    gae, next_value = carry
    {unpacked} = x
    delta = reward + gamma * next_value * (1 - done) - value
    gae = delta + gamma * lam{mask} * gae
    return ({carried}), {given}

_, advantages = jax.lax.scan(step, (0.0, {start}), (rewards, values, dones){how})"""
ONE_SCAN = {
    "unpacked": "reward, value, done", "mask": " * (1 - done)", "carried": "gae, value",
    "given": "gae", "start": "last_val", "how": ", reverse=True",
}  # fmt: skip
OTHER_SCANS = (
    {"how": ""}, {"how": ", reverse=False"}, {"carried": "gae, next_value"}, {"mask": ""},
    {"unpacked": "value, reward, done"}, {"given": "delta"}, {"given": "gae + value"},
    {"mask": " * done"}, {"carried": "delta, value"},
)  # fmt: skip


def test_a_scan_is_a_loop() -> None:
    text = SCAN.format(**ONE_SCAN)
    assert decide(specs()["gae_recursive"], text).verdict == "equivalent"


def test_a_scan_without_the_last_value_is_right_for_a_terminal_state_only() -> None:
    text = SCAN.format(**ONE_SCAN | {"start": "0.0"})
    assert decide(specs()["gae_recursive"], text).verdict == "undecided"


@pytest.mark.parametrize("changes", OTHER_SCANS)
def test_another_scan_is_another_loop(changes) -> None:
    text = SCAN.format(**ONE_SCAN | changes)
    assert decide(specs()["gae_recursive"], text).verdict == "different"


FIELDS = """\
def get_advantages(gae_and_next_value, transition):
    gae, next_value = gae_and_next_value
    done, value, reward = transition.done, transition.value, transition.reward
    delta = reward + GAMMA * next_value * (1 - done) - value
    gae = delta + GAMMA * {} * (1 - done) * gae
    return (gae, value), gae

_, advantages = jax.lax.scan(
    get_advantages, (jnp.zeros_like(last_val), last_val), traj_batch, reverse=True, unroll=16
)"""


@pytest.mark.parametrize(("rate", "expected"), [
    ('config["GAE_LAMBDA"]', "equivalent"), ('config["GAMMA"]', "different"),
])  # fmt: skip
def test_a_scan_over_transitions_reads_their_fields(rate, expected) -> None:
    assert decide(specs()["gae_recursive"], FIELDS.format(rate)).verdict == expected


ACCUMULATED = (
    ("list(accumulate(reversed(deltas), lambda acc, d: d + gamma * lam * acc))[::-1]", True),
    ("list(accumulate(deltas[::-1], lambda a, d: a * gamma * lam + d))[::-1]", True),
    ("list(accumulate(deltas, lambda acc, d: d + gamma * lam * acc))", False),
    ("list(accumulate(reversed(deltas), lambda acc, d: d + gamma * lam * acc))", False),
    ("list(accumulate(reversed(deltas), lambda d, acc: d + gamma * lam * acc))[::-1]", False),
    ("list(accumulate(reversed(deltas), lambda a, d: gamma * lam * (a + d)))[::-1]", False),
)


@pytest.mark.parametrize(("text", "is_right"), ACCUMULATED)
def test_what_accumulate_gives_is_turned_back(text: str, is_right: bool) -> None:
    verdict = decide(specs()["gae_finite"], f"adv = {text}")
    assert verdict.verdict == ("equivalent" if is_right else "different"), verdict.message


WHOLE = (
    ("discounted_return", "sum(gamma**k * r for k, r in enumerate(rewards))", "equivalent"),
    ("discounted_return", "sum(gamma**k * rewards[k] for k in range(len(rewards)))", "equivalent"),
    ("discounted_return", "sum(gamma**t * rewards[t] for t in range(T))", "equivalent"),
    ("discounted_return", "sum(gamma**(k - t) * r for k, r in enumerate(rewards))", "different"),
    ("discounted_return", "[gamma**k * r for k, r in enumerate(rewards)]", "different"),
    ("discounted_return", "[sum(gamma**(k - t) * r[k] for k in range(t, T)) for t in range(T)]",
     "equivalent"),
    ("discounted_return", "[sum(gamma**k * r[k] for k in range(t, T)) for t in range(T)]",
     "different"),
    ("gae_lambda1", "sum(gamma**k * r for k, r in enumerate(rewards[t:])) - values[t]",
     "equivalent"),
    ("gae_lambda1", "sum(gamma**k * r for k, r in enumerate(rewards)) - values[t]", "different"),
    ("gae_lambda1", "sum(gamma**k * rewards[k] for k in range(T)) - values[t]", "different"),
    ("gae_lambda1", "G = 0\nfor k, r in enumerate(rewards):\n    G += gamma**k * r\n"
                    "adv = G - values[t]", "different"),
    ("gae_lambda1", "G = 0\nfor t in range(T):\n    G += gamma**t * r[t]\nadv = G - values[t]",
     "undecided"),
    ("gae_lambda1", "for t in reversed(range(T)):\n    G = r[t] + gamma * G\n    ret[t] = G\n"
                    "adv = ret - values", "equivalent"),
    ("gae_lambda1", "for t in reversed(range(T)):\n    G = r[t] + gamma * G\nadv = G - values",
     "undecided"),
)  # fmt: skip


@pytest.mark.parametrize(("formula", "text", "expected"), WHOLE)
def test_a_sum_of_the_whole_trajectory_belongs_to_its_first_step(formula, text, expected) -> None:
    verdict = decide(specs()[formula], text)
    assert verdict.verdict == expected, verdict.message


STORED = """\
values = values + [{}]
next_value, gae, advs = 0, 0, []
for t in reversed(range(T)):
    delta = rewards[t] + gamma * values[t + 1] - values[t]
    gae = {}
    advs.insert(0, {})"""


@pytest.mark.parametrize(("last", "update", "stored", "expected"), [
    ("last_value", "delta + gamma * lam * gae", "gae", "equivalent"),
    ("0", "delta + gamma * lam * gae", "gae", "different"),
    ("last_value", "delta + gamma * gae", "gae", "different"),
    ("last_value", "gae + gamma * lam * delta", "gae", "different"),
])  # fmt: skip
def test_a_list_grows_by_what_the_turn_gives(last, update, stored, expected) -> None:
    text = STORED.format(last, update, stored)
    assert decide(specs()["gae_finite"], text).verdict == expected


TURNS = """\
gamma, lam = 0.99, 0.95
next_v, gae = {}
for t in reversed(range(T)):
    {}
    adv[t] = gae"""
DELTA = "r[t] + gamma * next_v - V[t]"


@pytest.mark.parametrize(("start", "turn", "expected"), [
    ("last_value, 0", f"next_v, gae = V[t], {DELTA} + gamma * lam * gae", "equivalent"),
    ("last_value, 0", f"gae, next_v = {DELTA} + gamma * lam * gae, V[t]", "equivalent"),
    ("last_value, 0", f"next_v = V[t]; gae = {DELTA} + gamma * lam * gae", "different"),
    ("last_value, 0", f"next_v, gae = r[t], {DELTA} + gamma * lam * gae", "different"),
    ("last_value, 1", f"next_v, gae = V[t], {DELTA} + gamma * lam * gae", "different"),
    # right where the state after the last step is terminal, which nothing here says
    ("0, 0", f"next_v, gae = V[t], {DELTA} + gamma * lam * gae", "undecided"),
    ("0, 0", f"next_v, gae = V[t], {DELTA} + gamma * gae", "different"),
])  # fmt: skip
def test_names_that_change_at_once(start: str, turn: str, expected: str) -> None:
    assert decide(specs()["gae_recursive"], TURNS.format(start, turn)).verdict == expected


STALE = """\
for t in reversed(range(T)):
    delta = rewards[t] + gamma * next_value - values[t]
    gae = delta + gamma * lam * gae
    advs.insert(0, {})
    {}"""


@pytest.mark.parametrize(("stored", "after", "expected"), [
    ("gae", "next_value = values[t]", "equivalent"),
    ("delta", "next_value = values[t]", "different"),
    ("gae + values[t]", "next_value = values[t]", "different"),
    ("gae", "pass", "undecided"),
])  # fmt: skip
def test_what_is_carried_is_brought_up_to_date(stored, after, expected) -> None:
    verdict = decide(specs()["gae_finite"], STALE.format(stored, after))
    assert verdict.verdict == expected, verdict.message


ELSE = """\
for t in reversed(range(T)):
    if {}:
        adv[t] = delta[t]
    elif {}:
        adv[t] = delta[t]
    else:
        adv[t] = delta[t] + gamma * lam * adv[t + 1]"""


@pytest.mark.parametrize(("first", "second", "expected"), [
    ("t == T - 1", "done[t]", "equivalent"), ("t == T - 1", "not done[t]", "different"),
    ("t == T - 2", "done[t]", "different"), ("t == T - 1", "done[t - 1]", "different"),
])  # fmt: skip
def test_branches_in_branches(first, second, expected) -> None:
    assert decide(specs()["gae_recursive"], ELSE.format(first, second)).verdict == expected
