"""What stands around a formula: numbers for parameters, domains, names defined anew, left sides."""

import pytest

from rlprep.formula.check import decide
from tests.formula.corpus.labels import specs

CLIP = "E[min(r A, clip(r, 1-eps, 1+eps) A)]"
RATIO = "ratio = torch.exp(logp - old_logp)\n"
TD = "delta_t = r_t + gamma V(s_{t+1}) - V(s_t)"
STEP = r"\sqrt{\frac{2\delta}{g^T H^{-1} g}} H^{-1} g"
SOLVED = "x = np.linalg.solve(H, g)\n"

EXAMPLES = (
    ("td_residual", f"{TD}, gamma = 0.99", "equivalent"),
    ("td_residual", f"{TD}, gamma = 1", "different"),
    ("td_residual", "gamma = 0.99\ndelta = r[t] + gamma*V[t+1] - V[t]", "equivalent"),
    ("td_residual", "gamma = 0.99\ndelta = r[t] + gamma*V[t] - V[t+1]", "different"),
    ("gae", "sum_{l>=0} (gamma lambda)^l delta_{t+l}, gamma = 0.99, lambda = 0.95", "equivalent"),
    ("gae", "sum_{l>=0} (gamma lambda)^l delta_{t+l}, lambda = 1", "different"),
    ("ppo_clip", f"{CLIP}, eps = 0.2", "equivalent"),
    ("ppo_clip", "eps = 0.2\n" + RATIO +
     "L = torch.min(ratio*adv, torch.clamp(ratio, 1-eps, 1+2*eps)*adv).mean()", "different"),
    ("ppo_kl_penalty", "beta = 0.01\nobj = (ratio*adv).mean() - beta*kl", "equivalent"),
    ("trpo_step", "delta = 0.01\n" + SOLVED + "step = np.sqrt(2*delta/(x @ H @ x))*x",
     "equivalent"),
    ("trpo_step", "delta = 0.01\n" + SOLVED + "step = np.sqrt(delta/(x @ H @ x))*x", "different"),
    ("softmax_attention", "d = 64\nout = softmax(Q @ K.T / np.sqrt(d), axis=-1) @ V",
     "equivalent"),
    ("softmax_attention", "d = 64\nout = softmax(Q @ K.T / d, axis=-1) @ V", "different"),
)  # fmt: skip

FIXED = (
    ("ppo_clip", "E[min(r A, clip(r, 0.8, 1.2) A)]", "undecided"),
    ("ppo_clip", "E[min(r A, clip(r, 0.8, 1.3) A)]", "different"),
    ("ppo_clip", "E[max(r A, clip(r, 0.8, 1.2) A)]", "different"),
    ("td_residual", "r + 0.99 V(s') - V(s)", "undecided"),
    ("td_residual", "r + 0.99 V(s) - V(s')", "different"),
    ("gae_recursive", "A_t = delta_t + 0.99*0.95 A_{t+1}", "undecided"),
    ("gae_recursive", "A_t = delta_t + 0.95 A_{t+1}", "different"),
    ("trpo_constraint", r"E[KL(\pi_{old} \| \pi)] \le 0.01", "undecided"),
    ("trpo_constraint", r"E[KL(\pi_{old} \| \pi)] \ge 0.01", "different"),
    ("trpo_step", r"\sqrt{\frac{0.02}{g^T H^{-1} g}} H^{-1} g", "undecided"),
    ("trpo_step", r"\sqrt{\frac{0.02}{g^T H g}} H^{-1} g", "different"),
    ("kl", r"0.5 \sum_x P(x) \log\frac{P(x)}{Q(x)}", "different"),
)

DOMAINS = (
    ("td_residual", rf"{TD}, \quad \gamma \in [0, 1)", "equivalent"),
    ("td_residual", rf"{TD}, \; \gamma \in (0, 1]", "equivalent"),
    ("td_residual", "δ_t = r_t + γ V(s_{t+1}) − V(s_t), γ ∈ [0, 1)", "equivalent"),
    ("td_residual", r"r_t + \gamma V(s_{t+1}] - V(s_t)", "unreadable"),
)

ANEW = (
    ("td_residual", "v = V[t]\nv = 2*v\ndelta = r[t] + gamma*V[t+1] - v", "different"),
    ("td_residual", "v = V[t]\nw = v\nv = 2*w\ndelta = r[t] + gamma*V[t+1] - v", "undecided"),
    ("td_residual", "delta = r + gamma V(s') - v, where v = V(s), v = 2 V(s)", "undecided"),
    ("td_residual", "delta = r + gamma V(s') - v, where v = V(s), v = V(s)", "equivalent"),
    ("kl", "sum_x P(x) f(x), f(x) = log(P(x)/Q(x)), f(x) = log(Q(x)/P(x))", "undecided"),
    ("gqa_head_map", "g = H_q / H_kv\ng = 2*g\nkv(h) = floor(h / g)", "undecided"),
    ("kv_cache_bytes", "n = 2*B*L*S\nn = n*H_kv\nn = n*d_head\ntotal = n*b", "equivalent"),
    ("kv_cache_bytes", "n = 2*B*L*S\nn = n*H_kv\nn = 2*n*d_head\ntotal = n*b", "different"),
    ("trpo_step", SOLVED + "Hx = H @ x\nx = x / np.linalg.norm(x)\n"
     "step = np.sqrt(2*delta/(x @ Hx))*x", "different"),
    ("trpo_step", SOLVED + "x = x / np.linalg.norm(x)\nHx = H @ x\n"
     "step = np.sqrt(2*delta/(x @ Hx))*x", "equivalent"),
    ("trpo_step", SOLVED + "g = 2*g\nstep = np.sqrt(2*delta/(x @ g))*x", "different"),
    ("softmax_attention", "S = Q K^T\nS = S / sqrt(d)\nO = softmax(S) V", "equivalent"),
    ("softmax_attention", "S = Q K^T\nS = 2 S / sqrt(d)\nO = softmax(S) V", "different"),
)  # fmt: skip

LEFT = (
    ("td_residual", "delta_t^2 = r_t + gamma V(s_{t+1}) - V(s_t)", "undecided"),
    ("ratio", r"r_t^{-1} = \frac{\pi(a|s)}{\pi_{old}(a|s)}", "undecided"),
    ("softmax_attention", r"O^\top = softmax(Q K^\top / \sqrt{d}) V", "undecided"),
    ("linear_attention", r"o_i^\top = \frac{\phi(q_i)^\top \sum_j \phi(k_j) v_j^\top}"
     r"{\phi(q_i)^\top \sum_j \phi(k_j)}", "equivalent"),
    ("gqa_head_map", "kv(h+1) = floor(h / (H_q/H_kv))", "different"),
    ("gqa_head_map", "kv(h+1) = floor((h+1) / (H_q/H_kv))", "equivalent"),
    ("td_residual", "delta(t+1) = r_t + gamma V(s_{t+1}) - V(s_t)", "undecided"),
    ("trpo_step", rf"\theta_{{k+1}} - \theta_k = {STEP}", "equivalent"),
    ("trpo_step", rf"\theta_k - \theta_{{k+1}} = {STEP}", "different"),
    ("trpo_step", rf"\theta_k - \theta_{{k+1}} = -{STEP}", "equivalent"),
    ("trpo_step", rf"\theta - \theta_{{old}} = {STEP}", "equivalent"),
    ("trpo_step", rf"\theta' - \theta = {STEP}", "equivalent"),
    ("trpo_step", rf"\theta_a - \theta_b = {STEP}", "undecided"),
)  # fmt: skip

PRIMES = (
    ("ratio", r"\frac{\pi'(a|s)}{\pi(a|s)}", "undecided"),
    ("ratio", r"\frac{\pi(a|s)}{\pi'(a|s)}", "undecided"),
    ("ratio", r"r(\theta) = \frac{\pi_\theta(a|s)}{\pi_{\theta'}(a|s)}", "equivalent"),
    ("ratio", r"r(\theta') = \frac{\pi_\theta(a|s)}{\pi_{\theta'}(a|s)}", "different"),
    ("ratio", r"r(\theta') = \frac{\pi_{\theta'}(a|s)}{\pi_\theta(a|s)}", "equivalent"),
    ("kl", r"\sum_a \pi(a|s) \log\frac{\pi(a|s)}{\mu(a|s)}", "equivalent"),
    ("kl", r"\sum_a \mu(a|s) \log\frac{\mu(a|s)}{\pi(a|s)}", "equivalent"),
    ("kl", r"\sum_a \mu(a|s) \log\frac{\pi(a|s)}{\mu(a|s)}", "different"),
    ("kl", r"KL(\mu \| \pi) = \sum_a \pi(a|s) \log\frac{\pi(a|s)}{\mu(a|s)}", "different"),
)


@pytest.mark.parametrize(
    ("formula", "text", "expected"),
    [*EXAMPLES, *FIXED, *DOMAINS, *ANEW, *LEFT, *PRIMES],
)
def test_what_stands_around_a_formula_counts(formula, text, expected) -> None:
    verdict = decide(specs()[formula], text)
    assert verdict.verdict == expected, verdict.message


def test_an_example_is_told_as_one() -> None:
    verdict = decide(specs()["ppo_clip"], f"{CLIP}, eps = 0.2")
    assert "the number given for eps is read as an example" in verdict.remarks


def test_a_fixed_parameter_says_which_symbol_is_missing() -> None:
    verdict = decide(specs()["ppo_clip"], "E[min(r A, clip(r, 0.8, 1.2) A)]")
    assert "the reference at epsilon = 0.2 only" in verdict.message
