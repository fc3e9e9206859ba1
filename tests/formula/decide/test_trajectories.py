"""Returns, residuals and advantages: cases and masks, next states, ellipses, sums, definitions.

Each line hangs on one step of the evaluation, so that a slip in that step changes its verdict.
"""

import pytest

from rlprep.formula.check import decide
from tests.formula.corpus.labels import specs

DELTA = r"r_t + \gamma V(s_{t+1}) - V(s_t)"
LAST = r"r_t - V(s_t)"
GAE = r"\gamma\lambda"
STEP = rf"\delta_t + {GAE} A_{{t+1}}"


def cases(*rows: tuple[str, str]) -> str:
    inner = r" \\ ".join(f"{value} & {condition}" for value, condition in rows)
    return rf"\delta_t = \begin{{cases}} {inner} \end{{cases}}"


def recursion(*rows: tuple[str, str]) -> str:
    return cases(*rows).replace(r"\delta_t =", "A_t =", 1)


CONDITIONS = (
    ("td_residual", cases((LAST, "t = T"), (DELTA, "t < T")), "equivalent"),
    ("td_residual", cases((DELTA, "t = T"), (LAST, "t < T")), "different"),
    ("td_residual", cases((DELTA, "t > T"), (LAST, r"\text{otherwise}")), "different"),
    ("td_residual", cases((DELTA, r"t \ge T"), (LAST, "t < T")), "different"),
    ("td_residual", cases((DELTA, r"0 \le t < T"), (LAST, r"t \ge T")), "equivalent"),
    ("td_residual", cases((DELTA, r"t \ne T"), (LAST, "t = T")), "equivalent"),
    ("td_residual", cases((LAST, "d_t = 1"), (DELTA, "d_t = 0")), "equivalent"),
    ("td_residual", cases((LAST, "d_t = 0"), (DELTA, "d_t = 1")), "different"),
    ("td_residual", cases((LAST, "s_{t+1} = s_T"), (DELTA, r"\text{otherwise}")), "equivalent"),
    ("td_residual", cases((LAST, r"s_{t+1} \ne s_T"), (DELTA, r"\text{otherwise}")), "different"),
    ("td_residual", cases(("0", "x < y"), (DELTA, r"\text{otherwise}")), "undecided"),
    ("td_residual", cases(("0", r"\gamma < 1"), (DELTA, r"\text{otherwise}")), "undecided"),
    ("td_residual", cases(("0", r"t \in S"), (DELTA, r"\text{otherwise}")), "undecided"),
    ("td_residual", "r + gamma * (0 if done else V_next) - V", "equivalent"),
    ("td_residual", "r[t] + (gamma*v[t+1] if not done[t] else 0) - v[t]", "equivalent"),
    ("td_residual", "r[t] + (0 if not done[t] else gamma*v[t+1]) - v[t]", "different"),
    ("td_residual", "r[t] + (0 if foo else gamma*v[t+1]) - v[t]", "undecided"),
    ("gae_recursive", "adv[t] = delta[t] + gamma*lam*(0 if done[t] else adv[t+1])", "equivalent"),
    ("gae_recursive", "adv[t] = delta[t] + gamma*lam*(adv[t+1] if done[t] else 0)", "different"),
    ("gae_recursive", recursion((r"\delta_t", "t = T - 1"), (STEP, "t < T")),
     "equivalent"),
    ("gae_recursive", recursion(("0", "t = T - 1"), (STEP, "t < T")),
     "different"),
    ("gae_recursive", recursion((STEP, "t > T")), "different"),
    ("gae_recursive", recursion(("0", "x = y"), (STEP, "t < T")),
     "undecided"),
)  # fmt: skip

NEXT_STATES = (
    ("td_residual", "rewards[t] + gamma * V(next_states[t]) - V(states[t])", "equivalent"),
    ("td_residual", "rewards[t] + gamma * V(states[t+1]) - V(states[t])", "equivalent"),
    ("td_residual", "rewards[t] + gamma * V(states[t]) - V(states[t])", "different"),
    ("td_residual", "r + gamma*V(s2) - V(s)", "equivalent"),
    ("td_residual", "r + gamma*V(new_state) - V(state)", "equivalent"),
    ("td_residual", "r + gamma*V(s) - V(s2)", "different"),
    ("td_residual", r"r_t + \gamma V(s_{t+1} | \theta) - V(s_t | \theta)", "equivalent"),
    ("td_residual", "r_t(x) + gamma*V_{t+1}() - V_t()", "equivalent"),
    ("td_residual", rf"{DELTA} + Q(s_{{t+1}}, a_{{t+1}}) - Q(s_t, a_t)", "different"),
    ("td_residual", rf"{DELTA} + \pi(a_{{t+1}}|s_{{t+1}}) - \pi(a_t|s_t)", "different"),
    ("td_residual", rf"{DELTA} + Q(s_t, a_t) - Q(s_t, a_t)", "equivalent"),
)

ELLIPSES = (
    ("gae_finite", rf"\delta_t + \cdots + ({GAE})^{{T-t-1}} \delta_{{T-1}}", "equivalent"),
    ("gae_finite", rf"\delta_t + \cdots + ({GAE})^{{T-t}} \delta_{{T-1}}", "different"),
    ("gae_finite", r"\delta_t + \cdots + \gamma^{T-t-1} \delta_{T-1}", "different"),
    ("gae_finite", r"\delta_t + \cdots + 2 \delta_{T-1}", "undecided"),
    ("gae_finite", r"\delta_t + \cdots + \delta_t", "undecided"),
    ("gae_finite", r"\delta_t + \cdots + V(s_T)", "undecided"),
    ("nstep_advantage", r"\delta_t + \dots + \gamma^{n-1}\delta_{t+n-1}", "equivalent"),
    ("nstep_advantage", r"\delta_t + \dots + \gamma^{n}\delta_{t+n}", "different"),
    ("nstep_advantage", r"r_t + \dots + \gamma^{n-1} r_{t+n-1} + \gamma^n V(s_{t+n}) - V(s_t)",
     "equivalent"),
    ("nstep_advantage", r"r_t + \gamma r_{t+1} + \dots + \gamma^n V(s_{t+n}) - V(s_t)",
     "equivalent"),
    ("nstep_advantage", r"R_{t+1} + \gamma R_{t+2} + \dots + \gamma^n V(s_{t+n}) - V(s_t)",
     "equivalent"),
    ("nstep_advantage", r"r_t + \gamma r_{t+1} + \dots + \gamma^n V(s_{t+n+1}) - V(s_t)",
     "different"),
    ("gae_lambda1", r"r_t + \gamma r_{t+1} + \gamma^2 r_{t+2} + \dots - V(s_t)", "equivalent"),
    ("discounted_return", r"r_t + \gamma r_{t+1} + \gamma^3 r_{t+2} + \dots", "undecided"),
    ("gae", r"A_t^{(1)} + \lambda A_{t+1} + \dots", "undecided"),
    ("gae", r"A_t^{(1)} + \lambda A_t^{(2)} + \dots + A_T", "undecided"),
    ("gae", r"A_t^{(1)} + \dots + A_T", "undecided"),
    ("discounted_return", r"V(s_t) + \gamma V(s_{t+1}) + \gamma^2 V(s_{t+2}) + \dots", "different"),
    ("discounted_return", r"r_t + \gamma r_{t+1} + \dots + \gamma^{T-t-1} r_{T-1}", "equivalent"),
    ("discounted_return", r"r_t + \gamma r_{t+1} + \dots + \gamma^{T-t} r_{T-1}", "different"),
    ("gae", r"(1-\lambda)(\delta_t + \lambda (\delta_t + \gamma\delta_{t+1})"
            r" + \lambda^2 (\delta_t + \gamma\delta_{t+1} + \gamma^2\delta_{t+2}) + \dots)",
     "equivalent"),
    ("gae", r"(1-\lambda)(\delta_t + \lambda (\delta_t + \delta_{t+1}) + \dots)", "undecided"),
)  # fmt: skip

SUMS = (
    ("gae", rf"\sum_{{0 \le l}} ({GAE})^l \delta_{{t+l}}", "equivalent"),
    ("gae", rf"\sum_{{0 < l}} ({GAE})^l \delta_{{t+l}}", "different"),
    ("gae", rf"\sum_{{t \le k}} ({GAE})^{{k-t}} \delta_k", "equivalent"),
    ("gae", rf"\sum_{{t < k}} ({GAE})^{{k-t}} \delta_k", "different"),
    ("gae_finite", rf"\sum_{{l < T - t}} ({GAE})^l \delta_{{t+l}}", "equivalent"),
    ("discounted_return", r"\sum_{k \ge t} \gamma^{k-t} r_k", "equivalent"),
    ("discounted_return", r"\sum_{k > t} \gamma^{k-t} r_k", "different"),
    ("gae", r"\sum (\gamma\lambda) \delta_t", "undecided"),
    ("gae", rf"\sum_{{l \in S}} ({GAE})^l \delta_{{t+l}}", "undecided"),
    ("gae", rf"\prod_{{l=0}}^\infty ({GAE})^l \delta_{{t+l}}", "undecided"),
    ("gae_finite", rf"\sum_l ({GAE})^l \delta_{{t+l}}", "undecided"),
    ("gae", "discount_cumsum(deltas, gamma*lam)[t]", "equivalent"),
    ("gae", "discount_cumsum(deltas, gamma)[t]", "different"),
    ("discounted_return", "discount_cumsum(rewards, gamma)", "equivalent"),
    ("gae_finite", "len(rewards) * sum((gamma*lam)**l * delta[t+l] for l in range(T-t))",
     "different"),
    ("gae_finite", "sum((gamma*lam)**l * delta[t+l] for l in range(len(rewards)-t))", "equivalent"),
)  # fmt: skip

QUANTITIES = (
    ("gae_lambda1", r"A_t^{(\infty)}", "equivalent"),
    ("gae_lambda1", "A_t^{(3)}", "different"),
    ("gae", r"(1-\lambda)\sum_{n=1}^\infty \lambda^{n-1} A^{(n)}(s_t, a_t)", "equivalent"),
    ("gae", r"(1-\lambda)\sum_{n=1}^\infty \lambda^{n} A^{(n)}(s_t, a_t)", "different"),
    ("gae", r"G_t^{\lambda} - V(s_t)", "equivalent"),
    ("gae", "G_t - V(s_t)", "different"),
    ("nstep_advantage", "G_{t:t+n} - V(s_t)", "equivalent"),
    ("nstep_advantage", "G_{t:t+n+1} - V(s_t)", "different"),
    ("nstep_advantage", "G_t^{(n)} - V(s_t)", "equivalent"),
    ("gae_lambda0", r"\delta_t + 0 \cdot A_{t+1}", "equivalent"),
    ("gae_lambda0", r"\delta_t + \gamma A_{t+1}", "different"),
    ("td_residual", r"r_t^2 + \gamma V(s_{t+1}) - V(s_t)", "different"),
    ("td_residual", "r + gam (V(s')) - V(s)", "equivalent"),
    ("td_residual", "r[t] + gamma * v[t+1].squeeze() - v[t].squeeze()", "equivalent"),
    ("td_residual", f"E[{DELTA}]", "equivalent"),
    ("td_residual", "r + gamma * V_next - mask * V", "different"),
    ("td_residual", r"(1-d_t) r_t + \gamma (1-d_t) V(s_{t+1}) - V(s_t)", "different"),
    ("td_residual", "rewards[t] + gamma * next_values[t] - values[t]", "equivalent"),
    ("td_residual", "r_t + gamma * v_tp1 - v_t", "equivalent"),
    ("td_residual", rf"{DELTA} + x^2 - x", "undecided"),
    ("td_residual", rf"{DELTA} \% 2", "undecided"),
    ("nstep_advantage", "A_t^{(n-100n)}", "undecided"),
    ("td_residual", r"r_t + \gamma V(t+1) - V(t) + V(t+20)", "undecided"),
    ("td_residual", r"\exp(\delta_t)", "undecided"),
    ("td_residual", r"\delta_t / (r_t + V(s_t))", "undecided"),
    ("td_residual", r"r_t + \gamma^{1000} V(s_{t+1}) - V(s_t)", "undecided"),
    ("td_residual", "len(rewards) * delta[t]", "undecided"),
    ("td_residual", "r + gamma * mean() - V", "unreadable"),
    ("td_residual", rf"{DELTA} \le 0", "undecided"),
    ("td_residual", r"r_t / 0 + \gamma V(s_{t+1}) - V(s_t)", "different"),
)

EQUATIONS = (
    ("discounted_return", r"G_t - \gamma G_{t+1} = r_t", "equivalent"),
    ("discounted_return", r"G_t - \gamma G_{t+1} = r_{t+1} + r_t", "different"),
    ("gae", "A_t - A_t = 0", "undecided"),
    ("gae", r"A_t := A^{GAE}_t = \hat A_t", "undecided"),
    ("td_residual", r"\delta_t, \delta_t = x, x = y, y = x", "undecided"),
    ("gae_recursive", rf"A_{{t-1}} = \delta_{{t-1}} + {GAE} A_t", "equivalent"),
    ("gae_recursive", rf"A_{{t+1}} = \delta_t + {GAE} A_{{t+2}}", "different"),
)

DELTAS = rf"\sum_{{l=0}}^\infty ({GAE})^l \delta_{{t+l}}"
CALLED = DELTAS.replace("_{t+l}", "(t+l)")
DEFINITIONS = (
    ("gae", r"\sum_{l=0}^\infty x^l \delta_{t+l}, x = \gamma\lambda", "equivalent"),
    ("gae", r"\sum_{l=0}^\infty x^l \delta_{t+l}, x = \gamma", "different"),
    ("gae", rf"{DELTAS}, \delta_{{k+1}} = r_{{k+1}} + \gamma V(s_{{k+2}}) - V(s_{{k+1}})",
     "equivalent"),
    ("gae", rf"{DELTAS}, \delta_{{k+1}} = r_k + \gamma V(s_{{k+1}}) - V(s_k)", "different"),
    ("gae", rf"{DELTAS}, \delta_{{k-1}} = r_{{k-1}} + \gamma V(s_k) - V(s_{{k-1}})", "equivalent"),
    ("gae", rf"{DELTAS}, \delta_{{t+l}} = r_{{t+l}} + \gamma V(s_{{t+l+1}}) - V(s_{{t+l}})",
     "equivalent"),
    ("gae", rf"{DELTAS}, \delta_{{t+l}} = r_{{t+l}} + \gamma V(s_{{t+l+1}}) - V(s_t)",
     "different"),
    ("gae", rf"{DELTAS}, \delta_{{k+m}} = r_{{k+m}} + \gamma V(s_{{k+m+1}}) - V(s_{{k+m}})",
     "equivalent"),
    ("gae", rf"{DELTAS}, \delta_{{t-l}} = r_{{t-l}} + \gamma V(s_{{t-l+1}}) - V(s_{{t-l}})",
     "equivalent"),
    ("gae", rf"{CALLED}, \delta(k) = r_k + \gamma V(s_{{k+1}}) - V(s_k)",
     "equivalent"),
    ("gae", rf"{CALLED}, \delta(k) = r_k + \gamma V(s_k) - V(s_k)",
     "different"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("formula", "text", "expected"),
    [*CONDITIONS, *NEXT_STATES, *ELLIPSES, *SUMS, *QUANTITIES, *EQUATIONS, *DEFINITIONS],
)
def test_a_trajectory_formula_is_taken_by_its_meaning(formula, text, expected) -> None:
    verdict = decide(specs()[formula], text)
    assert verdict.verdict == expected, verdict.message


WITNESSES = (
    ("gae_recursive", f"A_t = {STEP}, A_T = V(s_T)", "not 0", "0"),
    ("gae_recursive", f"A_t = {STEP}, A_{{T-1}} = 0", "not delta_2", "delta_2"),
    ("gae", "A_t", "1", "0"),
    ("gae", r"\frac{\delta_t}{1 - \gamma\lambda}", "-6/5", "-1"),
    ("td_residual", r"r_t / 0 + \gamma V(s_{t+1}) - V(s_t)", "has no value: a division by zero",
     "is finite"),
    ("td_residual", r"\gamma^2 V(s_{t+1}) - V(s_t) + r_t", "gamma^2 (= 1/4)", "gamma (= 1/2)"),
)  # fmt: skip


@pytest.mark.parametrize(("formula", "text", "yours", "reference"), WITNESSES)
def test_a_witness_shows_the_first_coefficient_that_differs(
    formula, text, yours, reference
) -> None:
    found = decide(specs()[formula], text).counterexample
    assert found is not None
    assert (found["yours"], found["reference"]) == (yours, reference)


def test_a_witness_says_that_the_episode_ended() -> None:
    text = r"r_t + \gamma V(s_{t+1}) - (1-d_t) V(s_t)"
    found = decide(specs()["td_residual"], text).counterexample
    assert found is not None
    assert found["quantity"] == "the coefficient of V_t"
    assert found["at"]["done"] == 1
    assert (found["yours"], found["reference"]) == ("0", "-1")


HALVES = {"gamma": "1/2", "lambda": "1/3"}
PLACES = (
    ("gae_recursive", f"A_t = {STEP}, A_T = V(s_T)", "t = 2, T = 3"),
    ("gae_recursive", r"\delta_t + \gamma A_{t+1}", {**HALVES, "t": 2, "T": 4}),
    ("nstep_advantage", r"\sum_{l=0}^{n} \gamma^l \delta_{t+l}", {**HALVES, "n": 1}),
    ("gae", r"\sum_{l=0}^\infty \gamma^l \delta_{t+l}", HALVES),
    ("td_residual", cases((DELTA, "d_t = 0")), "the episode ended at t"),
)


@pytest.mark.parametrize(("formula", "text", "where"), PLACES)
def test_a_witness_says_where_it_was_taken(formula, text, where) -> None:
    found = decide(specs()[formula], text).counterexample
    assert found is not None
    assert found["at"] == where


SYMBOLS = (
    ("td_residual", r"r_t - \gamma V(s_{t+1}) - V(s_t)", "-gamma (= -1/2)", "gamma (= 1/2)"),
    ("gae", r"\sum_{l=0}^\infty \gamma^l \delta_{t+l}", "0", "gamma - gamma lambda (= 1/3)"),
    (
        "td_residual",
        r"(1 + \frac12 \gamma) r_t + \gamma V(s_{t+1}) - V(s_t)",
        "1 + 1/2 gamma (= 5/4)",
        "1",
    ),
)


@pytest.mark.parametrize(("formula", "text", "yours", "reference"), SYMBOLS)
def test_a_coefficient_is_shown_in_symbols_with_its_sign(formula, text, yours, reference) -> None:
    found = decide(specs()[formula], text).counterexample
    assert found is not None
    assert (found["yours"], found["reference"]) == (yours, reference)
