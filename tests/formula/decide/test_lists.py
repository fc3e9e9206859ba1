"""Lists that a loop makes longer: the order in which they end is what the code gives."""

import pytest

from rlprep.formula.check import decide
from tests.formula.corpus.labels import specs

LOOP = """advs = []
gae = 0
for t in reversed(range(T)):
    delta = r[t] + gamma * V[t + 1] - V[t]
    gae = delta + gamma * lam * gae
    {adds}
{after}"""
AT_THE_END = ("advs.append(gae)", "advs += [gae]", "advs = advs + [gae]", "advs = [*advs, gae]",
              "advs.insert(len(advs), gae)")  # fmt: skip
AT_THE_FRONT = ("advs.insert(0, gae)", "advs.appendleft(gae)", "advs = [gae] + advs",
                "advs = [gae, *advs]")  # fmt: skip
AS_IT_IS = ("", "advs", "advs = np.array(advs)", "adv = torch.tensor(advs)", "torch.stack(advs)",
            "advs = advs[::-1]\nadvs[::-1]")  # fmt: skip
TURNED_ROUND = ("advs[::-1]", "advs.reverse()", "advs = list(reversed(advs))", "np.flip(advs)",
                "adv = np.array(advs)[::-1]", "adv = torch.stack(advs).flip(0)")  # fmt: skip


@pytest.mark.parametrize("after", AS_IT_IS + TURNED_ROUND)
@pytest.mark.parametrize("adds", [AT_THE_END[0], AT_THE_FRONT[0]])
def test_a_list_filled_backward_is_in_order_if_turned_round_or_filled_at_the_front(
    adds: str, after: str
) -> None:
    is_right = (adds in AT_THE_FRONT) == (after in AS_IT_IS)
    verdict = decide(specs()["gae_recursive"], LOOP.format(adds=adds, after=after))
    assert verdict.verdict == ("equivalent" if is_right else "different"), verdict.message


@pytest.mark.parametrize("adds", AT_THE_END + AT_THE_FRONT)
def test_each_way_to_write_a_longer_list_says_its_end(adds: str) -> None:
    verdict = decide(specs()["gae_recursive"], LOOP.format(adds=adds, after="return advs"))
    assert verdict.verdict == ("equivalent" if adds in AT_THE_FRONT else "different")


RETURNS = """{start}
G = 0
for r in rewards[::-1]:
    G = r + gamma * G
    {adds}
{after}"""
ANY_NAME = (
    ("discounted_return", "out = []", "out.append(G)", "", "different"),
    ("discounted_return", "out = []", "out.append(G)", "return out", "different"),
    ("discounted_return", "out = []", "out.append(G)", "return out[::-1]", "equivalent"),
    ("discounted_return", "out = []", "out.append(G)", "out.reverse()", "equivalent"),
    ("discounted_return", "out = []", "out.insert(0, G)", "out.reverse()", "different"),
    ("discounted_return", "out = []", "out.append(G)", "found = np.array(out)[::-1]", "equivalent"),
    ("discounted_return", "out = []", "out.append(G)", "return G", "equivalent"),
    ("discounted_return", "out = []", "out.append(G)", "return G * 1", "equivalent"),
    ("discounted_return", "out = deque()", "out.appendleft(G)", "return out", "equivalent"),
    ("discounted_return", "out = [0]", "out.append(G)", "return out[::-1]", "undecided"),
    ("discounted_return", "out = []", "out.insert(1, G)", "return out", "undecided"),
    ("gae_lambda1", "ret = []", "ret.append(G)", "adv = np.array(ret) - values", "different"),
    ("gae_lambda1", "ret = []", "ret.append(G)", "adv = np.array(ret[::-1]) - values",
     "equivalent"),
    ("gae_lambda1", "ret = []", "ret.append(G)", "adv = np.array(ret[::-1]) - values[::-1]",
     "undecided"),  # as many values as steps, or one more
    ("gae_lambda1", "ret = []", "ret.insert(0, G)", "ret[0] - values[0]", "equivalent"),
    ("gae_lambda1", "ret = []", "ret.append(G)", "ret[-1] - values[0]", "equivalent"),
)  # fmt: skip


@pytest.mark.parametrize(("formula", "start", "adds", "after", "expected"), ANY_NAME)
def test_a_list_is_read_by_its_places(
    formula: str, start: str, adds: str, after: str, expected: str
) -> None:
    text = RETURNS.format(start=start, adds=adds, after=after)
    verdict = decide(specs()[formula], text)
    assert verdict.verdict == expected, verdict.message


PLACES = """adv = np.zeros(T)
last = 0
for i, d in enumerate(reversed(deltas)):
    last = d + gamma * lam * last
    adv[{place}] = last
return adv{after}"""


@pytest.mark.parametrize(
    ("place", "after", "expected"),
    [("i", "", "different"), ("i", "[::-1]", "equivalent"), ("T - 1 - i", "", "equivalent"),
     ("T - 1 - i", "[::-1]", "different")],
)  # fmt: skip
def test_an_array_filled_by_the_number_of_the_turn_is_turned_round_too(
    place: str, after: str, expected: str
) -> None:
    text = PLACES.format(place=place, after=after)
    assert decide(specs()["gae_recursive"], text).verdict == expected


BACKWARD = "advs, last = [], 0\nfor t in reversed(range(T)):\n    last = {}\n    {}\n{}"
CARRIED = "deltas[t] + gamma * lam * last"
BOTH = "returns = [a + v for a, v in zip(advs, values)]\nreturn advs, returns"
BESIDE = """advs, last, next_value = [], 0, last_value
for r, v in zip({rewards}, {values}):
    delta = r + gamma * next_value - v
    last = delta + gamma * lam * last
    next_value = v
    advs.append(last)
return {result}"""
ZIPPED = """advs, last = [], 0
for r, v, w in zip(reversed(rewards), reversed(values[:-1]), reversed(values[1:])):
    last = r + gamma * w - v + gamma * lam * last
    advs.append(last)
{}"""
ROOM = """adv = np.zeros(T + 1)
for t in reversed(range(T)):
    adv[t] = deltas[t] + gamma * lam * adv[t + 1]
return {}"""
AHEAD = """returns = []
R = 0
for r, v in zip(reversed(rewards), {}):
    R = r + gamma * R
    {}
{}"""
TIMES = (
    "ret = []\nfor t in {}:\n    ret.append(sum(gamma ** (k - t) * r[k] for k in range(t, T)))\n{}"
)
LISTED = "ds = []\nfor t in {}:\n    ds.append(r[t] + gamma * V[t + 1] - V[t])\nreturn {}"
STEPS = "rets, R = [], V[t + n]\nfor k in reversed(range(n)):\n    R = r[t + k] + gamma * R\n    " \
        "rets.append(R)\nadv = rets[{}] - V[t]"  # fmt: skip
WRITTEN = (
    ("gae_recursive", BACKWARD.format(CARRIED, "advs.insert(0, last)", BOTH), "equivalent"),
    ("gae_recursive", BACKWARD.format(CARRIED, "advs.append(last)", BOTH), "different"),
    ("gae_recursive", BACKWARD.format(CARRIED, "advs.append(last)",
                                      "return advs[::-1], values"), "equivalent"),
    ("gae_recursive", BACKWARD.format(CARRIED, "advs.append(last)",
                                      "advs.reverse()\nreturns = np.array(advs) + values"),
     "equivalent"),
    ("gae_recursive", BACKWARD.format(CARRIED, "advs.append(last)",
                                      "advs = np.array(advs)\nreturns = advs + values"),
     "different"),
    ("gae_recursive", BACKWARD.format(CARRIED, "advs.append(last)", "return r, values"),
     "undecided"),
    ("gae_recursive", BESIDE.format(rewards="reversed(rewards)", values="reversed(values)",
                                    result="list(reversed(advs))"), "equivalent"),
    ("gae_recursive", BESIDE.format(rewards="reversed(rewards)", values="reversed(values)",
                                    result="advs"), "different"),
    ("gae_recursive", BESIDE.format(rewards="reversed(rewards)", values="values",
                                    result="advs[::-1]"), "different"),
    ("gae_recursive", ZIPPED.format("advs = advs[::-1]"), "equivalent"),
    ("gae_recursive", ZIPPED.format(""), "different"),
    ("gae_recursive", ZIPPED.replace("(rewards)", "(rewards[:-1])").format("advs[::-1]"),
     "undecided"),
    ("gae_recursive", ROOM.format("adv[:-1]"), "equivalent"),
    ("gae_recursive", ROOM.format("adv[:T]"), "equivalent"),
    ("gae_recursive", ROOM.format("adv[1:]"), "different"),
    ("gae_lambda1", AHEAD.format("reversed(values)", "returns.append(R - v)", "returns.reverse()"),
     "equivalent"),
    ("gae_lambda1", AHEAD.format("reversed(values)", "returns.append(R - v)", ""), "different"),
    ("gae_lambda1", AHEAD.format("values", "returns.append(R - v)", "returns.reverse()"),
     "different"),
    ("discounted_return", TIMES.format("range(T)", "ret"), "equivalent"),
    ("discounted_return", TIMES.format("reversed(range(T))", "ret"), "different"),
    ("td_residual", LISTED.format("range(T)", "ds"), "equivalent"),
    ("td_residual", LISTED.format("reversed(range(T))", "ds"), "different"),
    ("gae_lambda0", LISTED.format("reversed(range(T))", "ds[::-1]"), "equivalent"),
    ("nstep_advantage", STEPS.format("-1"), "equivalent"),
    ("nstep_advantage", STEPS.format("0"), "different"),
)  # fmt: skip


@pytest.mark.parametrize(("formula", "text", "expected"), WRITTEN)
def test_what_code_returns_is_its_list_in_its_order(formula: str, text: str, expected: str) -> None:
    verdict = decide(specs()[formula], text)
    assert verdict.verdict == expected, verdict.message
