"""Policies as networks give them: logits of states, cross-entropies, columns of samples."""

import pytest

from rlprep.formula.check import decide
from tests.formula.corpus.labels import specs

RATIO = """\
logp = F.log_softmax({new}(obs), dim={axis}).gather(1, act[:, None]).squeeze(1)
logp_old = F.log_softmax({old}({state}), dim={axis}).gather(1, act[:, None]).squeeze(1)
ratio = torch.exp(logp - logp_old)"""
USUAL = {"new": "model", "old": "old_model", "axis": "-1", "state": "obs"}


@pytest.mark.parametrize(("changes", "expected"), [
    ({}, "equivalent"),
    ({"new": "policy", "old": "old_policy"}, "equivalent"),
    ({"new": "self.actor", "old": "self.actor_old"}, "equivalent"),
    ({"old": "model"}, "different"),  # one network twice
    ({"new": "old_model", "old": "model"}, "different"),
    ({"axis": "0"}, "undecided"),  # over the batch, beside gather
])  # fmt: skip
def test_the_softmax_of_a_network_is_its_policy(changes, expected) -> None:
    text = RATIO.format(**USUAL | changes)
    assert decide(specs()["ratio"], text).verdict == expected


def test_a_network_of_the_next_state_is_not_the_sample() -> None:
    text = RATIO.format(**USUAL | {"state": "next_obs"})
    assert decide(specs()["ratio"], text).verdict != "equivalent"


LOSSES = """\
ce_old = F.cross_entropy({old}, actions{how})
ce = F.cross_entropy({new}, actions{how})
ratio = torch.exp(ce_old - ce)"""


@pytest.mark.parametrize(("changes", "expected"), [
    ({}, "equivalent"),
    ({"new": "net(obs)", "old": "old_net(obs)"}, "equivalent"),
    ({"new": "old_logits", "old": "new_logits"}, "different"),
    ({"how": ""}, "undecided"),  # means over the batch
    ({"how": ', reduction="mean"'}, "undecided"),
    ({"new": "f(x) + 1"}, "undecided"),
])  # fmt: skip
def test_a_cross_entropy_is_minus_the_log_probability(changes, expected) -> None:
    usual = {"new": "new_logits", "old": "old_logits", "how": ', reduction="none"'}
    assert decide(specs()["ratio"], LOSSES.format(**usual | changes)).verdict == expected


@pytest.mark.parametrize(("formula", "text", "expected"), [
    ("ppo_clip",
     "ratio = (new_logp - old_logp).exp()\n"
     "adv = (returns - values){column}\n"
     "loss = -torch.min(ratio * adv, ratio.clamp(1 - eps, 1 + eps) * adv).mean()",
     ("equivalent", "undecided")),
    ("policy_gradient",
     "logp = dist.log_prob(actions)\n"
     "adv = (q - v).detach(){column}\n"
     "grad_J = torch.autograd.grad((logp * adv).mean(), list(policy.parameters()))",
     ("equivalent", "undecided")),
])  # fmt: skip
def test_a_column_beside_samples_is_left_open(formula, text, expected) -> None:
    found = [text.format(column=column) for column in ("", ".unsqueeze(-1)")]
    assert tuple(decide(specs()[formula], each).verdict for each in found) == expected


@pytest.mark.parametrize(("formula", "text", "expected"), [
    ("gae_lambda1", "advantages = returns - values.mean()", "undecided"),
    ("policy_gradient", "loss = -(logp * adv).mean()\nloss.backward()", "undecided"),
    ("ppo_total", "v_loss = (values - returns).mean() ** 2\n"
                  "loss = -l_clip + vf_coef * v_loss - ent_coef * entropy", "undecided"),
    ("ppo_total", "v_loss = ((values - returns) ** 2).mean()\n"
                  "loss = -l_clip + vf_coef * v_loss - ent_coef * entropy", "equivalent"),
    ("trpo_constraint", "kl = kl_divergence(old_dist, new_dist).mean()\nassert kl <= max_kl",
     "equivalent"),
    ("trpo_constraint", "kl = kl_divergence(new_dist, old_dist).mean()\nassert kl <= max_kl",
     "different"),
    ("ratio", "r = torch.exp(logp - logp_old)\nassert len(r) <= n", "equivalent"),
    ("nstep_advantage", "A = gamma ** np.arange(n) @ r[t:t+n] + gamma**n * v[t+n] - v[t]",
     "equivalent"),
    ("nstep_advantage", "A = gamma ** np.arange(1, n+1) @ r[t:t+n] + gamma**n * v[t+n] - v[t]",
     "different"),
    ("trpo_objective", "logp = policy.log_prob(obs, act)  # shape (N, 1)\n"
                       "surr = (torch.exp(logp - logp_old) * adv).mean()  # logp_old: (N, 1), "
                       "adv: (N,)", "undecided"),
    ("trpo_objective", "logp = policy.log_prob(obs, act)  # shape (N, 1)\n"
                       "surr = (torch.exp(logp - logp_old) * adv).mean()  # logp_old, adv: (N, 1)",
     "equivalent"),
    ("gae_lambda0", "values = critic(obs)  # (B, 1)\n"
                    "adv = rewards + gamma * next_values - values  # rewards: (B,)", "undecided"),
    ("gae_lambda0", "values = critic(obs)  # (B, 1)\n"
                    "adv = rewards + gamma * next_values - values  # rewards: (B, 1)",
     "equivalent"),
    ("td_residual", "d = gamma * (1.0 - tf.cast(dones, tf.float32))\n"
                    "v = tf.concat([values, last_value[None]], axis=0)\n"
                    "delta = rewards + d * v[1:] - v[:-1]", "equivalent"),
    ("advantage", "q = critic(obs)\nv = (pi.probs * q).sum(-1, keepdim=True)\nadv = q - v",
     "equivalent"),
    ("advantage", "q = critic(obs)\nv = critic(obs)\nadv = q - v", "different"),
    ("advantage", "q = critic(obs)\nv = (pi.probs * q).sum(-1, keepdim=True)\nadv = v - q",
     "different"),
    ("trpo_constraint", "E_s~pi_old[ KL( pi_old(.|s) || pi_new(.|s) ) ] <= delta", "equivalent"),
    ("trpo_constraint", "E_s~pi_old[ KL( pi_new(.|s) || pi_old(.|s) ) ] <= delta", "different"),
    ("policy_gradient", "grad J = E_s,a~pi[grad log pi(a|s) A(s,a)]", "equivalent"),
    ("kl", "KL(p||q) = E_x~q[log p(x) - log q(x)]", "different"),
    ("td_residual", "v, v_next = critic(obs), critic(next_obs)\ndelta = r + gamma * v_next - v",
     "equivalent"),
    ("td_residual", "v, v_next = critic(next_obs), critic(obs)\ndelta = r + gamma * v_next - v",
     "different"),
    ("trpo_objective", "action_loss = -adv * torch.exp(logp - old_logp)\naction_loss.mean()",
     "equivalent"),
    ("trpo_objective", "action_loss = adv * torch.exp(logp - old_logp)\naction_loss.mean()",
     "different"),
    ("policy_gradient", r"E[\nabla \log \pi_\theta(a|s) A(s,a)], \text{ where } s,a \sim "
                        r"\pi_{\theta_{\rm old}}", "undecided"),
    ("entropy", "-sum(x * math.log(x) for x in p)", "equivalent"),
    ("entropy", "-sum(math.log(x) for x in p)", "different"),
    ("policy_gradient", "∇π = π ∇log π  =>  ∇J = E_{s,a~π}[ ∇log π(a|s) · A(s,a) ]", "equivalent"),
])  # fmt: skip
def test_a_line_is_decided_by_its_meaning(formula, text, expected) -> None:
    assert decide(specs()[formula], text).verdict == expected
