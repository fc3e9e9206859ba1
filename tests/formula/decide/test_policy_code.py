"""Code of policies: means over batches and lengths, loops that add up, logits, conditions.

Each right line has neighbours that are one slip away from it, and are never called equivalent.
"""

import pytest

LINES = (
    ("policy_gradient",
     "g = np.mean([grad_log_pi(s, a) * advantage(s, a) for s, a in batch], axis=0)",
     "equivalent"),
    ("policy_gradient",
     "g = np.mean([grad_log_pi(s, a) * Q(s, a) for (s, a) in batch], axis=0)",
     "equivalent"),
    ("policy_gradient",
     "g = np.mean([grad_pi(s, a) * advantage(s, a) for s, a in batch], axis=0)",
     "undecided"),
    ("policy_gradient",
     "g = np.mean([grad_log_pi(s, a) for s, a in batch], axis=0)",
     "different"),
    ("policy_gradient",
     "g = sum(grad_log_pi(s, a) * advantage(s, a) for s, a in batch) / len(batch)",
     "equivalent"),
    ("policy_gradient",
     "g = sum(grad_log_pi(s, a) * advantage(s, a) for s, a in batch)",
     "equivalent"),
    ("policy_gradient",
     "g = sum(grad_log_pi(s, a) * advantage(s, a) for s, a in batch) / len(batch)**2",
     "different"),
    ("policy_gradient",
     "g = 0\n"
     "for s, a in batch:\n"
     "    g += grad_log_pi(s, a) * advantage(s, a)\n"
     "g /= len(batch)",
     "equivalent"),
    ("policy_gradient",
     "g = 0\n"
     "for s, a in batch:\n"
     "    g -= grad_log_pi(s, a) * advantage(s, a)\n"
     "g /= len(batch)",
     "different"),
    ("policy_gradient",
     "g = 0\n"
     "for s, a in batch:\n"
     "    g += grad_log_pi(s, a)\n"
     "g /= len(batch)",
     "different"),
    ("trpo_objective",
     "obj = np.dot(np.exp(new_logp - old_logp), adv) / len(adv)",
     "equivalent"),
    ("trpo_objective",
     "obj = np.dot(np.exp(new_logp - old_logp), adv) / adv.shape[0]",
     "equivalent"),
    ("trpo_objective",
     "obj = np.dot(np.exp(new_logp - old_logp), adv) / N",
     "equivalent"),
    ("trpo_objective",
     "obj = np.dot(new_logp - old_logp, adv) / len(adv)",
     "different"),
    ("trpo_objective",
     "obj = np.dot(np.exp(new_logp - old_logp), adv) * len(adv)",
     "different"),
    ("trpo_objective",
     "obj = np.dot(np.exp(new_logp - old_logp), adv) / (len(adv) - 1)",
     "different"),
    ("trpo_objective",
     "obj = np.dot(np.exp(new_logp), adv) / len(adv)",
     "different"),
    ("trpo_objective",
     "total = 0.0\n"
     "for lp, lp_old, a in zip(log_probs, old_log_probs, advantages):\n"
     "    total += math.exp(lp - lp_old) * a\n"
     "surrogate = total / len(advantages)",
     "equivalent"),
    ("trpo_objective",
     "total = 0.0\n"
     "for lp, lp_old, a in zip(log_probs, old_log_probs, advantages):\n"
     "    total += math.exp(lp_old - lp) * a\n"
     "surrogate = total / len(advantages)",
     "different"),
    ("trpo_objective",
     "total = 0.0\n"
     "for lp, lp_old, a in zip(log_probs, old_log_probs, advantages):\n"
     "    total += (lp - lp_old) * a\n"
     "surrogate = total / len(advantages)",
     "different"),
    ("trpo_objective",
     "total = 1.0\n"
     "for lp, lp_old, a in zip(log_probs, old_log_probs, advantages):\n"
     "    total += math.exp(lp - lp_old) * a\n"
     "surrogate = total / len(advantages)",
     "different"),
    ("trpo_objective",
     "total = 0.0\n"
     "for r, a in zip(ratios, advantages):\n"
     "    total += r * a\n"
     "return total / len(ratios)",
     "equivalent"),
    ("trpo_objective",
     "surrogate = sum(r * a for r, a in zip(ratios, advantages)) / len(ratios)",
     "equivalent"),
    ("trpo_objective",
     "surrogate = sum(min(r, 1) * a for r, a in zip(ratios, advantages)) / len(ratios)",
     "different"),
    ("trpo_objective",
     "n = len(advantages)\n"
     "total = 0.0\n"
     "for i in range(n):\n"
     "    total += math.exp(logp[i] - old_logp[i]) * advantages[i]\n"
     "obj = total / n",
     "equivalent"),
    ("trpo_objective",
     "n = len(advantages)\n"
     "total = 0.0\n"
     "for i in range(n - 1):\n"
     "    total += math.exp(logp[i] - old_logp[i]) * advantages[i]\n"
     "obj = total / n",
     "undecided"),
    ("ppo_clip",
     "total = 0.0\n"
     "for r, a in zip(ratios, advantages):\n"
     "    total += min(r * a, max(min(r, 1 + eps), 1 - eps) * a)\n"
     "return total / len(ratios)",
     "equivalent"),
    ("entropy",
     "a0 = logits - logits.max(axis=-1, keepdims=True)\n"
     "ea0 = np.exp(a0)\n"
     "z0 = ea0.sum(axis=-1, keepdims=True)\n"
     "p0 = ea0 / z0\n"
     "entropy = (p0 * (np.log(z0) - a0)).sum(axis=-1)",
     "equivalent"),
    ("entropy",
     "a0 = logits - logits.max(axis=-1, keepdims=True)\n"
     "ea0 = np.exp(a0)\n"
     "z0 = ea0.sum(axis=-1, keepdims=True)\n"
     "p0 = ea0 / z0\n"
     "entropy = (p0 * (a0 - np.log(z0))).sum(axis=-1)",
     "different"),
    ("entropy",
     "a0 = logits - logits.max(axis=-1, keepdims=True)\n"
     "ea0 = np.exp(a0)\n"
     "z0 = ea0.sum(axis=-1, keepdims=True)\n"
     "p0 = ea0 / z0\n"
     "entropy = (p0 * (np.log(z0) - logits)).sum(axis=-1)",
     "different"),
    ("entropy",
     "a0 = logits - logits.max(axis=-1, keepdims=True)\n"
     "ea0 = np.exp(a0)\n"
     "z0 = ea0.sum(axis=-1, keepdims=True)\n"
     "p0 = ea0 / z0\n"
     "entropy = -(p0 * np.log(p0)).sum(axis=-1)",
     "equivalent"),
    ("entropy",
     "a0 = logits - logits.max(axis=-1, keepdims=True)\n"
     "ea0 = np.exp(a0)\n"
     "z0 = ea0.sum(axis=-1, keepdims=True)\n"
     "p0 = ea0 / z0\n"
     "entropy = -(p0 * a0).sum(axis=-1)",
     "different"),
    ("entropy",
     "a0 = logits - tf.reduce_max(logits, axis=-1, keepdims=True)\n"
     "ea0 = tf.exp(a0)\n"
     "z0 = tf.reduce_sum(ea0, axis=-1, keepdims=True)\n"
     "p0 = ea0 / z0\n"
     "return tf.reduce_sum(p0 * (tf.log(z0) - a0), axis=-1)",
     "equivalent"),
    ("entropy",
     "H(pi) = logsumexp(z) - sum_a pi_a z_a, where pi = softmax(z)",
     "equivalent"),
    ("entropy",
     "H(pi) = logsumexp(z) + sum_a pi_a z_a, where pi = softmax(z)",
     "different"),
    ("entropy",
     "H(pi) = - sum_a pi_a z_a, where pi = softmax(z)",
     "different"),
    ("entropy",
     r"H(\pi) = \log\sum_a e^{z_a} - \sum_a \pi_a z_a, \quad \pi = \mathrm{softmax}(z)",
     "equivalent"),
    ("entropy",
     "p = softmax(logits)\n"
     "H = torch.logsumexp(logits, -1) - (p * logits).sum(-1)",
     "equivalent"),
    ("entropy",
     "p = softmax(logits)\n"
     "H = torch.logsumexp(logits, -1) - (p * logits).mean(-1)",
     "different"),
    ("entropy",
     "logits = logits - logits.logsumexp(dim=-1, keepdim=True)\n"
     "probs = softmax(logits, -1)\n"
     "H = -(probs * logits).sum(-1)",
     "equivalent"),
    ("entropy",
     "-(F.softmax(logits, -1) * F.log_softmax(logits, -1)).sum(-1)",
     "equivalent"),
    ("entropy",
     "-(F.softmax(logits, -1) * logits).sum(-1)",
     "different"),
    ("entropy",
     "-(dist.probs * dist.logits).sum(-1)",
     "equivalent"),
    ("entropy",
     "def entropy(pi):\n"
     "    h = 0.0\n"
     "    for p in pi:\n"
     "        if p > 0:\n"
     "            h -= p * math.log(p)\n"
     "    return h",
     "equivalent"),
    ("entropy",
     "def entropy(pi):\n"
     "    h = 0.0\n"
     "    for p in pi:\n"
     "        if p > 0:\n"
     "            h -= math.log(p)\n"
     "    return h",
     "different"),
    ("entropy",
     "def entropy(pi):\n"
     "    h = 0.0\n"
     "    for p in pi:\n"
     "        if p > 0:\n"
     "            h -= p * math.log(p)\n"
     "    return h / len(pi)",
     "unreadable"),
    ("entropy",
     "def entropy(pi):\n"
     "    h = 0.0\n"
     "    for p in pi:\n"
     "        h -= p * math.log(p)\n"
     "    return h",
     "equivalent"),
    ("entropy",
     "h = 0.0\n"
     "for i in range(len(pi)):\n"
     "    h -= pi[i] * math.log(pi[i])",
     "equivalent"),
    ("entropy",
     "h = 0.0\n"
     "for i in range(1, len(pi)):\n"
     "    h -= pi[i] * math.log(pi[i])",
     "undecided"),
    ("entropy",
     "-sum(p * math.log(p) for p in pi if p > 0)",
     "equivalent"),
    ("entropy",
     "def entropy(pi):\n"
     "    h = 1.0\n"
     "    for p in pi:\n"
     "        if p > 0:\n"
     "            h -= p * math.log(p)\n"
     "    return h",
     "different"),
    ("kl",
     "kl = 0\n"
     "for p, q in zip(P, Q):\n"
     "    if p > 0:\n"
     "        kl += p * math.log(p / q)",
     "equivalent"),
    ("kl",
     "kl = 0\n"
     "for p, q in zip(P, Q):\n"
     "    if p > 0:\n"
     "        kl += p * math.log(q / p)",
     "different"),
    ("kl",
     "sum(p * math.log(p / q) for p, q in zip(P, Q) if p > 0)",
     "equivalent"),
)  # fmt: skip


@pytest.mark.parametrize(("formula", "text", "expected"), LINES)
def test_code_of_policies_is_taken_by_its_meaning(ask, formula, text, expected) -> None:
    verdict = ask(formula, text)
    assert verdict.verdict == expected, verdict.message
