r"""What surrounds a formula on a page: spacing, a left-hand side, delimiters, tags, definitions."""

import re
from random import Random

LEFT_SIDES: dict[str, tuple[str, ...]] = {
    "ratio": (r"r_t(\theta)", r"\rho_t", "w_t"),
    "advantage": ("A(s, a)", r"A^\pi(s, a)"),
    "td_residual": (r"\delta_t", r"\delta_t^V", r"\delta"),
    "discounted_return": ("G_t", "R_t", r"\hat R_t"),
    "nstep_advantage": (r"\hat{A}_t^{(n)}", "A^{(n)}_t"),
    "gae": (r"\hat{A}_t", r"\hat A_t^{\mathrm{GAE}(\gamma, \lambda)}", r"A_t^{GAE}"),
    "gae_finite": (r"\hat{A}_t", r"\hat A_t^{GAE}"),
    "gae_lambda0": (r"\hat{A}_t", r"\hat A_t^{\mathrm{GAE}(\gamma, 0)}"),
    "gae_lambda1": (r"\hat{A}_t", r"\hat A_t^{\mathrm{GAE}(\gamma, 1)}"),
    "policy_gradient": (r"\nabla_\theta J(\theta)", r"\hat g", r"\nabla J"),
    "ppo_clip": (r"L^{CLIP}(\theta)", r"L^{\mathrm{CLIP}}", r"\mathcal{J}(\theta)"),
    "ppo_kl_penalty": (r"L^{KLPEN}(\theta)", r"\mathcal{J}_{\mathrm{KL}}(\theta)"),
    "ppo_total": (r"L_t^{CLIP+VF+S}(\theta)", r"J(\theta)"),
    "trpo_objective": (r"L_{\theta_{old}}(\theta)", r"\mathcal{J}(\theta)"),
    "trpo_step": (r"\theta_{k+1}", r"\theta_{\text{new}}", r"\theta'"),
    "kl": ("D_{KL}", r"\mathrm{KL}"),
    "entropy": (r"H(\pi)", r"\mathcal{H}", r"S[\pi_\theta](s_t)"),
    "softmax_attention": (r"\mathrm{Attention}(Q, K, V)", "O", "Y"),
    "linear_attention": ("O", r"V'"),
    "kv_cache_bytes": (r"\text{bytes}", "M", r"M_{KV}"),
    "kv_reduction": (r"\text{factor}", r"\frac{\text{MHA}}{\text{GQA}}"),
    "gqa_head_map": (r"\mathrm{kv}(h)", "g(h)", "j"),
}
DEFINING = ("=", "=", "=", ":=", r"\doteq", r"\triangleq", r"\coloneqq")
DELIMITERS = (
    ("", ""),
    ("", ""),
    ("", ""),
    ("$", "$"),
    ("$$ ", " $$"),
    (r"\[ ", r" \]"),
    (r"\( ", r" \)"),
    (":math:`", "`"),
    (r"\begin{equation} ", r" \end{equation}"),
    ("\\begin{equation*}\n", "\n\\end{equation*}"),
)
ENDINGS = ("", "", "", "", ".", ",", ";", r"\,.", r" \quad")
TAGS = (r" \tag{7}", r" \tag{$*$}", r" \label{eq:7}", r" \nonumber")
DELTA = (
    r"\delta_t = r_t + \gamma V(s_{t+1}) - V(s_t)",
    r"\delta_t := r_t + \gamma V(s_{t+1}) - V(s_t)",
)
LATE_DELTA = (r"\delta_t = R_{t+1} + \gamma V(s_{t+1}) - V(s_t)",)
WHERE = (r", \quad {}", r" \quad \text{{where }} {}", r",\ \text{{with }} {}", "\nwhere {}")
# A thin space here would become the argument of the command before it.
TAKES_ARGUMENT = re.compile(
    r"\\(hat|bar|tilde|widehat|mathbb|mathrm|mathbf|mathcal|text|sqrt|rm|over|operatorname|begin|end)$"
)


def respace(tex: str, rng: Random) -> str:
    """Return the same LaTeX with other spaces: fewer, more, or explicit ones."""
    mode = rng.choice(("keep", "keep", "tight", "loose", "explicit"))
    if mode == "keep":
        return tex
    parts = re.split(r"(\\text\{[^{}]*\}|\n)", tex)
    return "".join(
        part if index % 2 else _respace_part(part, mode, rng) for index, part in enumerate(parts)
    )


def _respace_part(tex: str, mode: str, rng: Random) -> str:
    if mode == "loose":
        return re.sub(r"(?<![\\_^{(\[,])\s*([-+=])\s*(?![\\}])", r"  \1  ", tex)

    def space(match: re.Match[str]) -> str:
        before, after = tex[: match.start()], tex[match.end() : match.end() + 1]
        ends_command = re.search(r"\\[a-zA-Z]+$", before)
        if mode == "tight":
            joins = before[-1:].isalnum() and after.isalnum()
            return " " if joins or (ends_command and after.isalpha()) else ""
        if TAKES_ARGUMENT.search(before) or not before or not after:
            return match[0]
        return rng.choice((" ", " ", r"\, ", r"\; ", r"\  ", r"\! "))

    return re.sub(r"(?<!\\) +", space, tex)


def has_relation(tex: str) -> bool:
    """Return whether a form states a relation, a problem or definitions by itself."""
    return bool(re.search(r"=|\\le|\\ge|\\max_|\\min_|maximize|\\quad", tex))


def wrap(formula: str, tex: str, rng: Random) -> str:
    """Return the form with a left-hand side, delimiters and an ending, each perhaps."""
    sides = LEFT_SIDES.get(formula)
    if formula == "trpo_step" and not tex.startswith(r"\theta"):
        sides = (r"\Delta\theta", "s")  # the increment alone is not the new parameters
    if sides and not has_relation(tex) and rng.random() < 0.6:
        tex = f"{rng.choice(sides)} {rng.choice(DEFINING)} {tex}"
    if re.search(r"\\delta_\{?[tkij]", tex) and r"\delta_t =" not in tex and rng.random() < 0.25:
        deltas = LATE_DELTA if "R_" in tex else DELTA  # one index convention in one input
        tex += rng.choice(WHERE).format(rng.choice(deltas))
    opening, closing = rng.choice(DELIMITERS)
    ending = rng.choice(ENDINGS)
    if opening.startswith((r"\begin", "$$", r"\[")) and rng.random() < 0.3:
        ending = rng.choice(TAGS)
    return opening + tex + ending + closing
