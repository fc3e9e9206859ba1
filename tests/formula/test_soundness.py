"""What must never be called equivalent: near misses that a check by numbers could let pass.

An equality is claimed for all values of the symbols, so nothing may hang on the values that the
worlds happen to have, on an unknown symbol, on an argument in the wrong place, or on the very
name of what is asked for.
"""

import pytest

from rlprep.formula.check import decide
from tests.formula.corpus.labels import specs

UNKNOWN = (
    ("softmax_attention", "softmax(Q K^T / sqrt(d)) V x / y"),
    ("softmax_attention", "softmax(w Q K^T / (u sqrt(d))) V"),
    ("linear_attention", "phi(Q) (phi(K)^T V) / (phi(Q) sum_j phi(k_j)) * x/y"),
    ("trpo_step", "theta + (q/z) sqrt(2 delta / (g^T H^{-1} g)) H^{-1} g"),
    ("ratio", "min(pi(a|s) / pi_old(a|s), l)"),
    ("entropy", r"-\sum_a \pi(a|s) \log \pi(a|s) + 0 x"),
)


@pytest.mark.parametrize(("formula", "text"), UNKNOWN)
def test_an_equality_that_leans_on_an_unknown_symbol_is_not_claimed(formula, text) -> None:
    verdict = decide(specs()[formula], text)
    assert verdict.verdict == "undecided"
    assert "it is not known what" in verdict.message


COINCIDENCES = (
    ("trpo_step", "theta + sqrt(40 delta^2 / (g^T H^{-1} g)) H^{-1} g"),
    ("ratio", r"\pi(a|s) / \pi_{old}(a|s) + \|\theta\| - \|\phi\|"),
    ("ratio", "pi(a|s)/pi_old(a|s) + |A| - |B|"),
    ("policy_gradient", r"E[\nabla \log \pi(a|s) A(s,a)] + \nabla H(\pi)"),
)


@pytest.mark.parametrize(("formula", "text"), COINCIDENCES)
def test_the_numbers_of_a_world_prove_nothing(formula, text) -> None:
    verdict = decide(specs()[formula], text)
    assert verdict.verdict == "different"
    assert verdict.counterexample
    assert verdict.counterexample["yours"] != verdict.counterexample["reference"]


COUNTS = (
    ("trpo_objective", "N E[r_t A_t]"),
    ("trpo_objective", r"\frac{1}{N} E[r_t A_t]"),
    ("policy_gradient", r"N E[\nabla \log \pi(a|s) A(s,a)]"),
    ("ppo_clip", r"N \sum_i \min(r_i A_i, clip(r_i, 1-\epsilon, 1+\epsilon) A_i)"),
    ("entropy", r"-\frac{1}{|A|} \sum_a \pi(a|s) \log \pi(a|s)"),
    ("entropy", r"-\sum_i \sum_a \pi(a|s_i) \log \pi(a|s_i)"),
    ("kl", r"N \sum_x P(x) \log \frac{P(x)}{Q(x)}"),
)


@pytest.mark.parametrize(("formula", "text"), COUNTS)
def test_a_number_of_samples_only_makes_a_mean_of_a_sum(formula, text) -> None:
    assert decide(specs()[formula], text).verdict == "different"


MEANS = (
    ("ppo_clip", r"N^{-1} \sum_{i=1}^N \min(r_i A_i, clip(r_i, 1-\epsilon, 1+\epsilon) A_i)"),
    ("ppo_clip", "(1/B) * torch.min(r*A, torch.clamp(r, 1-eps, 1+eps)*A).sum()"),
    ("trpo_objective", r"\frac{1}{|D| T} \sum_{\tau \in D} \sum_t r_t A_t"),
    ("policy_gradient", r"\frac1N \sum_{i=1}^N \sum_{t=0}^T \nabla \log \pi(a_t|s_t) A_t"),
    ("entropy", r"-\frac{1}{N} \sum_i \sum_a \pi(a|s_i) \log \pi(a|s_i)"),
    ("kl", r"\frac{1}{N} \sum_{i=1}^N \sum_x P(x) \log \frac{P(x)}{Q(x)}"),
    ("kl", "H(P, Q) - H(P)"),
)


@pytest.mark.parametrize(("formula", "text"), MEANS)
def test_a_mean_written_out_is_the_mean(formula, text) -> None:
    assert decide(specs()[formula], text).verdict == "equivalent"


MISPLACED = (
    ("advantage", "Q(s,a) - V(a)"),
    ("advantage", "Q(s,s) - V(s)"),
    ("advantage", "Q(s,a') - V(s)"),
    ("ratio", "pi(s|a) / pi_old(s|a)"),
    ("ratio", "pi(a|s) / pi_old(a'|s)"),
    ("ratio", "pi(a_t|s_t) / pi_old(a_t|s_{t-1})"),
    ("ratio", "pi(a_{t+1}|s_t) / pi_old(a_t|s_t)"),
    ("ratio", "pi(a + x|s) / pi_old(a|s)"),
    ("ratio", "pi(a|V(s)) / pi_old(a|s)"),
    ("advantage", "Q(s,-a) - V(s)"),
    ("policy_gradient", r"E[\nabla \log \pi(a|s) Q(s,a')]"),
    ("policy_gradient", r"E[\nabla \log \pi(a_t|s_t) A_{t+1}]"),
    ("ppo_clip", "E[min(r_t A_t, clip(r_{t+1}, 1-eps, 1+eps) A_t)]"),
    ("trpo_objective", "(ratio[t+1] * adv[t]).mean()"),
    ("kl", r"\sum_x P(x) \log (P(x)/Q(y))"),
    ("entropy", r"-\sum_a \pi(a|s) \log \pi(a'|s)"),
    ("ratio", "pi(a|s) / pi_old(s)"),
    ("ratio", "pi() / pi_old(a|s)"),
    ("ratio", "pi(z|s) / pi_old(a|s)"),
    ("ratio", "pi(a|s, x) / pi_old(a|s)"),
    ("ratio", "pi(a, b|s) / pi_old(a|s)"),
    ("ratio", "pi(a_t|s_t) / pi_old(a_i|s_i)"),
    ("advantage", "Q(s) - V(s)"),
    ("advantage", "Q(s,a) - V()"),
    ("advantage", "Q(s,a) - V(x)"),
    ("entropy", r"-\sum_a \pi(a|s) \log \pi(a|x)"),
    ("kl", r"\sum_x P(x) \log (P(x)/Q())"),
    ("trpo_objective", r"E[r_t(\theta_{old}) A_t]"),
    ("trpo_objective", r"E[r_t(\phi) A_t]"),
    ("trpo_objective", "E[r_t(theta) A(s)]"),
    ("ppo_kl_penalty", r"E[r A - \beta KL(\pi_{old}(.|z) \| \pi(.|s))]"),
)


@pytest.mark.parametrize(("formula", "text"), MISPLACED)
def test_a_quantity_of_something_else_is_not_the_samples(formula, text) -> None:
    assert decide(specs()[formula], text).verdict == "undecided"


SUBSCRIPTS = (
    ("trpo_objective", "E_{xyzzy}[r_t A_t]"),
    ("trpo_objective", "E_{foo bar}[r_t A_t]"),
    ("trpo_objective", "E_{t+3}[r_t A_t]"),
    ("trpo_objective", r"E_{s, a \sim xyzzy}[r_t A_t]"),
    ("policy_gradient", r"E_{xyzzy}[\nabla \log \pi(a|s) A(s,a)]"),
)


@pytest.mark.parametrize(("formula", "text"), SUBSCRIPTS)
def test_what_an_expectation_is_over_must_be_known(formula, text) -> None:
    assert decide(specs()[formula], text).verdict == "undecided"


DRAWN = (
    ("trpo_objective", r"E_{(s,a) \sim \mathcal{D}}[r_t A_t]"),
    ("trpo_objective", r"E_{\pi_{old}(\cdot|s)}[r_t A_t]"),
    ("trpo_objective", "E_{(s_t, a_t)}[r_t A_t]"),
    ("policy_gradient", r"E_{\tau \sim p_\theta(\tau)}[\nabla \log \pi(a|s) A(s,a)]"),
    ("policy_gradient", r"E_{s \sim d^\pi} E_{\pi(\cdot|s)}[\nabla \log \pi(a|s) A(s,a)]"),
    ("ratio", "pi(y|x) / pi_old(y|x)"),
    ("ratio", r"\frac{\pi(A|S, \theta)}{\pi(A|S, \theta_{old})}"),
    ("advantage", r"\sum_b \pi(b|s) (Q(s,a) - Q(s,b))"),
    ("advantage", r"Q(s,a) - E_{b \sim \pi(.|s)}[Q(s,b)]"),
    ("advantage", r"E_{b \sim \pi}[Q(s,a) - Q(s,b)]"),
    ("policy_gradient", r"\sum_x d(x) \sum_b \nabla \pi(b|x) Q(x,b)"),
    ("trpo_objective", r"\sum_x \rho_{old}(x) \sum_b \pi(b|x) A(x,b)"),
)


@pytest.mark.parametrize(("formula", "text"), DRAWN)
def test_other_letters_for_what_is_drawn_are_read(formula, text) -> None:
    verdict = decide(specs()[formula], text)
    assert verdict.verdict == "equivalent", verdict.message


NAMED = (
    ("ratio", "r_t(theta)"),
    ("ratio", "exp(logratio)"),
    ("kl", r"D_{KL}(P \| Q) = D_{KL}(P \| Q)"),
    ("entropy", r"H(\pi)"),
    ("entropy", "S[pi](s_t)"),
    ("advantage", "A(s, a)"),
)


@pytest.mark.parametrize(("formula", "text"), NAMED)
def test_the_name_of_what_is_asked_for_is_no_answer(formula, text) -> None:
    verdict = decide(specs()[formula], text)
    assert verdict.verdict == "undecided"
    assert "only names what is asked for" in verdict.message


FAR = (
    ("gae", r"\sum_{l=0}^{10} (\gamma\lambda)^l \delta_{t+l}"),
    ("gae", r"\sum_{l=0}^{\infty} (\gamma\lambda)^l \delta_{t+l} + r_{t+20}"),
    ("gae", r"\delta_t + \gamma\lambda \delta_{t+1} + \dots + (\gamma\lambda)^{33} \delta_{t+33}"),
    ("gae", r"(1-\lambda) \sum_{n=1}^{20} \lambda^{n-1} A_t^{(n)}"),
    ("gae", "sum((gamma*lam)**l * delta[t+l] for l in range(50))"),
    ("gae_lambda1", "A_t^{(20)}"),
    ("discounted_return", r"\sum_{k=0}^{\infty} \gamma^k r_{t+k} + r[t+30]"),
    ("discounted_return", r"\sum_{k=0}^{T-t-1} \gamma^k r_{t+k} + r_{t+30}"),
)


@pytest.mark.parametrize(("formula", "text"), FAR)
def test_what_lies_beyond_the_compared_steps_is_not_taken_for_equal(formula, text) -> None:
    assert decide(specs()[formula], text).verdict == "undecided"


def test_a_sum_cut_off_within_the_compared_steps_is_different() -> None:
    text = r"\sum_{l=0}^{5} (\gamma\lambda)^l \delta_{t+l}"
    assert decide(specs()["gae"], text).verdict == "different"


def test_a_step_is_told_apart_where_it_differs() -> None:
    verdict = decide(specs()["trpo_step"],
                     "theta + sqrt(40 delta^2 / (g^T H^{-1} g)) H^{-1} g")  # fmt: skip
    assert verdict.counterexample is not None
    assert verdict.counterexample["at"]["delta"] != "0.05"


def test_a_remark_at_the_end_of_a_line_is_no_factor() -> None:
    text = "S_t = S_{t-1} + phi(k_t) v_t^T   (state)\n" + (
        "z_t = z_{t-1} + phi(k_t)   (normaliser)\no_t = phi(q_t)^T S_t / (phi(q_t)^T z_t)"
    )
    assert decide(specs()["linear_attention_causal"], text).verdict == "equivalent"
    near = text.replace("   (state)", "   (gamma)")
    assert decide(specs()["linear_attention_causal"], near).verdict != "equivalent"


RIGHT = (
    ("policy_gradient", r"E[\frac{\nabla \exp(\log \pi(a|s))}{\pi(a|s)} A(s,a)]"),
    ("policy_gradient", r"E[2 \frac{\nabla \sqrt{\pi(a|s)}}{\sqrt{\pi(a|s)}} A(s,a)]"),
    ("policy_gradient", r"E[\frac{\nabla (\pi(a|s))^3}{3 (\pi(a|s))^3} A(s,a)]"),
    ("ratio", r"\pi_\theta(a|s)\, \pi_{old}^{-1}(a|s)"),
    ("ratio", "torch.exp(newlogprob - oldlogprob)"),
    ("ppo_clip", r"E[\min\{r A, \mathrm{clip}_{1-\epsilon}^{1+\epsilon}(r) A\}]"),
    ("ppo_total", r"L^{CLIP} - c_1 L^{VF} - (-c_2) S"),
    ("ppo_total", "min(r A, clip(r, 1-eps, 1+eps) A) - c_1 L_vf + c_2 S"),
    ("ppo_clip", r"E[\min(r A, \mathrm{clip}(r, 1 \pm \epsilon) A)]"),
    ("advantage", r"E[r_t + \gamma V(s_{t+1}) \mid s_t, a_t] - V(s_t)"),
)


@pytest.mark.parametrize(("formula", "text"), RIGHT)
def test_an_unusual_hand_is_read_by_its_meaning(formula, text) -> None:
    verdict = decide(specs()[formula], text)
    assert verdict.verdict == "equivalent", verdict.message


DEFINED = (
    (r"r_t + \gamma f(s_{t+1}) - f(s_t)", "f(s) = V(s)"),
    (r"r_t + \gamma f(s_{t+1}) - f(s_t)", "f(x) = V(x)"),
    (r"Q(s,a) - \sum_b \pi(b|s) f(b)", "f(a) = Q(s,a)"),
    (r"f(s, a) - \sum_b \pi(b|s) f(s, b)", "f(x, y) = Q(x, y)"),
)


@pytest.mark.parametrize(("weight", "definition"), DEFINED)
def test_a_function_of_the_input_is_taken_at_its_argument(weight, definition) -> None:
    text = rf"E[\nabla \log \pi(a|s) ({weight})], {definition}"
    verdict = decide(specs()["policy_gradient"], text)
    assert verdict.verdict == "equivalent", verdict.message


def test_a_function_of_the_input_at_another_argument_is_another_value() -> None:
    text = r"E[\nabla \log \pi(a_t|s_t) (r_t + \gamma f(s_t) - f(s_t))], f(s) = V(s)"
    assert decide(specs()["policy_gradient"], text).verdict == "different"


WRONG = (
    ("ppo_total", "0.5 L_clip - c_1 L_vf + c_2 S"),
    ("ppo_total", "2 L_clip - c_1 L_vf + c_2 S"),
    ("ppo_total", "min(r A, clip(r, 1-eps, 1+eps)) - c_1 L_vf + c_2 S"),
    ("ppo_total", "max(r A, clip(r, 1-eps, 1+eps) A) - c_1 L_vf + c_2 S"),
    ("ppo_total", "L_clip - c_1 L_vf^2 + c_2 S"),
    ("policy_gradient", r"E[\frac{\nabla (\pi(a|s))^3}{2 (\pi(a|s))^3} A(s,a)]"),
    ("kl", "H(P, Q) - H(Q)"),
    ("trpo_constraint", r"E[KL(\pi_{old} \| \pi)] - \delta \ge 0"),
)


@pytest.mark.parametrize(("formula", "text"), WRONG)
def test_a_slip_is_seen(formula, text) -> None:
    verdict = decide(specs()[formula], text)
    assert verdict.verdict == "different", verdict.message


def test_quotients_of_policies_are_proved_like_the_ratio() -> None:
    ratio = r"\frac{\pi_\theta(a|s)}{\pi_{old}(a|s)}"
    text = rf"E[\min({ratio} A, clip({ratio}, 1-\epsilon, 1+\epsilon) A)]"
    assert decide(specs()["ppo_clip"], text).proof.startswith("z3")


UNUSUAL = (
    ("policy_gradient", r"E[\nabla \log \pi(a_t|s_t) \sum_{k=5}^{T} \gamma^k r_k]"),
    ("gqa_head_map", "k[h // (H_q // H_kv), h]"),
)


@pytest.mark.parametrize(("formula", "text"), UNUSUAL)
def test_what_is_not_understood_is_not_decided(formula, text) -> None:
    assert decide(specs()[formula], text).verdict == "undecided"


OTHER_SAMPLES = (
    "pi(b, s) / pi_old(a, s)",
    "pi(s, b) / pi_old(s, a)",
    "pi(b) / pi_old(a)",
    "policy.prob(b, s) / old_policy.prob(a, s)",
    "exp(policy.log_prob(b) - old_policy.log_prob(a))",
    "exp(policy.log_prob(s, b) - old_policy.log_prob(s, a))",
)


@pytest.mark.parametrize("text", OTHER_SAMPLES)
def test_a_ratio_of_two_actions_is_none_however_the_arguments_are_written(text) -> None:
    assert decide(specs()["ratio"], text).verdict == "undecided"


@pytest.mark.parametrize(
    "text",
    [
        "policy.prob(a, s) / old_policy.prob(a, s)",
        "pi.prob(a|s) / pi_old.prob(a|s)",
        "pi(s, a) / pi_old(s, a)",
        "exp(policy.log_prob(s, a) - old_policy.log_prob(s, a))",
    ],
)
def test_a_ratio_of_one_action_is_one_in_any_notation(text) -> None:
    assert decide(specs()["ratio"], text).verdict == "equivalent"
