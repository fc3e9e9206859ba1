"""Functions of the code's own, steps, streams, counters, and other ways to list heads."""

import pytest

from tests.formula.decide.verdicts import assert_accepted, assert_told_apart

RIGHT = [
    ("gqa_head_map",
     "mapping = {h: h // (n_heads // n_kv_heads) for h in range(n_heads)}"),
    ("gqa_head_map",
     "rep = n_heads // n_kv_heads\n"
     "kv_idx = torch.arange(n_kv_heads).unsqueeze(1).expand(n_kv_heads, rep).reshape(-1)\n"
     "kv_head = kv_idx[h]"),
    ("gqa_head_map",
     "kv_head = np.arange(H_kv).repeat(H_q // H_kv)[h]"),
    ("linear_attention_causal",
     "def step(self, q, k, v):\n"
     "    self.S += np.outer(phi(k), v)\n"
     "    self.z += phi(k)\n"
     "    return phi(q) @ self.S / (phi(q) @ self.z)"),
    ("linear_attention_causal",
     "def step(S, z, q, k, v):\n"
     "    S = S + np.outer(phi(k), v)\n"
     "    z = z + phi(k)\n"
     "    return S, z, phi(q) @ S / (phi(q) @ z)"),
]  # fmt: skip

WRONG = [
    ("gqa_head_map",
     "mapping = {h: h % n_kv_heads for h in range(n_heads)}",
     "mod_not_floor"),
    ("gqa_head_map",
     "rep = n_heads // n_kv_heads\n"
     "kv_idx = torch.arange(n_kv_heads)[None, :].expand(rep, -1).flatten()\n"
     "kv_head = kv_idx[h]",
     "mod_not_floor"),
    ("softmax_attention",
     "def softmax(x):\n"
     "    e = np.exp(x)\n"
     "    return e / e.sum(axis=0, keepdims=True)\n"
     "out = softmax(Q @ K.T / np.sqrt(d)) @ V",
     "wrong_softmax_dim"),
    ("softmax_attention",
     "def softmax(s):\n"
     "    e = np.exp(s)\n"
     "    return e / e.mean()\n"
     "out = np.stack([softmax(K @ q / np.sqrt(d)) @ V for q in Q])",
     None),
    ("linear_attention",
     "S = 0\n"
     "z = 0\n"
     "i = 0\n"
     "while i < len(K) - 1:\n"
     "    S = S + np.outer(phi(K[i]), V[i])\n"
     "    z = z + phi(K[i])\n"
     "    i += 1\n"
     "out = np.stack([phi(q) @ S / (phi(q) @ z) for q in Q])",
     None),
    ("linear_attention",
     "S = 0\n"
     "z = 0\n"
     "s = 0\n"
     "while s < n:\n"
     "    S = phi(K[s:s+C]).T @ V[s:s+C]\n"
     "    z = z + phi(K[s:s+C]).sum(0)\n"
     "    s += C\n"
     "out = phi(Q) @ S / (phi(Q) @ z)[:, None]",
     None),
    ("softmax_attention",
     "out = []\n"
     "for q in Q:\n"
     "    m, l, o = -math.inf, 0, 0\n"
     "    for k, v in zip(K, V):\n"
     "        s = q @ k / math.sqrt(d)\n"
     "        m_new = max(m, s)\n"
     "        l = l + math.exp(s - m_new)\n"
     "        o = o * math.exp(m - m_new) + math.exp(s - m_new) * v\n"
     "        m = m_new\n"
     "    out.append(o / l)",
     None),
    ("softmax_attention",
     "out = [softmax([q @ k / math.sqrt(d) for k in K]) @ V for q, _ in zip(Q, Q[1:])]",
     None),
    ("softmax_attention",
     "out = []\n"
     "for q in Q:\n"
     "    scores = [np.dot(q, k) / math.sqrt(len(Q)) for k in K]\n"
     "    e = [math.exp(s) for s in scores]\n"
     "    out.append(sum(ej * v for ej, v in zip(e, V)) / sum(e))",
     "scale_by_length"),
]  # fmt: skip

OPEN = [
    ("gqa_head_map",
     "mapping = {g: [g * G + r for r in range(G)] for g in range(H_kv)}"),
    ("gqa_head_map",
     "groups = [[g * G + r for r in range(G)] for g in range(H_kv)]"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "groups = [list(range(g * G, (g + 1) * G)) for g in range(H_kv)]\n"
     "kv_head = [g for g, hs in enumerate(groups) for h in hs]"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv = 0\n"
     "kv_of = []\n"
     "for h in range(H_q):\n"
     "    if h > 0 and h % G == 0:\n"
     "        kv += 1\n"
     "    kv_of.append(kv)"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = []\n"
     "for h in range(H_q):\n"
     "    kv_of.append(len(kv_of) // G)"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = []\n"
     "for h in range(H_q):\n"
     "    kv_of.append(len(kv_of) % G)"),
    ("gqa_head_map",
     "q_per_kv = n_heads // n_kv_heads\n"
     "heads = list(range(n_heads))\n"
     "kv_head_of = [heads[i:i + q_per_kv] for i in range(0, n_heads, q_per_kv)]"),
    ("gqa_head_map",
     "for h in range(H_q):\n"
     "    kv = h % H_kv\n"
     "    out[h] = attend(q[h], k[kv], v[kv])"),
    ("gqa_head_map",
     "for g in range(H_kv):\n"
     "    for r in range(G):\n"
     "        out[g * G + r] = attend(q[g * G + r], k[g], v[g])"),
    ("gqa_head_map",
     "for g in range(H_kv):\n"
     "    for r in range(G):\n"
     "        out[r * H_kv + g] = attend(q[r * H_kv + g], k[g], v[g])"),
    ("gqa_head_map",
     "kv_idx = np.array([list(range(H_kv)) for _ in range(H_q // H_kv)]).ravel()\n"
     "kv_head = kv_idx[h]"),
    ("gqa_head_map",
     "kv_idx = np.indices((H_kv, G))[0].ravel()\n"
     "kv_head = kv_idx[h]"),
    ("gqa_head_map",
     "kv_head = bisect.bisect_right(range(0, H_q, H_q // H_kv), h) - 1"),
    ("gqa_head_map",
     "kv_head = sum(1 for g in range(1, H_kv) if h >= g * (H_q // H_kv))"),
    ("gqa_head_map",
     "kv_head = sum(1 for g in range(1, H_kv) if h > g * (H_q // H_kv))"),
    ("softmax_attention",
     "def softmax_row(s):\n"
     "    e = [math.exp(x) for x in s]\n"
     "    z = sum(e)\n"
     "    return [x / z for x in e]\n"
     "out = [sum(w * v for w, v in zip(softmax_row([q @ k / math.sqrt(d) for k in K]), V)) for "
     "q in Q]"),
    ("linear_attention_causal",
     "class LinearAttentionState:\n"
     "    def __init__(self, d, dv):\n"
     "        self.S = np.zeros((d, dv))\n"
     "        self.z = np.zeros(d)\n"
     "    def step(self, q, k, v):\n"
     "        self.S += np.outer(phi(k), v)\n"
     "        self.z += phi(k)\n"
     "        return phi(q) @ self.S / (phi(q) @ self.z)"),
    ("linear_attention_causal",
     "class LinearAttentionState:\n"
     "    def step(self, q, k, v):\n"
     "        y = phi(q) @ self.S / (phi(q) @ self.z)\n"
     "        self.S += np.outer(phi(k), v)\n"
     "        self.z += phi(k)\n"
     "        return y"),
    ("linear_attention_causal",
     "out = [sum((phi(q) @ phi(k)) * v for k, v in zip(K[:i+1], V[:i+1])) / sum(phi(q) @ "
     "phi(k) for k in K[:i+1]) for i, q in enumerate(Q, 1)]"),
    ("linear_attention_causal",
     "out = [sum((phi(q) @ phi(k)) * v for k, v in zip(K[:i], V[:i])) / sum(phi(q) @ phi(k) "
     "for k in K[:i]) for i, q in enumerate(Q, 1)]"),
    ("linear_attention_causal",
     "out = [sum((phi(q) @ phi(k)) * v for k, v in zip(K[:i], V[:i])) / sum(phi(q) @ phi(k) "
     "for k in K[:i]) for i, q in enumerate(Q, start=1)]"),
    ("softmax_attention",
     "out = np.array([[sum(softmax(K @ q / np.sqrt(d))[j] * V[j][c] for j in range(len(K))) "
     "for c in range(d_v)] for q in Q])"),
    ("softmax_attention",
     "out = []\n"
     "for q in Q:\n"
     "    scores = []\n"
     "    for k in K:\n"
     "        scores.append(sum(a * b for a, b in zip(q, k)) / math.sqrt(d))\n"
     "    w = softmax(np.array(scores))\n"
     "    out.append(sum(wi * v for wi, v in zip(w, V)))"),
    ("softmax_attention",
     "out = []\n"
     "for q in Q:\n"
     "    scores = [np.dot(q, k) / math.sqrt(len(q)) for k in K]\n"
     "    e = [math.exp(s) for s in scores]\n"
     "    out.append([sum(ej * v[c] for ej, v in zip(e, V)) / sum(e) for c in range(len(V[0]))])"),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "text"), RIGHT)
def test_accepts(ask, formula, text) -> None:
    assert_accepted(ask(formula, text), "proved: ", "evidence: ")


@pytest.mark.parametrize(("formula", "text", "slug"), WRONG)
def test_tells_from_the_reference(ask, formula, text, slug) -> None:
    assert_told_apart(ask(formula, text), slug)


@pytest.mark.parametrize(("formula", "text"), OPEN)
def test_leaves_open(ask, formula, text) -> None:
    assert ask(formula, text).verdict in {"undecided", "unreadable"}
