"""Which quantity of a trajectory a name stands for, and which letters count its time."""

from collections.abc import Callable
from fractions import Fraction

from rlprep.formula.names import flat_lower, indices_of, labels_of, variable_key
from rlprep.formula.program import Program
from rlprep.formula.tree import Big, Bin, Index, Name, Node, walk

REWARDS = {"r", "rew", "rews", "reward", "rewards", "rwd"}
RETURNS = {"g", "ret", "rets", "return", "returns", "rtg", "rtgs"}
VALUES = {"v", "val", "vals", "value", "values", "baseline", "vf", "vs", "critic", "vpred",
          "vpreds", "value_pred", "value_preds"}  # fmt: skip
RESIDUALS = {"delta", "deltas", "td", "td_error", "td_errors", "tderror", "td_residual", "td_err",
             "tderr", "td_delta", "td_deltas", "td_residuals"}  # fmt: skip
ADVANTAGES = {"a", "adv", "advs", "advantage", "advantages", "gae", "lastgaelam", "last_gae_lam",
              "last_gae", "lastgae", "running_adv", "next_adv", "next_advantage", "gaes",
              "advantage_next", "last_advantage", "adv_next", "running_gae", "gae_lam", "acc",
              "next_gae", "last"}  # fmt: skip
DISCOUNTS = {"gamma", "discount", "discount_factor", "gam", "g"}
LAMBDAS = {"lambda", "lam", "lamda", "lmbda", "lambd", "gae_lambda", "lambda_", "gae_lam",
           "gae_tau", "tau", "lmda", "lambda_gae", "lmbd"}  # fmt: skip
ENDED = {"done", "dones", "d", "terminal", "terminals", "terminated", "term", "ended",
         "terminations", "is_terminal", "is_terminals", "is_done", "done_mask",
         "next_done", "nextdone", "next_dones", "episode_end"}  # fmt: skip
GOES_ON = {"mask", "masks", "not_done", "nonterminal", "nextnonterminal", "next_nonterminal",
           "next_non_terminal", "non_terminal", "notdone", "not_dones", "continues", "not_terminal",
           "nonterminals", "alive", "m", "continue", "cont", "next_mask",
           "next_not_done"}  # fmt: skip

BEGAN = {"episode_starts", "episode_start", "is_first", "is_firsts", "first_step",
         "episode_begins"}  # fmt: skip
FLAGS = {"ended", "goes_on", "began"}

TARGETS = {"td_residual": "delta", "discounted_return": "G"}

IGNORED = {"next", "t", "tp1", "last", "hat", "b", "new", "ep", "episode", "mb", "batch", "all",
           "buf", "buffer", "traj", "get"}  # fmt: skip
"""Words that say where data come from or when it is taken, not what it is."""

NEXT_STATES = {"s2", "s_2", "s1", "s_1", "sp", "s_p", "sn", "s_n", "ns", "o2", "o_2", "obs2",
               "obs_2", "new_state", "new_s", "new_obs", "nobs", "s_new", "state_new", "sprime",
               "s_tp1", "snext"}  # fmt: skip
"""What code calls the state after an action, where it is not `next_state`."""


def role_of(
    node: Name, subject: str, *, has_plain_reward: bool = False, adds_rewards: bool = False
) -> str | None:
    """Return which quantity a name stands for.

    Args:
        node: the name.
        subject: id of the formula that is asked.
        has_plain_reward: whether a small r (or the word) is in the input, so that R is a return.
        adds_rewards: whether R bears the index of a sum in the input, so that it is a reward.
    """
    full = flat_lower(node)
    base = node.name.lower()
    words = [base, *(w.lower() for w in labels_of(node))]
    core = "_".join(w for w in words if w not in IGNORED)
    glued = base.removeprefix("next").lstrip("_") if base.startswith("next") else base
    for name in (full, core, base, glued):
        if name in {"r"} and node.name == "R":
            return _capital_r(node, subject, has_plain_reward, adds_rewards)
        if name in BEGAN:
            return "began"
        if name in GOES_ON:
            return "goes_on"
        if name in ENDED:
            return "ended"
        if name in RESIDUALS:
            return "delta"
        if name in LAMBDAS:
            return "lam"
        if name in DISCOUNTS and node.name != "G":
            return "gamma"
        if name in REWARDS:
            return "r"
        if name in VALUES:
            return "V"
        if name in RETURNS and node.name != "g":
            return "G"
        if name in ADVANTAGES and node.name != "a":
            return "A"
    return None


def is_setting(role: str | None, value: Fraction) -> bool:
    """Whether a line only gives gamma or lambda one of its usual values: gamma = 0.99."""
    return role in {"gamma", "lam"} and 0 < value < 1  # the ends are formulas of their own


def target_role(subject: str) -> str:
    """Return the role of the quantity that is asked for."""
    return TARGETS.get(subject, "A")


def _capital_r(node: Name, subject: str, has_plain_reward: bool, adds_rewards: bool) -> str:
    """R is a return where r is the reward, or where the subject is measured against V."""
    if has_plain_reward:
        return "G"
    if adds_rewards:
        return "r"
    is_shifted = any(isinstance(i, Bin) for i in indices_of(node))
    return "G" if subject == "gae_lambda1" and not is_shifted else "r"


def lookahead(node: Name) -> int:
    """Return how many steps later a name says that it is taken."""
    words = [node.name.lower(), *(w.lower() for w in labels_of(node))]
    return int("next" in words or words[0].startswith("next")) + node.primes


def mentions(program: Program, wanted: Callable[[Name], bool]) -> bool:
    """Whether the input uses a name of a kind."""
    return any(
        isinstance(n, Name) and wanted(n)
        for n in program.nodes()
    )  # fmt: skip


def adds_rewards(program: Program) -> bool:
    """Whether R bears the index of a sum: `sum_k gamma^{k-t} R_k`."""
    return any(
        isinstance(n, Name) and n.name == "R" and variable_key(big.var) in map(
            variable_key, indices_of(n)
        )
        for big in program.nodes() if isinstance(big, Big) and big.var is not None
        for n in walk(big.body)
    )  # fmt: skip


def horizon_letters(program: Program) -> tuple[str, ...]:
    """Return the letters that stand for the end of the episode or segment."""
    return ("T",) if mentions(program, lambda n: n.name == "T") else ("T", "H", "N")


def step_letters(program: Program, subject: str) -> tuple[str, ...]:
    """Return the letters that stand for the number of steps of an n-step estimate."""
    bound = {
        variable_key(n.var)
        for n in program.nodes()
        if isinstance(n, Big) and n.var is not None
    }  # fmt: skip
    if subject != "nstep_advantage":
        return ()
    free = [x for x in ("n", "k", "N", "m", "K", "H", "h", "T") if x not in bound
            and mentions(program, lambda node, x=x: variable_key(node) == x)]  # fmt: skip
    return tuple(free[:1])


def clock_letters(program: Program) -> tuple[str, ...]:
    """Return the letter that stands for t: the one index that nothing binds."""
    bound = {
        variable_key(n.var)
        for n in program.nodes()
        if isinstance(n, Big) and n.var is not None
    }  # fmt: skip
    used = {
        key
        for e in program.entries for v in (*e.values, e.target) if v is not None for n in walk(v)
        for item in _written_indices(n, program) for part in walk(item)
        if isinstance(part, Name) and (key := variable_key(part)) is not None
    } - bound - {"None"}  # fmt: skip
    if not program.is_code:
        used -= {"T", "H", "N", "inf", "n"}
    return tuple(used) if len(used) == 1 and "t" not in used else ()


def _written_indices(node: Node, program: Program) -> tuple[Node, ...]:
    match node:
        case Index(items=items):
            return items if program.is_code or len(program.entries) == 1 else ()
        case Name() if not program.is_code:
            return indices_of(node)
    return ()
