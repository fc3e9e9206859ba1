"""How lines on policies are read: what is sampled, from whom, which policy, which entry.

Each line hangs on one condition of the reading, so that a slip in it changes the verdict.
"""

import pytest

NEW, OLD, PRIMED = r"\pi_\theta(a|s)", r"\pi_{old}(a|s)", r"\pi_{\theta'}(a|s)"
SCORE = r"\nabla_\theta \log \pi_\theta(a|s)"
KL = r"KL(\pi_{old}(\cdot|s) \| \pi_\theta(\cdot|s))"
CLIP = r"clip(r_i, 1-\epsilon, 1+\epsilon)"
CLAMP = "torch.clamp(ratio, 1 - eps, 1 + eps)"
RETURN = r"f(s) = V(s), A = Q(s,a)"
DIVERGENCE = r"D(f, g) = \sum_x f(x) \log \frac{f(x)}{g(x)}"
EXPLORED = r"(A(s,a) - \log\pi_\theta(a|s))"

MADE = "Categorical(logits={}_logits).log_prob(a)".format

SAMPLES = (
    ("trpo_constraint", rf"E_{{\tau \sim \pi_\theta, s \sim \tau}}[{KL}] \le \delta", "different"),
    ("trpo_constraint", rf"E_{{\tau \sim \pi_\theta}}[{KL}] \le \delta", "different"),
    ("trpo_constraint", rf"E_{{s \sim \pi}}[{KL}] \le \delta".replace("_\\theta", ""),
     "different"),
    ("trpo_constraint", rf"E_{{s \sim new}}[{KL}] \le \delta", "different"),
    ("trpo_constraint", rf"E_{{s \sim old}}[{KL}] \le \delta", "equivalent"),
    ("trpo_constraint", rf"E_{{s \sim advantages}}[{KL}] \le \delta", "undecided"),
    ("trpo_constraint", r"D_{KL}^{\max}(\pi_{old} \| \pi_\theta) \le \delta", "different"),
    ("trpo_objective",
     r"E_{s \sim \rho_{\theta_{old}}, \pi_\theta(\cdot|s)}[A(s,a)]", "equivalent"),
    ("trpo_objective", r"E_{s,a \sim \text{minibatch}}[r_t(\theta) A_t]", "equivalent"),
    ("policy_gradient", rf"E_{{\tau \sim \pi_{{old}}}}[{SCORE} A(s,a)]", "different"),
    ("policy_gradient", rf"E_{{s \sim \beta, a \sim \pi_\theta}}[{SCORE} A(s,a)]", "different"),
    ("policy_gradient", rf"E_{{s \sim \mu, a \sim \pi_\theta}}[{SCORE} A(s,a)]", "equivalent"),
    ("advantage", r"Q(s,a) - E_{\pi(\cdot|s')}[Q(s,a)]", "different"),
    ("advantage", r"Q(s,a) - E_{x\sim D}[Q(s,x)]", "undecided"),
    ("advantage", r"Q(s,a) - E_{s\sim d, a \sim\pi}[Q(s,a)]", "different"),
)  # fmt: skip

POLICIES = (
    ("trpo_objective", r"E_{s \sim \rho_\pi, a \sim \pi'}[A(s,a)]", "equivalent"),
    ("trpo_objective", r"E_{s \sim \rho_{\pi'}, a \sim \pi}[A(s,a)]", "equivalent"),
    ("trpo_objective", rf"E_{{s,a\sim\pi_{{old}}}}[\frac{{{PRIMED}}}{{{OLD}}} A(s,a)]",
     "equivalent"),
    ("trpo_objective", rf"E_{{s,a\sim\pi_{{old}}}}[\frac{{{NEW}}}{{{PRIMED}}} A(s,a)]",
     "equivalent"),
    ("ratio", r"\frac{\pi_{k+1}(a|s)}{\pi_k(a|s)}", "equivalent"),
    ("ratio", r"\pi_\theta(a|s) / \pi^0(a|s)", "undecided"),
    ("ratio", r"\pi_\theta(a|s, s') / \pi_{old}(a|s, s')", "undecided"),
    ("ratio", rf"\frac{{{NEW}}}{{\operatorname{{StopGrad}}({OLD})}}", "equivalent"),
    ("ratio", r"g(a|s) = \pi_\theta(a|s), r = g(a|s) / \pi_{old}(a|s)", "equivalent"),
    ("ratio", r"\tilde\pi(a|s)/\pi(a|s)", "equivalent"),
    ("policy_gradient", r"E_{a \sim \mu_\theta}[\nabla_\theta \log \mu_\theta(a|s) A(s,a)]",
     "equivalent"),
    ("policy_gradient",
     r"E_{a \sim \pi_{\theta_k}}[\nabla_\theta \log p_{\theta_k}(a|s) A(s,a)]", "equivalent"),
    ("policy_gradient", r"E[\nabla_\phi \log\pi_\theta(a|s) A(s,a)]", "different"),
    ("entropy", r"-\sum_x q(x) \log q(x)", "equivalent"),
    ("entropy", r"-\sum_a \pi(\cdot|s) \log \pi(\cdot|s)", "equivalent"),
    ("entropy", r"H = C(\pi, \pi), C(p, q) = -\sum_a p(a|s) \log q(a|s)", "equivalent"),
    ("kl", r"\sum_a \pi(a|s) \log\frac{\pi(a|s)}{\mu(a|s)}", "equivalent"),
    ("kl", r"\sum_x \pi_p(x) \log \frac{\pi_p(x)}{\pi_q(x)}", "equivalent"),
    ("kl", r"\sum_x p_p(x) \log \frac{p_p(x)}{p_{q,\phi}(x)}", "equivalent"),
    ("kl", "-((logq - logp) * logp.exp()).sum()", "equivalent"),
    ("kl", "(p * (log_p - log_q)).sum()", "equivalent"),
    ("kl", "(probs_p * (probs_p / probs_q).log()).sum()", "equivalent"),
    ("kl", f"{DIVERGENCE}, KL = D(P, Q)", "equivalent"),
    ("kl", r"\sum_i p_i \log(p_i / q_j)", "undecided"),
)  # fmt: skip

VALUES = (
    ("advantage", r"R(s,a) + \gamma \sum_{s'} P(s'|s,a) V(s') - V(s)", "equivalent"),
    ("advantage", r"R(s,a) + \gamma E_{s' \sim P}[V(s')] - V(s)", "equivalent"),
    ("advantage", r"\sum_{s'} P(s'|s,a) (r(s,a,s') + \gamma V(s')) - V(s)", "equivalent"),
    ("advantage", r"r(s,a,s') + \gamma \sum_{s'} P(s'|s,a) V(s') - V(s)", "different"),
    ("advantage", r"r(s,a) + \gamma \sum_y P(y|s,a) V(y) - V(s)", "equivalent"),
    ("advantage", r"r(s,a) + \gamma \sum_y P(y|s,a) V(s) - V(s)", "different"),
    ("advantage", r"Q(s,a) - \sum_k \pi(k|s) Q(s,k)", "equivalent"),
    ("advantage", r"Q(s,a) - \sum_{b \ne a} \pi(b|s) Q(s,b)", "undecided"),
    ("advantage", r"Q^w(s,a) - V^\phi(s)", "equivalent"),
    ("advantage", "Q[s, a] - V[s']", "different"),
    ("advantage", r"A(s,a) = B(s,a), B = Q - V", "equivalent"),
    ("advantage", rf"{RETURN} - f(s)", "equivalent"),
    ("advantage", rf"{RETURN} - f(s')", "different"),
    ("advantage", rf"{RETURN} - f(r(s,a))", "undecided"),
    ("advantage", "f(x) = V(x), A = Q(s,a) - f(s_t)", "equivalent"),
    ("advantage", "Q(s,a) - foo(s)", "unreadable"),
    ("advantage", r"Q(s,a) - \tanh(V(s))", "undecided"),
    ("policy_gradient", rf"E[{SCORE} R(s,a)]", "different"),
    ("policy_gradient", rf"E[{SCORE} (R(s,a) + \gamma V(s') - V(s))]", "equivalent"),
    ("policy_gradient", rf"E[{SCORE} (r(s,a,s') + \gamma V(s') - V(s))]", "equivalent"),
    ("policy_gradient", rf"E[{SCORE} {EXPLORED} - \nabla_\theta H(\pi_\theta(\cdot|s))]",
     "equivalent"),
    ("policy_gradient", r"E_{s\sim d^\pi}[\sum_k \nabla\pi_\theta(k|s) Q(s,k)]", "equivalent"),
    ("policy_gradient", r"E[\sum_{t=1}^{T-1} \nabla \log \pi_\theta(a_t|s_t) A_t]", "equivalent"),
    ("trpo_objective", "E[r_t (Q(s_t,a_t) - V(s_t))]", "equivalent"),
)  # fmt: skip

ARGUMENTS = (
    ("advantage", "Q(s, a) - V(s_next)", "different"),
    ("advantage", "Q(s, a) - V(next_s)", "different"),
    ("advantage", "Q(obs, act) - V(obs_next)", "different"),
    ("advantage", "Q(state, action) - V(new_state)", "different"),
    ("advantage", "Q(state, action) - V(prev_state)", "undecided"),
    ("advantage", "Q(states, actions) - V(states)", "equivalent"),
    ("advantage", "Q(states, actions) - V(actions)", "undecided"),
    ("advantage", "Q(next_state, action) - V(state)", "different"),
    ("advantage", "Q(state, next_action) - V(state)", "undecided"),
    ("advantage", "Q(action, state) - V(state)", "undecided"),
    ("advantage", "Q(s_t, a_t) - V(s_0)", "undecided"),
    ("advantage", "Q(s_0, a_0) - V(s_0)", "equivalent"),
    ("advantage", "Q(state=s, action=a) - V(state=s)", "equivalent"),
    ("advantage", "Q(state=s, action=a) - V(state=s_next)", "different"),
    ("advantage", "def f(s, a):\n    return Q(action=a, state=s) - V(state=s)", "equivalent"),
    ("advantage", "def f(s, a):\n    return Q(state=s, action=a) - V(state=s2)", "different"),
    ("advantage", "Q(s, a) - V(dim=0)", "undecided"),
    ("ratio", "pi(action | next_state) / pi_old(action | state)", "different"),
    ("ratio", "pi(action, state) / pi_old(action, state)", "equivalent"),
    ("policy_gradient", "E[grad log pi(a|s) Q(next_s, a)]", "different"),
    ("policy_gradient", "E[grad log pi(a|s) A(s, next_action)]", "undecided"),
)  # fmt: skip

NUMBERS = (
    ("trpo_objective", "E[|r_t| A_t]", "equivalent"),
    ("trpo_objective", "E[r_t^0 A_t]", "different"),
    ("trpo_objective", "E[r_t A_t^0]", "undecided"),
    ("trpo_objective", r"E[\gamma^0 r_t A_t]", "equivalent"),
    ("trpo_objective", r"N^{-1} \sum_i r_i A_i", "equivalent"),
    ("trpo_objective", r"\frac{1}{N} \sum_{i, a} \pi_\theta(a|s_i) A(s_i, a)", "equivalent"),
    ("ppo_clip", r"\min(r A, clip(r, 1-\epsilon, 1+\epsilon) A) + \mathrm{sgn}(0)", "equivalent"),
    ("trpo_objective", r"\frac1N \sum_i r_i A_j", "undecided"),
    ("trpo_objective", r"\frac1N \sum_i r_i \sum_i A_i", "undecided"),
    ("trpo_objective", r"\frac{1}{NT} \sum_i \sum_t r_{i,t} A_{i,t}", "equivalent"),
    ("trpo_objective", r"\frac1N \sum_i \frac1T \sum_t r_t^{(i)} A_t^{(i)}", "equivalent"),
    ("trpo_objective", r"\frac{1}{|D| T} \sum_{\tau \in D} \sum_{t=0}^T r_t A_t", "equivalent"),
    ("ppo_clip", rf"\min(\frac1N \sum_i r_i A_i, \frac1N \sum_i {CLIP} A_i)", "different"),
    ("ppo_clip",
     rf"\min(\frac1N \sum_t r_i A_t, \frac1N \sum_t {CLIP} A_t)".replace("_i", "_t"), "different"),
    ("ppo_clip", rf"E_s[\sum_a {OLD} \min(r_i A(s,a), {CLIP} A(s,a))]".replace("_i", ""),
     "equivalent"),
)  # fmt: skip

CODE = (
    ("trpo_objective", "mean()", "unreadable"),
    ("trpo_objective", "(ratio * adv).sum(dim=0) / len(adv)", "equivalent"),
    ("trpo_objective", "(ratio * adv).sum(0) / len(adv)", "equivalent"),
    ("ppo_clip", f"(old_probs * torch.min(ratio * adv, {CLAMP} * adv)).sum(dim=-1).mean()",
     "equivalent"),
    ("trpo_objective", "ratio @ adv / len(adv)", "equivalent"),
    ("trpo_objective", "(ratio[1:] * adv[1:]).mean()", "equivalent"),
    ("trpo_objective", "(ratio[:-1] * adv[1:]).mean()", "undecided"),
    ("ppo_clip", f"np.min([ratio * adv, {CLAMP} * adv])", "equivalent"),
    ("ppo_clip",
     "torch.min(ratio * adv, torch.clamp(ratio, 0, 1, 2, min=1 - eps, max=1 + eps) * adv)",
     "unreadable"),
    ("ppo_clip", "torch.min(ratio * adv, torch.clamp(ratio, 0, min=1 - eps, max=1 + eps) * adv)",
     "unreadable"),
    ("ppo_clip",
     "torch.min(log_ratios.exp() * adv, log_ratios.exp().clamp(1 - eps, 1 + eps) * adv)",
     "equivalent"),
    ("ratio", "new_action_probs / old_action_probs", "equivalent"),
    ("ratio", "exp(new_logits - old_logits)", "undecided"),
    ("ratio", f"torch.exp({MADE('new')} - {MADE('old')})", "equivalent"),
    ("ratio", "d = Normal(mu, std)\ne = Normal(mu_old, std_old)\n"
              "ratio = torch.exp(d.log_prob(a) - e.log_prob(a))", "equivalent"),
    ("ratio", "d = Normal(mu, std)\ne = Normal(mu_old, std_old)\n"
              "ratio = torch.exp(e.log_prob(a) - d.log_prob(a))", "different"),
    ("ratio", "torch.exp(new_logp.sum(-1) - old_logp.sum(-1))", "equivalent"),
    ("ratio", "(new_logp - old_logp).sum(dim=1).exp()", "equivalent"),
    ("ratio", "(new_logp - old_logp).exp().sum(dim=-1)", "different"),
    ("advantage", "Q[a] - sum(pi[b] * Q[b] for b in range(n))", "equivalent"),
    ("advantage", "qvalues[s][a] - sum(policy[s][b] * qvalues[s][b] for b in range(n))",
     "equivalent"),
    ("ppo_clip", f"torch.min(ratio * adv, {CLAMP} * adv).mean() + 0.01 * ent", "different"),
    ("advantage", "q.gather(1, a[:, None]) - v", "undecided"),
    ("advantage", "q.gather(1, a[:, None]).squeeze(1) - v", "equivalent"),
    ("advantage", "q.gather(1, a[:, None])[:, 0] - v", "equivalent"),
    ("advantage", "q.gather(1, a.view(-1, 1)) - v.unsqueeze(1)", "equivalent"),
    ("advantage", "q_sa = q.gather(dim=1, index=a.long().unsqueeze(-1))\nadv = -v + q_sa",
     "undecided"),
    ("advantage", "v = critic(s)\nadv = q.gather(1, a.unsqueeze(1)) - v", "equivalent"),
    ("advantage", "v = (probs * q).sum(dim=1)\nadv = q.gather(1, a.unsqueeze(1)) - v",
     "undecided"),
    ("advantage",
     "v = (probs * q).sum(dim=1, keepdim=True)\nadv = q.gather(1, a.unsqueeze(1)) - v",
     "equivalent"),
    ("advantage", "q[torch.arange(n), a] - v[:, None]", "undecided"),
    ("ratio", "torch.exp(logp.gather(1, a.unsqueeze(1)) - old_logp)", "undecided"),
    ("ratio", "new_probs.gather(1, a[:, None]) / old_probs.gather(1, a[:, None])", "equivalent"),
    ("trpo_objective", "(2 * ratio * adv.unsqueeze(1) / 2).mean()", "undecided"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("formula", "text", "expected"), [*SAMPLES, *POLICIES, *VALUES, *ARGUMENTS, *NUMBERS, *CODE]
)
def test_a_line_on_policies_is_read_by_its_meaning(ask, formula, text, expected) -> None:
    verdict = ask(formula, text)
    assert verdict.verdict == expected, verdict.message
