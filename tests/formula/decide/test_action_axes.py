"""Code of policies as arrays: the axis that holds the actions, logits, and what objects are of."""

import pytest

LOGITS = "# logits: (batch, n_actions)\n"
SOFTMAX = "logp = torch.log_softmax(logits, dim={a})\nent = -(logp.exp() * logp).sum(dim={b})"
TABLES = "# q, probs: [B, n_actions]\nv = (probs * q).sum(dim={a}, keepdim=True)\nadv = q - v"
TOTAL = r"L^{CLIP}_t - c_1 L^{VF}_t + c_2 S[\pi](s), \quad S[\pi](s) = "
PAIR = "p = Categorical(logits=old_logits)\nq = Categorical(logits=new_logits)\n"

CASES = {
    "one axis, as a number and from the end": ("entropy", SOFTMAX.format(a=1, b=-1), "equivalent"),
    "one state's logits": ("entropy", SOFTMAX.format(a=0, b=0), "equivalent"),
    "two axes": ("entropy", SOFTMAX.format(a=0, b=-1), "undecided"),
    "two axes, by their numbers": ("entropy", SOFTMAX.format(a=0, b=1), "undecided"),
    "the axis of a stated shape": ("entropy", LOGITS + SOFTMAX.format(a=-1, b=1), "equivalent"),
    "the other axis of a stated shape": (
        "entropy", LOGITS + SOFTMAX.format(a=0, b=0), "undecided"),
    "a value over the actions": ("advantage", TABLES.format(a=1), "equivalent"),
    "a value over the batch": ("advantage", TABLES.format(a=0), "undecided"),
    "probabilities for logits": (
        "entropy",
        "probs = torch.softmax(logits, -1)\nent = Categorical(logits=probs).entropy()",
        "undecided",
    ),
    "logits for probabilities": (
        "entropy", "ent = Categorical(probs=logits).entropy()", "undecided"),
    "a softmax of a softmax": (
        "entropy",
        "p = F.softmax(logits, -1)\nH = -(F.softmax(p, -1) * F.log_softmax(p, -1)).sum(-1)",
        "undecided",
    ),
    "normalised logits are logits": (
        "entropy", "ent = Categorical(logits=torch.log_softmax(logits, -1)).entropy()",
        "equivalent"),
    "probabilities for probabilities": (
        "entropy", "probs = policy(s)\nent = Categorical(probs=probs).entropy()", "equivalent"),
    "objects by what they were made of": ("kl", PAIR + "kl_divergence(p, q)", "equivalent"),
    "objects the other way round": ("kl", PAIR + "kl_divergence(q, p)", "different"),
    "terms, then summed": (
        "kl", "F.kl_div(q_logits.log_softmax(-1), p_logits.softmax(-1), reduction='none').sum(-1)",
        "equivalent"),
    "terms of the other direction": (
        "kl", "F.kl_div(p_logits.log_softmax(-1), q_logits.softmax(-1), reduction='none').sum(-1)",
        "different"),
    "a target in logarithms": (
        "kl", "F.kl_div(logq, logp, reduction='sum', log_target=True)", "equivalent"),
    "a target in logarithms, unsaid": (
        "kl", "F.kl_div(logq, logp, reduction='sum')", "not equivalent"),
    "log-probabilities of the parts of one action": (
        "ratio", "logp = dist.log_prob(act).sum(axis=-1)\nratio = (logp - logp_old).exp()",
        "equivalent"),
    "log-probabilities of the batch": (
        "ratio", "ratio = torch.exp((logp - logp_old).sum())", "different"),
    "the number of actions": (
        "entropy",
        r"\log|\mathcal{A}| - \sum_a \pi(a|s) \log\frac{\pi(a|s)}{u(a)}, u(a) = 1/|\mathcal{A}|",
        "equivalent"),
    "the number of actions, forgotten": (
        "entropy", "-sum_a pi(a|s) log(|A| pi(a|s))", "different"),
    "beta given a state is the behaviour policy": (
        "ratio", "r = pi_theta(a|s) / beta(a|s)", "equivalent"),
    "beta by its definition": (
        "trpo_objective",
        r"\frac{1}{N}\sum_i \frac{\pi_\theta(a_i|s_i)}{\beta(a_i|s_i)} \hat{A}_i,"
        r" \text{ where } \beta = \pi_{\theta_\text{old}} \text{ is the behaviour policy}",
        "equivalent"),
    "beta times a bracket": (
        "ppo_kl_penalty", r"E[r A - \beta(KL(\pi_{old}, \pi_\theta))]", "equivalent"),
    "an entropy that is said to have the other sign": (
        "ppo_total",
        TOTAL + r"\sum_a \pi(a|s) \log \pi(a|s)",
        "different"),
    "an entropy that is written out": (
        "ppo_total",
        TOTAL + r"-\sum_a \pi(a|s) \log \pi(a|s)",
        "equivalent"),
}  # fmt: skip


@pytest.mark.parametrize(("formula", "text", "expected"), CASES.values(), ids=CASES)
def test_code_of_policies_means_what_its_arrays_hold(ask, formula, text, expected) -> None:
    found = ask(formula, text).verdict
    assert found == expected or (expected == "not equivalent" and found != "equivalent")


MINIMISED = (
    ("ppo_kl_penalty", "minimise  loss(θ) = −E_t[ r_t A_t ] + β E_t[ KL(π_old ‖ π_θ) ]"),
    ("ppo_clip",
     r"\min_\theta L(\theta) = -E_t[\min(r A, \text{clip}(r, 1-\epsilon, 1+\epsilon) A)]"),
    ("ppo_clip", "maximize J(θ) = E_t[min(r_t A_t, clip(r_t, 1-ε, 1+ε) A_t)]"),
    ("trpo",
     r"\min_\theta L(\theta) = -E[r A] \text{ s.t. } E[KL(\pi_{old} \| \pi_\theta)] \le \delta"),
)  # fmt: skip


@pytest.mark.parametrize(("formula", "text"), MINIMISED)
def test_an_objective_may_be_named_where_it_is_optimised(ask, formula, text) -> None:
    assert ask(formula, text).verdict == "equivalent"
    turned = text.replace("−E", "E").replace("-E", "E").replace("maximize", "minimize")
    assert ask(formula, turned).verdict == "different"
