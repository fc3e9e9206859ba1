r"""Which quantity of policy optimisation a name stands for.

A name is looked at as a set of words: its letter or identifier and its labels. `logp_old`,
`old_log_probs` and `\\log\\pi_{\\theta_{old}}` all name the old policy's log-probability.
"""

from collections.abc import Iterable
from functools import lru_cache

from rlprep.formula.names import labels_of
from rlprep.formula.tree import Name, Node, walk

OLD = {"old", "k", "b", "behavior", "behaviour", "prev", "previous", "mu", "beta", "ref", "0",
       "oldpi",
       "olds", "fixed", "collect", "sampler", "data", "target", "last", "before"}  # fmt: skip
POLICY = {"pi", "policy", "probs", "prob", "dist", "distribution", "pol", "actor", "action",
          "distrib", "policies", "mu", "p", "q", "pd", "pmf"}  # fmt: skip
RATIO = {"ratio", "ratios", "rho", "iw", "importance", "rt", "w"}
ADVANTAGE = {"adv", "advs", "advantage", "advantages", "gae", "At", "advantage_estimate"}
EPSILON = {"epsilon", "eps", "varepsilon", "cliprange", "clipping"}
REWARD = {"r", "rew", "reward", "rewards", "rews"}
RETURN = {"g", "ret", "rets", "return", "returns", "rtg", "reward_to_go"}
STATE_VALUE = {"v", "value", "values", "baseline", "b", "val", "vals", "critic"}
LOG_WORDS = {"logp", "logprob", "logprobs", "logpi", "logps", "lp", "logpac", "logpdf", "neglogp",
             "logpa", "logits", "logq", "logqs", "logpis", "lprob", "lprobs", "newlogprob",
             "oldlogprob"}  # fmt: skip

QUALIFIERS = {
    "state",
    "states",
    "action",
    "new",
    "old",
    "next",
    "cur",
    "curr",
    "current",
    "prev",
    "b",
    "mb",
    "batch",
    "all",
    "flat",
}

RATIO_SUBJECTS = {"ratio", "ppo_clip", "ppo_kl_penalty", "ppo_total", "trpo_objective",
                  "trpo_constraint", "trpo"}  # fmt: skip


BATCHES = {"batch", "minibatch", "mb", "data", "dataset", "samples", "buffer", "memory", "rollout",
           "rollouts", "transitions", "experience", "trajectory", "traj"}  # fmt: skip
"""What code calls the samples all together."""


def is_batch(node: Node | None) -> bool:
    """Whether a name stands for the samples all together."""
    return isinstance(node, Name) and not node.subs and node.name in BATCHES


@lru_cache(maxsize=4096)
def words_of(name: Name) -> tuple[str, ...]:
    """Return the words of a name in small letters, its own first."""
    return (name.name.lower(), *(w.lower() for w in labels_of(name)))


def is_old(name: Name) -> bool:
    """Whether a name bears the label of the policy that collected the data."""
    words = words_of(name)
    joined = "".join(words)
    if _is_iterate(name):
        return True
    return bool(OLD & set(words[1:])) or "old" in joined or words[0] in {"mu", "q", "b"} or (
        words[0] in OLD and len(words) > 1
    )  # fmt: skip


def _is_iterate(name: Name) -> bool:
    """Whether the parameters are those of an iteration (theta_t, theta_i), which acted."""
    inner = (n for script in (*name.subs, *name.sups) for n in walk(script))
    return any(
        isinstance(n, Name) and n.name == "theta" and len(n.subs) == 1
        and isinstance(n.subs[0], Name) and n.subs[0].name in {"t", "k", "i", "n", "j", "m"}
        for n in inner
    )  # fmt: skip


def has_primed_parameters(name: Name) -> bool:
    """Whether a policy is written pi_{theta'} or pi'."""
    inner = (n for script in (*name.subs, *name.sups) for n in walk(script))
    return name.primes > 0 or any(
        isinstance(n, Name) and n.name == "theta" and n.primes for n in inner
    )


@lru_cache(maxsize=4096)
def role_of(name: Name, subject: str) -> str | None:
    """Return the quantity that a name stands for in a formula of policy optimisation."""
    words = words_of(name)
    joined = "".join(words)
    found = set(words)
    core = [w for w in words if w not in QUALIFIERS]
    base = core[0] if core and words[0] in QUALIFIERS else words[0]
    if "action" in found and found & {"value", "values"}:
        return "action_value"
    if joined == "clip":
        return "epsilon"
    if "grad" in found and len(words) > 1:
        return "score"
    if _is_epsilon(words, subject):
        return "bound" if subject in {"trpo", "trpo_constraint"} else "epsilon"
    if ("ratio" in joined and "log" in joined) or joined in {"logr", "logratio", "log_rt"}:
        return "logratio"
    if LOG_WORDS & found or ("log" in found and found & {"prob", "probs", "p", "pi", "pis", "q"}):
        return "logp"
    if "entropy" in found or base == "ent" or "entropies" in found:
        return "entropy"
    if "kl" in found and found & {"max", "target", "limit", "bound", "targ", "delta"}:
        return "bound"
    if "kl" in found and found & {"coef", "coeff", "beta", "weight", "penalty", "lambda"}:
        return "beta"
    if "kl" in found or joined.startswith("approxkl"):
        return "kl"
    if base == "r" and subject in RATIO_SUBJECTS and name.name == "r":
        return "ratio"
    if found & (RATIO - {"w"}) or (base == "w" and subject in RATIO_SUBJECTS):
        return "ratio"
    if name.name == "A" or found & ADVANTAGE or base == "psi":
        return "advantage"
    for role, names in _SIMPLE.items():
        if base in names:
            return _cased(role, name, subject)
    return None


def _is_epsilon(words: Iterable[str], subject: str) -> bool:
    words = tuple(words)
    joined = "".join(words)
    if words[0] in EPSILON:
        return True
    clipping = {"range", "eps", "epsilon", "param", "coef", "coeff", "ratio", "value", "delta",
                "val", "fraction", "threshold", "factor"}  # fmt: skip
    return joined.startswith("clip") and bool(set(words[1:]) & clipping) and subject != "ppo_total"


_SIMPLE = {
    "beta": {"beta", "klcoef", "kl_coef", "klcoeff", "beta_kl"},
    "bound": {"delta", "max", "target", "kappa", "eta", "limit"},
    "gamma": {"gamma", "discount"},
    "action_value": {"q", "qs", "qvalue", "qvalues", "qf"},
    "policy": POLICY,
    "return": RETURN | {"R"},
    "reward": REWARD,
    "value": STATE_VALUE,
    "residual": {"td"},
    "state_dist": {"d", "mu"},
    "count": {"n", "m", "t", "h", "batch", "size"},
}


def _cased(role: str, name: Name, subject: str) -> str | None:
    """Settle what a letter's case decides: Q is a value, q a policy; R a return, r a reward."""
    letter = name.name
    if subject in {"kl", "entropy"} and len(letter) == 1 and letter in "pqPQ":
        return "policy"
    if role == "action_value":
        return "action_value" if letter != "q" or subject in {"advantage", "policy_gradient"} else (
            "policy")  # fmt: skip
    if role == "return":
        return None if letter == "g" else "return"
    if role == "reward" and letter == "R":
        return "return"
    if role == "value" and letter == "b" and subject != "policy_gradient":
        return "policy"
    if role == "value" and letter == "B":
        return "count"
    if role == "bound" and subject == "policy_gradient":
        return "residual"
    if role == "bound" and subject == "advantage":
        return "residual"
    if role == "policy" and letter == "P":
        return "transition"
    return role
