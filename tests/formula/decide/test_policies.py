"""Policies in tables: rewards beside a score, transitions, sums over data, divergences, functions.

Each line hangs on one step of the evaluation, so that a slip in that step changes its verdict.
"""

import pytest

from rlprep.formula.check import decide
from tests.formula.corpus.labels import specs

SCORE = r"\nabla\log\pi(a_t|s_t)"
VALUES = r"V(s') - V(s)"
NEW, OLD, PRIMED = r"\pi_\theta(a|s)", r"\pi_{old}(a|s)", r"\pi_{\theta'}(a|s)"
CLIP = r"\min(r A, clip(r, 1-\epsilon, 1+\epsilon) A)"
KL = r"KL(\pi_{old}(\cdot|s_i) \| \pi_\theta(\cdot|s_i))"


def gradient(weight: str) -> str:
    return rf"E[\sum_t {SCORE} {weight}]"


REWARDS = (
    (r"\sum_{t \le k \le T} \gamma^{k-t} r_k", "equivalent"),
    (r"\sum_{t < k \le T} \gamma^{k-t} r_k", "different"),
    (r"\sum_{t \le k} \gamma^{k-t} r_k", "equivalent"),
    (r"\sum_{k > t} \gamma^{k-t} r_k", "different"),
    (r"\sum_{k=t+1}^T \gamma^{k-t-1} R_k", "equivalent"),
    (r"\sum_{l=0}^{\infty} \gamma^l r_{t+l}", "equivalent"),
    (r"\sum_{l=1} \gamma^l r_{t+l}", "different"),
    (r"\sum_{k=0}^T \gamma^k r_k", "equivalent"),
    (r"\sum_{k=0}^T r_k", "equivalent"),
    (r"\sum_{k=t}^T 2 \gamma^{k-t} r_k", "different"),
    (r"\sum_{k=t}^T \gamma^{k+t} r_k", "different"),
    (r"\sum_{k=t}^T \gamma^{2k-2t} r_k", "undecided"),
    (r"\sum_{k=t}^T \gamma^{k-t} r_k^2", "undecided"),
    (r"\sum_{l=0}^{3} \gamma^l r_{t+l}", "undecided"),
    (r"\sum_{k=0}^{t} \gamma^k r_k", "undecided"),
    (r"\sum_{k=0}^{t-1} \gamma^k r_k", "undecided"),
    (r"\sum_{k < t} \gamma^k r_k", "undecided"),
    (r"(\sum_{k=t}^T \gamma^{k-t} r_k - b(s_t))", "equivalent"),
    ("R_t", "equivalent"),
    (r"R(\tau)", "equivalent"),
    (r"\delta", "equivalent"),
    (r"\prod_t \pi(a_t|s_t)", "undecided"),
    ("P(s'|s,a) A(s,a)", "different"),
)

ADVANTAGES = (
    (r"E[\sum_k \gamma^k r_{t+k} | s_t, a_t] - V(s_t)", "equivalent"),
    (r"E[\sum_{k=1}^\infty \gamma^{k-1} R_{t+k} | s_t, a_t] - V(s_t)", "equivalent"),
    (r"E[\sum_{k=1} \gamma^k r_{t+k} | s_t, a_t] - V(s_t)", "different"),
    (r"E[\sum_{k=t}^\infty \gamma^k r_k | s_t, a_t] - V(s_t)", "different"),
    (r"E[\sum_k \gamma^k r_{t+k} | s_t] - V(s_t)", "different"),
    (r"\sum_k \gamma^k r_{t+k} - V(s_t)", "different"),
    (r"E[\sum_t V(s_t)] - V(s)", "undecided"),
    (r"r(s,a) + \gamma \sum_{s'} P(s'|s,a) V(s') - V(s)", "equivalent"),
    (r"r(s,a) + \gamma \sum_{s'} p(s'|s,a) V(s') - V(s)", "equivalent"),
    (r"r(s,a) + \gamma \sum_{s_{t+1}} P(s_{t+1}|s,a) V(s_{t+1}) - V(s)", "equivalent"),
    (r"r(s,a) + \gamma \sum_{s_{t+1}} P(s_{t+1}|s,a) V(s) - V(s)", "different"),
    (r"r(s,a) + \sum_{s'} P(s'|s,a) V(s') - V(s)", "different"),
    (r"r(s,a) + \gamma P(s'|s,a) V(s') - V(s)", "different"),
    (r"r(s,a) + \gamma \sum_{s'} V(s') - V(s)", "different"),
    (r"r(s,a) + \gamma E_{s' \sim P}[V(s')] - V(s)", "equivalent"),
    (r"r(s,a) + \gamma \max_{s'} V(s') - V(s)", "different"),
    (rf"E_{{s'}}[r + \gamma {VALUES}]", "equivalent"),
    (rf"r + \gamma {VALUES}", "different"),
    ("action_values - state_values", "equivalent"),
    ("state_values - action_values", "different"),
    ("Q(s_{t-1}, a) - V(s)", "undecided"),
    ("Q(s, a+1) - V(s)", "undecided"),
    ("Q(a, s) - V(s)", "undecided"),
)

GRADIENTS = (
    (r"(grad(logp) * adv).mean()", "equivalent"),
    (r"(grad(prob) * adv).mean()", "different"),
    (r"E[\nabla \nabla \log\pi(a|s) A(s,a)]", "undecided"),
    (r"\nabla E_{a\sim\pi}[A(s,a)]", "equivalent"),
    (r"E_{a\sim\pi}[\nabla A(s,a)]", "different"),
    (r"E[\nabla \sqrt{\pi(a|s)} \frac{2}{\sqrt{\pi(a|s)}} A(s,a)]", "equivalent"),
    (r"E[\nabla \sqrt{\pi(a|s) - \pi(a|s)} A(s,a)]", "different"),
    (r"\sum_s d(s) \sum_a \pi(a|s) \sum_{s'} P(s'|s,a) \nabla\log\pi(a|s) A(s,a)", "equivalent"),
    (r"\frac{1}{|D|}\sum_{\tau \in D} \sum_{t=0}^T \nabla\log\pi(a_t|s_t) A_t", "equivalent"),
    ("X A, X = Y, Y = X", "undecided"),
    (r"E_{x+1}[\nabla\log\pi(a|s) A]", "undecided"),
)

DATA = (
    ("trpo_constraint", rf"\frac1N \sum_i {KL} \le \delta", "equivalent"),
    ("trpo_constraint", rf"\sum_i {KL} / N \le \delta", "equivalent"),
    ("trpo_constraint", rf"\sum_i {KL} \le \delta", "undecided"),
    ("trpo_constraint", rf"\frac{{1}}{{|D|}}\sum_{{s_i \in D}} {KL} \le \delta", "equivalent"),
    ("trpo", rf"\max_\theta \frac1N \sum_i r_i A_i s.t. \frac1N \sum_i {KL} \le \delta",
     "equivalent"),
    ("trpo", rf"\max_\theta \frac1N \sum_i r_i A_i s.t. \sum_i {KL} \le \delta", "undecided"),
    ("trpo_objective", rf"\frac{{1}}{{|D|}}\sum_{{(s,a) \in D}} \frac{{{NEW}}}{{{OLD}}} A(s,a)",
     "equivalent"),
    ("trpo_objective", rf"\frac{{1}}{{|D|}}\sum_{{(s,a) \in D}} \frac{{{OLD}}}{{{NEW}}} A(s,a)",
     "different"),
    ("trpo_objective", rf"E_{{s\sim d, a\sim q}}[\frac{{{NEW}}}{{q(a|s)}} A(s,a)]", "equivalent"),
    ("trpo_objective", rf"E_{{s,a\sim\pi_\theta}}[\frac{{{PRIMED}}}{{{NEW}}} A(s,a)]",
     "equivalent"),
    ("trpo_objective", rf"E_{{s,a\sim\pi_{{\theta'}}}}[\frac{{{PRIMED}}}{{{NEW}}} A(s,a)]",
     "different"),
    ("trpo_objective", r"\sum_s \rho(s) \sum_a \pi_\theta(a|s) A(s,a)", "equivalent"),
    ("trpo_objective", r"\sum_s \rho(s) \sum_a \pi_{old}(a|s) A(s,a)", "different"),
    ("trpo", "E[r_t A_t]", "different"),
    ("ppo_kl_penalty", "(ratio*adv).mean() - kl_coef*kl.mean()", "equivalent"),
    ("ppo_kl_penalty", "(ratio*adv).mean() + kl_coef*kl.mean()", "different"),
    ("trpo_objective", r"E[r_t A_t] \le \delta", "undecided"),
    ("trpo_objective", r"\exp(100 E[r_t A_t])", "different"),
    ("trpo_constraint", r"D_{KL}^{\max}(\pi_{old}, \pi_\theta) \le \delta", "different"),
    ("trpo_constraint", r"KL(\pi_\theta) \le \delta", "undecided"),
    ("trpo_constraint", r"\max_\theta E[r_t A_t] s.t. E[KL(\pi_{old} \| \pi_\theta)] \le \delta",
     "equivalent"),
    ("trpo_constraint", r"1/(E[KL(\pi_{old} \| \pi_\theta)] - \delta) \le 0", "different"),
    ("trpo_constraint", r"\exp(100 E[KL(\pi_{old} \| \pi_\theta)]) \le \exp(100\delta)",
     "equivalent"),
    ("ppo_kl_penalty", "(ratio*adv).mean() - beta*entropy.mean()", "different"),
    ("ppo_kl_penalty", "(ratio*adv).mean() - beta*entropy()", "different"),
)  # fmt: skip

ENTROPIES = (
    ("entropy", "-(p * torch.log2(p)).sum() * torch.log(2)", "equivalent"),
    ("entropy", "-(p * torch.log2(p)).sum()", "different"),
    ("entropy", "-(p * torch.log10(p)).sum()", "different"),
    ("entropy", r"-\sum_a \pi(a|s) \log_e \pi(a|s)", "equivalent"),
    ("entropy", "(p * torch.log(p).abs()).sum()", "undecided"),
    ("entropy", "(p * torch.neg(torch.log(p))).sum()", "equivalent"),
    ("entropy", "(p * torch.relu(-torch.log(p))).sum()", "undecided"),
    ("entropy", "(p * torch.relu(torch.log(p))).sum()", "different"),
    ("entropy", r"-\sum_a \pi(a|s) \log(\pi(a|s) + 10^{-8})", "equivalent"),
    ("entropy", r"-\sum_a \pi(a|s) \log(\pi(a|s) + 10^{-1})", "different"),
    ("entropy", "entropy()", "undecided"),
    ("kl", r"KL(\tilde\pi || \pi) = \sum_a \tilde\pi(a|s) \log\frac{\tilde\pi(a|s)}{\pi(a|s)}",
     "equivalent"),
    ("kl", r"KL(\tilde\pi || \pi) = \sum_a \pi(a|s) \log\frac{\pi(a|s)}{\tilde\pi(a|s)}",
     "different"),
    ("kl", r"E[\log P(x) - \log Q(x)]", "undecided"),
    ("kl", "F.kl_div(q.log(), p)", "equivalent"),
    ("kl", "F.kl_div(p.log(), q)", "different"),
)  # fmt: skip

RATIOS = (
    ("ratio", r"\frac{\tilde\pi(a|s)}{\pi(a|s)}", "equivalent"),
    ("ratio", r"\frac{\pi(a|s)}{\tilde\pi(a|s)}", "different"),
    ("ratio", "torch.sign(pi) * pi / pi_old", "undecided"),
    ("ratio", r"(e)^{\log\pi(a|s)} / \pi_{old}(a|s)", "equivalent"),
    ("ratio", r"(\pi(a|s)^2 / \pi_{old}(a|s)^2)^{1/2}", "equivalent"),
    ("ratio", r"(\pi(a|s) / \pi_{old}(a|s))^{1/2}", "different"),
    ("ratio", r"((\pi(a|s) / \pi_{old}(a|s))^{1/3})^3", "equivalent"),
    ("ratio", r"\sqrt{-\pi(a|s)}", "different"),
    ("ratio", r"\pi(a|s) \% \pi_{old}(a|s)", "undecided"),
    ("ratio", "torch.where(True, pi, 0) / pi_old", "undecided"),
    ("ratio", "torch.where(pi / pi_old)", "unreadable"),
    ("ratio", "torch.min(pi) / pi_old", "unreadable"),
    ("ratio", "torch.exp()", "unreadable"),
    ("ratio", "torch.neg()", "unreadable"),
    ("ratio", r"\frac{\pi(a|s, \theta)}{\pi(a|s, \theta_{old})}", "equivalent"),
    ("ratio", r"\frac{\pi(a|s, \theta_{old})}{\pi(a|s, \theta)}", "different"),
)

CLIPS = (
    (rf"E[{CLIP} + \max(r^2 - 5000, 0)]", "different"),
    (rf"E[{CLIP} + \max(r^9 - 50^9, 0)]", "different"),
    (rf"E[{CLIP} + \max(r - 5, 0) \sqrt{{2}}]", "different"),
    (rf"E[{CLIP} (A - 7) / (A - 7)]", "different"),
    (rf"E[{CLIP} + (r - r)^{{12}}]", "equivalent"),
    (r"E[\min(\sqrt{r^2} A, clip(r, 1-\epsilon, 1+\epsilon) A)]", "equivalent"),
    (r"E[\min(r^2 A / r, clip(r, 1-\epsilon, 1+\epsilon) A)]", "equivalent"),
    (r"E[\min(r A, clip(\exp(-(\log \pi_{old} - \log \pi)), 1-\epsilon, 1+\epsilon) A)]",
     "equivalent"),
    (r"E[\min(\exp(\log \pi + (-\log \pi_{old})) A, clip(r, 1-\epsilon, 1+\epsilon) A)]",
     "equivalent"),
    (r"\min(r A, (1 + \epsilon \mathrm{sign}(A)) A)", "equivalent"),
    (r"\min(r A, (1 - \epsilon \mathrm{sign}(A)) A)", "different"),
    ("torch.min(ratio*adv, adv + eps*torch.abs(adv)).mean()", "equivalent"),
    (r"E[\min(r A, clip(r, (1-\epsilon, 1+\epsilon)) A)]", "equivalent"),
    (r"E[\min(r A, clip(r, \epsilon) A)]", "equivalent"),
    ("torch.min(ratio*adv, torch.clamp(ratio, 1-eps, max=1+eps)*adv).mean()", "equivalent"),
    ("torch.min(ratio*adv, ratio.clamp_min(1-eps).clamp_max(1+eps)*adv).mean()", "equivalent"),
    ("torch.min(ratio*adv, ratio.clamp_max(1-eps).clamp_min(1+eps)*adv).mean()", "different"),
    ("torch.min(ratio*adv, torch.where(adv <= 0, (1-eps)*adv, (1+eps)*adv)).mean()", "equivalent"),
    ("torch.min(ratio*adv, torch.where(adv <= 0, (1+eps)*adv, (1-eps)*adv)).mean()", "different"),
    ("torch.min(ratio*adv, torch.where(mask, (1+eps)*adv, (1-eps)*adv)).mean()", "undecided"),
    ("torch.min(logratio.exp()*adv, logratio.exp().clamp(1-eps, 1+eps)*adv).mean()", "equivalent"),
    (rf"E[\begin{{cases}} 0 & A = 0 \\ {CLIP} & A \ne 0 \end{{cases}}]", "equivalent"),
    (rf"E[\begin{{cases}} r A & A = 77 \\ {CLIP} & A \ne 77 \end{{cases}}]", "different"),
    (rf"E[\begin{{cases}} 0 & A \in S \\ {CLIP} & \text{{otherwise}} \end{{cases}}]", "undecided"),
    (rf"E[\begin{{cases}} {CLIP} & A > 5 \end{{cases}}]", "different"),
    (rf"E[{CLIP}] + H(\pi)", "different"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("formula", "text", "expected"),
    [
        *(("policy_gradient", gradient(weight), expected) for weight, expected in REWARDS),
        *(("policy_gradient", text, expected) for text, expected in GRADIENTS),
        *(("advantage", text, expected) for text, expected in ADVANTAGES),
        *(("ppo_clip", text, expected) for text, expected in CLIPS),
        *DATA,
        *ENTROPIES,
        *RATIOS,
    ],
)
def test_a_formula_of_policies_is_taken_by_its_meaning(formula, text, expected) -> None:
    verdict = decide(specs()[formula], text)
    assert verdict.verdict == expected, verdict.message


def test_a_sum_of_shifted_rewards_says_whose_index_it_reads() -> None:
    said = "rewards bear Sutton and Barto's index here: R_{t+1} follows the action at t"
    spec = specs()["policy_gradient"]
    assert said in decide(spec, gradient(r"\sum_{k=t+1}^T \gamma^{k-t-1} R_k")).remarks
    assert said not in decide(spec, gradient(r"\sum_{k=t}^T \gamma^{k-t} r_k")).remarks


@pytest.mark.parametrize(
    ("text", "proof"),
    [
        pytest.param(rf"E[{CLIP} + \max(r^2 - 5000, 0)]", "z3, and exact", id="found by z3"),
        pytest.param(rf"E[{CLIP} + \max(r^9 - 50^9, 0)]", "evaluation of both", id="beyond z3"),
    ],
)
def test_a_difference_far_from_the_grid_is_shown(text, proof) -> None:
    verdict = decide(specs()["ppo_clip"], text)
    assert verdict.proof.startswith(proof)
    assert verdict.counterexample
    assert verdict.counterexample["yours"] != verdict.counterexample["reference"]


SHOWN = (
    ("kl", r"P(x) \log \frac{P(x)}{Q(x)}", "one number for each outcome: nothing is summed"),
    ("kl", r"\log P(x) + V(s')", "a value that depends on the next state"),
    ("entropy", r"-\log\pi(a|s) + V(s')", "a value that depends on the next state"),
    ("ratio", "1 / 0", "no value (a division by zero)"),
    ("trpo_constraint", r"E[KL(\pi_{old} \| \pi)]", "without a bound"),
)


@pytest.mark.parametrize(("formula", "text", "shown"), SHOWN)
def test_a_witness_says_what_kind_of_answer_it_got(formula, text, shown) -> None:
    found = decide(specs()[formula], text).counterexample
    assert found is not None
    assert shown in found["yours"]
