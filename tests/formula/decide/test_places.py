"""Where the quantities of policy optimisation are taken, from whom they are drawn, how often.

A name with a label, a step, a prime or an exponent of its own is another one: nothing that differs
only there may pass for the reference.
"""

import pytest

from rlprep.formula.check import decide
from tests.formula.corpus.labels import specs

OTHERS = (
    ("advantage", "Q(s,a) - E_s[V(s)]"),
    ("advantage", "Q(s,a) - E[V(s)]"),
    ("advantage", "adv = q - v.mean()"),
    ("advantage", "Q(s,a) - V(s,a)"),
    ("advantage", r"Q^\pi(s,a) - V^{\pi_{old}}(s)"),
    ("advantage", "Q(s,a) - E_{a' ~ pi(.|s')}[Q(s,a')]"),
    ("advantage", "adv = Q[s, a] - V[s_next]"),
    ("advantage", "adv = Q[s, a] - (pi[s] * Q[s, a]).sum()"),
    ("advantage", "adv = Q[s, a] - np.dot(pi[s_next], Q[s_next])"),
    ("advantage", "V(s) = Q(s,a) + A(s,a)"),
    ("advantage", "A(s,a)^2 = (Q(s,a) - V(s))^2"),
    ("policy_gradient", r"E_\pi[\nabla\log\pi(a_t|s_t) A(s_{t+1}, a_{t+1})]"),
    ("policy_gradient", r"E_\pi[(G_t - b(s_t, a_t)) \nabla\log\pi(a_t|s_t)]"),
    ("policy_gradient", r"E_{s \sim \rho, a \sim \beta}[\nabla\log\pi(a|s) Q(s,a)]"),
    ("policy_gradient", r"E_{s, a \sim z}[\nabla\log\pi(a|s) Q(s,a)]"),
    ("policy_gradient", r"E_{a \sim \mathcal{U}}[\nabla\log\pi(a|s) Q(s,a)]"),
    ("policy_gradient", r"E_\pi[\nabla_\phi \log\pi_\theta(a|s) A(s,a)]"),
    ("policy_gradient", r"E_\pi[\nabla\log\pi(a_t|s_t) G_{t+1}]"),
    ("policy_gradient", r"E_\pi[\sum_t \nabla\log\pi(a_t|s_t) \sum_{k=t}^T \gamma^{t-k} r_k]"),
    ("policy_gradient", r"E_\pi[\sum_t \nabla\log\pi(a_t|s_t) \sum_{k=t}^T \gamma^{k-t} r_t]"),
    ("policy_gradient", r"E_\pi[\sum_t \nabla\log\pi(a_t|s_t) \sum_{k=0}^t r_k]"),
    ("policy_gradient", r"\frac{1}{N^2} \sum_i \nabla\log\pi(a_i|s_i) A_i"),
    ("policy_gradient", r"\frac{1}{\sqrt{N}} \sum_i \nabla\log\pi(a_i|s_i) A_i"),
    ("trpo_objective", r"\frac1N \sum_i \frac1N r_i A_i"),
    ("trpo_objective", r"\frac1N \sum_{i=2}^N r_i A_i"),
    ("trpo_objective", r"E[r_t^\alpha A_t]"),
    ("trpo_objective", "E[r_t A'_t]"),
    ("trpo_objective", r"\sum_s \rho_\theta(s) \sum_a \pi_\theta(a|s) A_{old}(s,a)"),
    ("trpo_objective", r"E_{a \sim q}[\frac{\pi_\theta(a|s)}{\pi_{old}(a|s)} A(s,a)]"),
    ("ratio", r"\frac{\pi_\theta(a|s)}{\pi_{old}(a|s)} \frac{\rho_\theta(s)}{\rho_{old}(s)}"),
    ("ratio", "new_pi[a] / old_pi[b]"),
    ("ratio", "r = π_θ(a|s)/π_old(a|s), r = π_old(a|s)/π_θ(a|s)"),
    ("ratio", "r_t π_θ(a|s) = π_old(a|s)"),
    ("ppo_clip", "E[min(r_t A_t, clip(r_t, 1-eps_low, 1+eps_high) A_t)]"),
    ("ppo_kl_penalty", r"E[r A - \beta KL(\pi_{old}(.|s_t) \| \pi(.|s_{t+1}))]"),
    ("ppo_kl_penalty", r"E[r A - \beta KL(\pi_{old}(.|s_{t+1}) \| \pi(.|s_{t+1}))]"),
    ("ppo_total", "E[L_clip - c1 (V(s_{t+1}) - V_targ)^2 + c2 S]"),
    ("ppo_total", "E[L_clip - c1 (V_old(s_t) - V_targ)^2 + c2 S]"),
    ("ppo_total", "E[L_clip - c1 E[V(s_t) - V_targ]^2 + c2 S]"),
    ("ppo_total", r"E[L_clip - c1 L_vf + c2 H(\pi_{old}(.|s_t))]"),
    ("ppo_total", "E[min(min(r, 1000) A, clip(r, 1-eps, 1+eps) A) - c1 L_vf + c2 S]"),
    (
        "trpo",
        r"max E[r_t A_t] s.t. E[KL(\pi_{old}, \pi)] <= \delta, E[KL(\pi, \pi_{old})] <= \delta",
    ),
    ("trpo", r"max E[r_t A_t] s.t. E[KL(\pi_{old}, \pi)] <= \delta and r_t <= 2"),
    ("trpo_step", r"\theta + \sqrt{2\delta/(g_1^T H^{-1} g_1)} H^{-1} g_2"),
    ("kl", r"\sum_{i=1}^n p_i \log \frac{p_i}{q_{i+1}}"),
    ("kl", r"\sum_{i=1}^{n-1} p_i \log \frac{p_i}{q_i}"),
    ("kl", r"E_{x \sim R}[\log P(x) - \log Q(x)]"),
    ("entropy", r"-\sum_{i=2}^n p_i \log p_i"),
    ("entropy", r"-E_{a \sim u}[\log \pi(a|s)]"),
)


@pytest.mark.parametrize(("formula", "text"), OTHERS)
def test_what_is_taken_elsewhere_is_not_the_reference(formula: str, text: str) -> None:
    assert decide(specs()[formula], text).verdict in {"different", "undecided"}


EQUAL = (
    ("advantage", "Q(s,a) - E_a[Q(s,a)]"),
    ("advantage", "E_t[Q(s_t,a_t) - V(s_t)]"),
    ("advantage", "r + gamma E_{s'}[E_{a' ~ pi(.|s')}[Q(s',a')]] - V(s)"),
    ("advantage", "adv = Q[s, a] - (pi[s] * Q[s]).sum()"),
    ("advantage", "adv = Q[s][a] - sum(pi[s][b] * Q[s][b] for b in range(n))"),
    ("advantage", "Q(s,a) = V(s) + A(s,a)"),
    ("advantage", r"Q(s,a) - \int_{\mathcal A} \pi(a'|s) Q(s,a') da'"),
    ("ratio", "r_t π_old(a|s) = π_θ(a|s)"),
    ("ratio", r"\log r_t = \log\pi_\theta(a_t|s_t) - \log\pi_{old}(a_t|s_t)"),
    ("policy_gradient", r"\sum_t \nabla\log\pi(a_t|s_t)|_{\theta_k} A_t"),
    ("policy_gradient", r"\mathbb{E}_s \mathbb{E}_{a \sim \pi}[\nabla\log\pi(a|s) Q(s,a)]"),
    ("ppo_clip", r"E[\min(r A, [r]_{1-\epsilon}^{1+\epsilon} A)]"),
    ("ppo_kl_penalty", r"E[r_t A_t - \beta (H(\pi_{old}, \pi) - H(\pi_{old}))], "
                       r"H(p, q) = -\sum_a p(a|s) \log q(a|s), H(p) = -\sum_a p(a|s) \log p(a|s)"),
    ("ppo_total", r"E[L_clip - c_1 L_vf - c_2 \sum_a \pi(a|s_t) \log \pi(a|s_t)]"),
    ("trpo_objective", r"E_{s \sim \rho_{old}, a \sim q}[\frac{\pi(a|s)}{q(a|s)} A(s,a)]"),
    ("trpo_constraint", "mean KL(π_old ‖ π_θ) ≤ δ"),
    ("trpo", r"\max_{\theta: E[KL(\pi_{old} \| \pi_\theta)] \le \delta} E[r_t A_t]"),
    ("trpo_step", r"\sqrt{2\delta} \frac{F^{-1} g}{\|F^{-1/2} g\|}"),
    ("entropy", r"-\int \pi(a|s) \ln \pi(a|s) da"),
    ("entropy", "-(torch.softmax(logits, -1) * torch.log_softmax(logits, -1)).sum(-1)"),
    ("kl", r"D_{KL}(f \| g) = \int f(x) \log \frac{f(x)}{g(x)} dx"),
    ("kl", "scipy.stats.entropy(p, q)"),
)  # fmt: skip


@pytest.mark.parametrize(("formula", "text"), EQUAL)
def test_other_ways_to_write_the_reference_are_read(formula: str, text: str) -> None:
    verdict = decide(specs()[formula], text)
    assert verdict.verdict == "equivalent", verdict.message
