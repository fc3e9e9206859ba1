"""Formulas of confused types: grammatical, and about nothing: K + V, softmax of a time, 2_i x.

Words of the field, put together by operators at random from a seed. No verdict is expected but one
that is reached honestly.
"""

from random import Random

ATTENTION = (
    *("Q", "K", "V", "Q K^T", "softmax(Q K^T / sqrt(d)) V", "K^T V", "phi(Q)", "phi(K)^T V"),
    *("phi(q_i)^T", "phi(k_j)", "v_j^T", "S_i", "z_i", "q_i", "o_i", "d", "n", "M", "I", "1"),
    *("sum_j phi(k_j) v_j^T", r"\sum_{j \le i} \phi(k_j)", r"\mathbf{1}", r"\mathrm{diag}(z)", "x"),
)
STEP = ("theta", "g", "H", "H^{-1} g", "x", "delta", "g^T H^{-1} g", "sqrt(2 delta)", "F", "2", "I")
SIZES = ("2", "B", "L", "H_q", "H_kv", "d_head", "S", "bytes", "h", "h mod g", "n_heads", "0")
LEARNING = (
    *("r_t", "gamma", "V(s_t)", "V(s_{t+1})", "lambda", "delta_t", "A_t", "A_{t+1}", "G_t", "T"),
    *("Q(s,a)", "V(s)", "pi(a|s)", "pi_old(a|s)", "log pi_theta(a_t|s_t)", "epsilon", "E[r_t A_t]"),
    *("clip(r_t,1-epsilon,1+epsilon)", "KL(pi_old || pi)", "c_1", "L_vf", "H(pi)", "t", "n", "2"),
)

SCRIPTS = ("-1", "2", "T", "t", "t+1", "1/2", "x", "0", "-T", r"\top", r"\infty", "i,j")
FORMS = (
    *("@ + @", "(@) - (@)", "@ @", "(@) / (@)", "(@)^T", "(@)^{#}", "(@)_{#}", "2_{#} @", "@ = @"),
    *(r"\sum_{j} (@)", r"\sum_{l=0}^{#} (@)", r"\sum_{#} (@)", "E[@]", "log(@)", "exp(@)", "|@|"),
    *("sqrt(@)", "softmax(@)", "softmax() @", "phi(@)", "min(@, @)", "clip(@, @, @)", r"\|@\|^2"),
    *(r"\nabla_\theta @", r"\max_{a} (@)", r"\lfloor @ \rfloor", r"\frac{@}{@}"),
)
"""`@` is an expression again, `#` a script."""


def words(formula: str) -> tuple[str, ...]:
    """Return the words that belong to a formula."""
    if "attention" in formula:
        return ATTENTION
    if formula == "trpo_step":
        return STEP
    return SIZES if formula.startswith(("kv", "gqa")) else LEARNING


def expression(rng: Random, pool: tuple[str, ...], depth: int) -> str:
    """Return a random expression of at most this depth."""
    if depth == 0 or rng.random() < 0.25:
        return rng.choice(pool)

    parts = iter(rng.choice(FORMS).replace("#", rng.choice(SCRIPTS)).split("@"))
    text = next(parts)
    for part in parts:
        text += expression(rng, pool, depth - 1) + part
    return text
