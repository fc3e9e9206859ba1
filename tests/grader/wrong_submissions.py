"""Submissions that are wrong in one place only, and none of the known mistakes: each loses points."""

_HEAD = "import math, torch, torch.nn.functional as F\n"

_CG = """
def conjugate_gradient(Avp, b, n_iters, tol):
    x, r = torch.zeros_like(b), b.clone()
    p, s = r.clone(), r @ r
    for _ in range(n_iters):
        if {}:
            break
        z = Avp(p)
        a = s / (p @ z)
        x, r = x + a * p, r - a * z
        p, s = r + (r @ r) / s * p, r @ r
    return x
"""

_VTRACE = """
def vtrace(lt, lb, r, v, nv, te, tr, g, rho_bar, c_bar):
    w = {}
    out, ahead = torch.zeros_like(r), torch.zeros_like(r[0])
    for t in reversed(range(len(r))):
        d = w[t].clamp(max=rho_bar) * (r[t] + g * nv[t] * ~te[t] - v[t])
        ahead = d + g * ~(te[t] | tr[t]) * w[t].clamp(max=c_bar) * ahead
        out[t] = v[t] + ahead
    return out
"""

_GQA = """
def gqa_attention(q, k, v, causal):
    shared = q.shape[1] // k.shape[1]
    s = q @ k.repeat_interleave(shared, 1).mT / math.sqrt(q.shape[-1])
    if causal:
        s = s.masked_fill(torch.ones_like(s, dtype=torch.bool).triu(1), -100.0)
    return s.softmax(-1) @ v.repeat_interleave(shared, 1)
"""

_KL = """
def kl_gaussian(mp, lp, mq, lq):
    wide = {}
    return (lq - lp + ((2 * lp).exp() + (mp - mq) ** 2) / (2 * wide) - 0.5).sum(-1)
"""

_DUAL = """
def ppo_clip_loss(new, old, adv, eps):
    r = (new - old).exp()
    least = torch.minimum(r * adv, r.clamp(1 - eps, 1 + eps) * adv)
    return -torch.where(adv < 0, torch.maximum(least, 3 * adv), least).mean()
"""

WRONG: dict[str, tuple[str, set[str]]] = {
    "conjugate_gradient: relative norm": (
        _CG.format("s.sqrt() < tol * b.norm()"),
        {"early_stop"},
    ),
    "conjugate_gradient: largest residual": (
        _CG.format("r.abs().max() < tol"),
        {"early_stop"},
    ),
    "vtrace: quotient of probabilities": (_VTRACE.format("lt.exp() / lb.exp()"), {"limits"}),
    "gqa_attention: a mask of -100": (_GQA, {"large_scores"}),
    "kl_gaussian: a least variance": (
        _KL.format("(2 * lq).exp().clamp(min=1e-6)"),
        {"narrow_and_wide"},
    ),
    "kl_gaussian: a small number beside the variance": (
        _KL.format("(2 * lq).exp() + 1e-8"),
        {"narrow_and_wide"},
    ),
    "entropy: a small number in the logarithm": (
        "def entropy(x):\n    p = x.softmax(-1)\n    return -(p * (p + 1e-8).log()).sum(-1)\n",
        {"large_logits"},
    ),
    "ppo_clip_loss: dual clip": (_DUAL, {"clipped", "limits"}),
}
WRONG = {name: (_HEAD + source, lost) for name, (source, lost) in WRONG.items()}
