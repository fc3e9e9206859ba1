"""Attention by comprehensions over rows: zip(K, V), for q in Q, enumerate."""

import pytest

from tests.formula.decide.verdicts import assert_accepted, assert_told_apart

RIGHT = [
    ("linear_attention",
     "S = sum(np.outer(phi(k), v) for k, v in zip(K, V))\n"
     "z = sum(phi(k) for k in K)\n"
     "out = np.stack([phi(q) @ S / (phi(q) @ z) for q in Q])"),
    ("linear_attention",
     "S = sum(np.outer(v, phi(k)) for k, v in zip(K, V))\n"
     "z = sum(phi(k) for k in K)\n"
     "out = np.stack([S @ phi(q) / (phi(q) @ z) for q in Q])"),
    ("linear_attention",
     "S = sum(np.outer(phi(K[j]), V[j]) for j in range(len(K)))\n"
     "z = sum(phi(K[j]) for j in range(len(K)))\n"
     "out = np.stack([phi(Q[i]) @ S / (phi(Q[i]) @ z) for i in range(len(Q))])"),
    ("linear_attention",
     "out = np.stack([sum((phi(q) @ phi(k)) * v for k, v in zip(K, V)) / sum(phi(q) @ phi(k) "
     "for k in K) for q in Q])"),
    ("linear_attention",
     "out = [sum((phi(q) @ phi(k)) * v for k, v in zip(K, V)) / sum(phi(q) @ phi(k) for k in "
     "K) for q in Q]"),
    ("linear_attention",
     "S = sum(np.outer(phi(K[j]), v) for j, v in enumerate(V))\n"
     "z = sum(phi(k) for k in K)\n"
     "out = np.stack([phi(q) @ S / (phi(q) @ z) for q in Q])"),
    ("linear_attention_causal",
     "out = np.stack([sum((phi(Q[i]) @ phi(k)) * v for k, v in zip(K[:i+1], V[:i+1])) / "
     "sum(phi(Q[i]) @ phi(k) for k in K[:i+1]) for i in range(len(Q))])"),
    ("linear_attention_causal",
     "out = np.stack([sum((phi(q) @ phi(k)) * v for k, v in zip(K[:i+1], V[:i+1])) / "
     "sum(phi(q) @ phi(k) for k in K[:i+1]) for i, q in enumerate(Q)])"),
    ("linear_attention_causal",
     "rows = []\n"
     "for i, q in enumerate(Q):\n"
     "    S = sum(np.outer(phi(k), v) for k, v in zip(K[:i+1], V[:i+1]))\n"
     "    z = sum(phi(k) for k in K[:i+1])\n"
     "    rows.append(phi(q) @ S / (phi(q) @ z))"),
    ("linear_attention_causal",
     "def out(i):\n"
     "    S = sum(np.outer(phi(k), v) for k, v in zip(K[:i+1], V[:i+1]))\n"
     "    z = sum(phi(k) for k in K[:i+1])\n"
     "    return phi(Q[i]) @ S / (phi(Q[i]) @ z)"),
    ("linear_attention_causal",
     "S = sum(np.outer(phi(k), v) for k, v in zip(K[:i+1], V[:i+1]))\n"
     "z = sum(phi(k) for k in K[:i+1])\n"
     "out[i] = phi(Q[i]) @ S / (phi(Q[i]) @ z)"),
    ("softmax_attention",
     "out = np.stack([softmax(K @ q / sqrt(d)) @ V for q in Q])"),
    ("softmax_attention",
     "out = [softmax(K @ q / sqrt(d)) @ V for q in Q]"),
    ("softmax_attention",
     "out = np.array([softmax(q @ K.T / np.sqrt(d)) @ V for q in Q])"),
    ("softmax_attention",
     "out = torch.stack([torch.softmax(K @ q / math.sqrt(d), dim=0) @ V for q in Q])"),
    ("softmax_attention",
     "out = []\n"
     "for q in Q:\n"
     "    w = [math.exp(q @ k / math.sqrt(d)) for k in K]\n"
     "    Z = sum(w)\n"
     "    out.append(sum(wi * v for wi, v in zip(w, V)) / Z)"),
    ("softmax_attention",
     "out = []\n"
     "for q in Q:\n"
     "    w = np.array([np.exp(q @ k / np.sqrt(d)) for k in K])\n"
     "    out.append(w @ V / w.sum())"),
    ("softmax_attention",
     "w = np.array([[np.exp(q @ k / np.sqrt(d)) for k in K] for q in Q])\n"
     "out = w @ V / w.sum(axis=1, keepdims=True)"),
    ("softmax_attention",
     "out = [sum(math.exp(q @ k / math.sqrt(d)) * v for k, v in zip(K, V)) / sum(math.exp(q @ "
     "k / math.sqrt(d)) for k in K) for q in Q]"),
    ("linear_attention",
     "ks = [phi(k) for k in K]\n"
     "z = sum(ks)\n"
     "S = sum(np.outer(fk, v) for fk, v in zip(ks, V))\n"
     "out = np.stack([phi(q) @ S / (phi(q) @ z) for q in Q])"),
    ("linear_attention",
     "ks = [phi(k) for k in K]\n"
     "z = np.sum(ks, axis=0)\n"
     "S = sum(np.outer(fk, v) for fk, v in zip(ks, V))\n"
     "out = np.stack([phi(q) @ S / (phi(q) @ z) for q in Q])"),
    ("linear_attention",
     "S = sum(np.outer(phi(k), v) for _, (k, v) in enumerate(zip(K, V)))\n"
     "z = sum(phi(k) for _, k in enumerate(K))\n"
     "out = np.stack([phi(q) @ S / (phi(q) @ z) for q in Q])"),
    ("linear_attention",
     "kv = sum(phi(k)[:, None] * v[None, :] for k, v in zip(K, V))\n"
     "z = sum(phi(k) for k in K)\n"
     "out = np.stack([(phi(q) @ kv) / (phi(q) @ z) for q in Q])"),
    ("linear_attention",
     "num = [sum(phi(q) @ phi(k) * v for k, v in zip(K, V)) for q in Q]\n"
     "den = [sum(phi(q) @ phi(k) for k in K) for q in Q]\n"
     "out = np.stack([n / d for n, d in zip(num, den)])"),
    ("linear_attention",
     "def phi(x): return elu(x) + 1\n"
     "S = sum(np.outer(phi(k), v) for k, v in zip(K, V))\n"
     "z = sum(phi(k) for k in K)\n"
     "out = np.stack([phi(q) @ S / (phi(q) @ z) for q in Q])"),
    ("linear_attention",
     "S = torch.stack([torch.outer(phi(k), v) for k, v in zip(K, V)]).sum(0)\n"
     "z = torch.stack([phi(k) for k in K]).sum(dim=0)\n"
     "out = torch.stack([phi(q) @ S / (phi(q) @ z) for q in Q])"),
    ("linear_attention_causal",
     "out = []\n"
     "for i, q in enumerate(Q):\n"
     "    num = sum((phi(q) @ phi(k)) * v for k, v in zip(K[:i+1], V[:i+1]))\n"
     "    den = sum(phi(q) @ phi(k) for k in K[:i+1])\n"
     "    out.append(num / den)"),
    ("linear_attention_causal",
     "out = []\n"
     "for i, q in enumerate(Q):\n"
     "    num = sum((phi(q) @ phi(k)) * v for k, v in zip(K[:i+1], V))\n"
     "    den = sum(phi(q) @ phi(k) for k in K[:i+1])\n"
     "    out.append(num / den)"),
    ("linear_attention_causal",
     "out = np.stack([sum((phi(q) @ phi(k)) * v for j, (k, v) in enumerate(zip(K, V)) if j <= "
     "i) / sum(phi(q) @ phi(k) for j, k in enumerate(K) if j <= i) for i, q in enumerate(Q)])"),
    ("linear_attention_causal",
     "S = np.zeros((d, d_v))\n"
     "z = np.zeros(d)\n"
     "out = []\n"
     "for q, k, v in zip(Q, K, V):\n"
     "    S += np.outer(phi(k), v)\n"
     "    z += phi(k)\n"
     "    out.append(phi(q) @ S / (phi(q) @ z))"),
    ("softmax_attention",
     "out = np.stack([sum(w * v for w, v in zip(softmax(K @ q / np.sqrt(d)), V)) for q in Q])"),
    ("softmax_attention",
     "scores = [[q @ k / math.sqrt(d) for k in K] for q in Q]\n"
     "weights = [softmax(row) for row in scores]\n"
     "out = [sum(w * v for w, v in zip(row, V)) for row in weights]"),
    ("softmax_attention",
     "scores = [[q @ k / math.sqrt(d) for k in K] for q in Q]\n"
     "weights = [[math.exp(s) / sum(math.exp(t) for t in row) for s in row] for row in scores]\n"
     "out = [sum(w * v for w, v in zip(row, V)) for row in weights]"),
    ("softmax_attention",
     "scores = [[sum(a * b for a, b in zip(q, k)) / math.sqrt(d) for k in K] for q in Q]\n"
     "weights = [softmax(row) for row in scores]\n"
     "out = [sum(w * v for w, v in zip(row, V)) for row in weights]"),
    ("softmax_attention",
     "out = []\n"
     "for q in Q:\n"
     "    w = [np.exp(q @ k / np.sqrt(d)) for k in K]\n"
     "    out.append(sum(wi * v for wi, v in zip(w, V)) / sum(w))"),
    ("softmax_attention",
     "out = []\n"
     "for q in Q:\n"
     "    s = [q @ k / np.sqrt(d) for k in K]\n"
     "    m = max(s)\n"
     "    w = [np.exp(x - m) for x in s]\n"
     "    out.append(sum(wi * v for wi, v in zip(w, V)) / sum(w))"),
    ("softmax_attention",
     "for i, q in enumerate(Q):\n"
     "    w = softmax([q @ k / sqrt(d) for k in K])\n"
     "    out[i] = sum(a * v for a, v in zip(w, V))"),
]  # fmt: skip

WRONG = [
    ("linear_attention",
     "S = sum(np.outer(phi(k), v) for k, v in zip(V, K))\n"
     "z = sum(phi(k) for k in K)\n"
     "out = np.stack([phi(q) @ S / (phi(q) @ z) for q in Q])",
     None),
    ("linear_attention",
     "S = sum(np.outer(phi(k), v) for k, v in zip(K, V))\n"
     "z = sum(phi(q) for q in Q)\n"
     "out = np.stack([phi(q) @ S / (phi(q) @ z) for q in Q])",
     None),
    ("linear_attention",
     "S = sum(np.outer(phi(k), v) for k, v in zip(K, V))\n"
     "z = sum(k for k in K)\n"
     "out = np.stack([phi(q) @ S / (phi(q) @ z) for q in Q])",
     None),
    ("linear_attention",
     "S = sum(np.outer(v, phi(k)) for k, v in zip(K, V))\n"
     "z = sum(phi(k) for k in K)\n"
     "out = np.stack([phi(q) @ S / (phi(q) @ z) for q in Q])",
     None),
    ("linear_attention",
     "S = sum(np.outer(phi(k), v) for k, v in zip(K, V))\n"
     "out = np.stack([phi(q) @ S for q in Q])",
     "missing_normaliser"),
    ("linear_attention",
     "S = sum(np.outer(phi(k), v) for k, v in zip(K[1:], V))\n"
     "z = sum(phi(k) for k in K)\n"
     "out = np.stack([phi(q) @ S / (phi(q) @ z) for q in Q])",
     None),
    ("linear_attention_causal",
     "out = np.stack([sum((phi(q) @ phi(k)) * v for k, v in zip(K[:i], V[:i])) / sum(phi(q) @ "
     "phi(k) for k in K[:i]) for i, q in enumerate(Q)])",
     None),
    ("linear_attention_causal",
     "out = np.stack([sum((phi(q) @ phi(k)) * v for k, v in zip(K[:i+1], V[:i+1])) / "
     "sum(phi(q) @ phi(k) for k in K) for i, q in enumerate(Q)])",
     "not_causal_normaliser"),
    ("linear_attention_causal",
     "out = np.stack([sum((phi(q) @ phi(k)) * v for k, v in zip(K, V)) / sum(phi(q) @ phi(k) "
     "for k in K) for i, q in enumerate(Q)])",
     "not_causal"),
    ("linear_attention_causal",
     "rows = []\n"
     "for i, q in enumerate(Q):\n"
     "    S = sum(np.outer(phi(k), v) for k, v in zip(K[:i], V[:i]))\n"
     "    z = sum(phi(k) for k in K[:i+1])\n"
     "    rows.append(phi(q) @ S / (phi(q) @ z))",
     None),
    ("softmax_attention",
     "out = [softmax(K @ q) @ V for q in Q]",
     "missing_scale"),
    ("softmax_attention",
     "out = [softmax(V @ q / sqrt(d)) @ K for q in Q]",
     "values_keys_exchanged"),
    ("softmax_attention",
     "out = [softmax(K[1:] @ q / sqrt(d)) @ V[1:] for q in Q]",
     None),
    ("softmax_attention",
     "out = []\n"
     "for q in Q:\n"
     "    w = [math.exp(q @ k / math.sqrt(d)) for k in K]\n"
     "    out.append(sum(wi * v for wi, v in zip(w, V)))",
     "unnormalised"),
    ("softmax_attention",
     "w = np.array([[np.exp(q @ k / np.sqrt(d)) for k in K] for q in Q])\n"
     "out = w @ V / w.sum(axis=0, keepdims=True)",
     None),
    ("softmax_attention",
     "w = np.array([[np.exp(q @ k / np.sqrt(d)) for q in Q] for k in K])\n"
     "out = w @ V / w.sum(axis=1, keepdims=True)",
     "kq_swapped"),
    ("softmax_attention",
     "out = [sum(math.exp(q @ k / math.sqrt(d)) * v for k, v in zip(K, V)) / sum(math.exp(q @ "
     "k / math.sqrt(d)) for q in Q for k in K) for q in Q]",
     None),
    ("linear_attention",
     "ks = [phi(k) for k in K]\n"
     "z = np.sum(ks)\n"
     "S = sum(np.outer(fk, v) for fk, v in zip(ks, V))\n"
     "out = np.stack([phi(q) @ S / (phi(q) @ z) for q in Q])",
     None),
    ("linear_attention",
     "S = sum(np.outer(phi(k), v) for k, v in zip(K, V))\n"
     "z = sum(phi(k) for k in K)\n"
     "out = np.stack([phi(q) @ S / (phi(k) @ z) for q in Q])",
     None),
    ("linear_attention",
     "S = sum(np.outer(phi(k), v) for k, v in zip(K, V))\n"
     "z = sum(phi(k) for k in K)\n"
     "out = np.stack([phi(q) @ S / sum(phi(p) @ z for p in Q) for q in Q])",
     "normaliser_over_queries"),
    ("linear_attention",
     "S = sum(np.outer(phi(k), v) for v, k in zip(K, V))\n"
     "z = sum(phi(k) for k in K)\n"
     "out = np.stack([phi(q) @ S / (phi(q) @ z) for q in Q])",
     None),
    ("linear_attention",
     "S = sum(np.outer(phi(k), V[i]) for i, k in enumerate(K[1:]))\n"
     "z = sum(phi(k) for k in K)\n"
     "out = np.stack([phi(q) @ S / (phi(q) @ z) for q in Q])",
     None),
    ("linear_attention",
     "S = sum(np.outer(phi(k), v) for k, v in zip(Q, V))\n"
     "z = sum(phi(k) for k in K)\n"
     "out = np.stack([phi(q) @ S / (phi(q) @ z) for q in Q])",
     None),
    ("linear_attention",
     "kv = sum(phi(k)[:, None] * v[None, :] for k, v in zip(K, V))\n"
     "out = np.stack([(phi(q) @ kv) / sum(phi(q) @ phi(k) for k, q in zip(K, Q)) for q in Q])",
     None),
    ("linear_attention",
     "num = [sum(phi(q) @ phi(k) * v for k, v in zip(K, V)) for q in Q]\n"
     "den = [sum(phi(q) @ phi(k) for q in Q) for k in K]\n"
     "out = np.stack([n / d for n, d in zip(num, den)])",
     None),
    ("linear_attention",
     "S = torch.stack([torch.outer(phi(k), v) for k, v in zip(K, V)]).sum(1)\n"
     "z = torch.stack([phi(k) for k in K]).sum(dim=0)\n"
     "out = torch.stack([phi(q) @ S / (phi(q) @ z) for q in Q])",
     None),
    ("linear_attention_causal",
     "out = []\n"
     "for i, q in enumerate(Q):\n"
     "    num = sum((phi(q) @ phi(k)) * v for k, v in zip(K[:i], V[:i]))\n"
     "    den = sum(phi(q) @ phi(k) for k in K[:i])\n"
     "    out.append(num / den)",
     None),
    ("linear_attention_causal",
     "out = []\n"
     "for i, q in enumerate(Q):\n"
     "    num = sum((phi(q) @ phi(k)) * v for k, v in zip(K[:i+1], V))\n"
     "    den = sum(phi(q) @ phi(k) for k in K)\n"
     "    out.append(num / den)",
     "not_causal_normaliser"),
    ("linear_attention_causal",
     "out = np.stack([sum((phi(q) @ phi(k)) * v for j, (k, v) in enumerate(zip(K, V)) if j < "
     "i) / sum(phi(q) @ phi(k) for j, k in enumerate(K) if j < i) for i, q in enumerate(Q)])",
     None),
    ("linear_attention_causal",
     "out = np.stack([sum((phi(q) @ phi(k)) * v for j, (k, v) in enumerate(zip(K, V)) if j >= "
     "i) / sum(phi(q) @ phi(k) for j, k in enumerate(K) if j >= i) for i, q in enumerate(Q)])",
     None),
    ("linear_attention_causal",
     "out = np.stack([sum((phi(q) @ phi(k)) * v for k, v in zip(K[i:], V[i:])) / sum(phi(q) @ "
     "phi(k) for k in K[i:]) for i, q in enumerate(Q)])",
     None),
    ("linear_attention_causal",
     "S = np.zeros((d, d_v))\n"
     "z = np.zeros(d)\n"
     "out = []\n"
     "for q, k, v in zip(Q, K, V):\n"
     "    out.append(phi(q) @ S / (phi(q) @ z))\n"
     "    S += np.outer(phi(k), v)\n"
     "    z += phi(k)",
     "off_by_one"),
    ("softmax_attention",
     "out = np.stack([sum(w * v for w, v in zip(softmax(K @ q / np.sqrt(d)), K)) for q in Q])",
     None),
    ("softmax_attention",
     "scores = [[q @ k / math.sqrt(d) for q in Q] for k in K]\n"
     "weights = [softmax(row) for row in scores]\n"
     "out = [sum(w * v for w, v in zip(row, V)) for row in weights]",
     None),
    ("softmax_attention",
     "scores = [[q @ k / math.sqrt(d) for k in K] for q in Q]\n"
     "weights = [[math.exp(s) / sum(math.exp(t) for r in scores for t in r) for s in row] for "
     "row in scores]\n"
     "out = [sum(w * v for w, v in zip(row, V)) for row in weights]",
     None),
    ("softmax_attention",
     "scores = [[sum(a * b for a, b in zip(q, k)) for k in K] for q in Q]\n"
     "weights = [softmax(row) for row in scores]\n"
     "out = [sum(w * v for w, v in zip(row, V)) for row in weights]",
     "missing_scale"),
    ("softmax_attention",
     "out = []\n"
     "for q in Q:\n"
     "    w = [np.exp(q @ k / np.sqrt(d)) for k in K]\n"
     "    out.append(sum(wi * v for wi, v in zip(w, V)) / len(w))",
     None),
    ("softmax_attention",
     "for i, q in enumerate(Q):\n"
     "    w = softmax([q @ k / sqrt(d) for k in K[:i+1]])\n"
     "    out[i] = sum(a * v for a, v in zip(w, V))",
     None),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "text"), RIGHT)
def test_accepts(ask, formula, text) -> None:
    assert_accepted(ask(formula, text), "proved: ", "evidence: ")


@pytest.mark.parametrize(("formula", "text", "slug"), WRONG)
def test_tells_from_the_reference(ask, formula, text, slug) -> None:
    assert_told_apart(ask(formula, text), slug)
