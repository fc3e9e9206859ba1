"""Attention in code that carries a state or loops over positions."""

import pytest

from tests.formula.decide.verdicts import SAME_OUTPUTS, assert_accepted, assert_told_apart

SOFTMAX, LINEAR, CAUSAL = "softmax_attention", "linear_attention", "linear_attention_causal"

SCAN = """\
def step(carry, qkv):
    S, z = carry
    q, k, v = qkv
    {body}

_, out = jax.lax.scan(step, (jnp.zeros((d, m)), jnp.zeros(d)), (Q, K, V){how})
"""
UPDATE = "S = S + jnp.outer(phi(k), v)\n    z = z + phi(k)\n    "
GIVEN = "return (S, z), (phi(q) @ S) / (phi(q) @ z)"

RIGHT = [
    (CAUSAL,
     "S = S + torch.outer(phi(k), v)\n"
     "out = phi(q) @ S / (phi(q) @ (z + phi(k)))\n"
     "z = z + phi(k)"),
    (SOFTMAX,
     "for row_idx in range(n):\n"
     "    o[row_idx] = torch.softmax(K @ Q[row_idx] / math.sqrt(d), -1) @ V"),
    (SOFTMAX,
     "for r_i in range(n):\n"
     "    o[r_i] = torch.softmax(K @ Q[r_i] / math.sqrt(d), -1) @ V"),
    (CAUSAL,
     "S = S + phi(k)[..., None] * v[..., None, :]\n"
     "z = z + phi(k)\n"
     "out = (phi(q)[..., None, :] @ S)[..., 0, :] / (phi(q) * z).sum(-1, "
     "keepdims=True)"),
    (SOFTMAX,
     "for i in range(n):\n"
     "    s = K @ Q[i] / math.sqrt(d)\n"
     "    w = torch.exp(s - s.max(dim=0)[0])\n"
     "    o[i] = w @ V / w.sum()"),
    (SOFTMAX,
     "outs = []\n"
     "for i in range(n):\n"
     "    outs.append(torch.softmax(K @ Q[i] / math.sqrt(d), -1) @ V)\n"
     "torch.stack(outs)"),
    ("linear_attention_causal", SCAN.format(body=UPDATE + GIVEN, how="")),
    ("softmax_attention",
     "S = Q @ K.T / np.sqrt(Q.shape[-1])\nS = S - S.max(axis=-1, keepdims=True)\n"
     "P = np.exp(S)\nO = (P / P.sum(axis=-1, keepdims=True)) @ V"),
    ("softmax_attention",
     "m, l, acc = -np.inf, 0.0, np.zeros(V.shape[1])\nfor k, v in zip(K, V):\n"
     "    s = q @ k / np.sqrt(len(q))\n    m_new = max(m, s)\n"
     "    alpha, p = np.exp(m - m_new), np.exp(s - m_new)\n    l = l * alpha + p\n"
     "    acc = acc * alpha + p * v\n    m = m_new\no = acc / l"),
    (CAUSAL,
     "S = S + torch.einsum('bd,be->bde', phi(k), v)\nz = z + phi(k)\nout = "
     "torch.einsum('bd,bde->be', phi(q), S) / (phi(q) * z).sum(-1, "
     "keepdim=True)"),
    (CAUSAL,
     "S = S + torch.einsum('bhd,bhe->bhde', phi(k), v)\nz = z + phi(k)\nout "
     "= torch.einsum('bhd,bhde->bhe', phi(q), S) / (phi(q) * z).sum(-1, "
     "keepdim=True)"),
    (CAUSAL,
     "for i in range(n):\n    S = S + torch.outer(phi(k[i]), v[i])\n    z = "
     "z + phi(k[i])\n    out[i] = (i + 1) * (phi(q[i]) @ S) / ((i + 1) * "
     "(phi(q[i]) @ z))"),
    (CAUSAL,
     "S = torch.zeros(d, d)\nz = torch.zeros(d)\nfor i in range(n):\n    S "
     "= S + torch.outer(phi(k[i]), v[i])\n    z = z + phi(k[i])\n    out[i] "
     "= phi(q[i]) @ S / (phi(q[i]) @ z)\nout"),
    (CAUSAL,
     "for i in range(n):\n    S[i] = S[i-1] + torch.outer(phi(k[i]), v[i])\n"
     "    z[i] = z[i-1] + phi(k[i])\n    out[i] = phi(q[i]) @ S[i] / "
     "(phi(q[i]) @ z[i])"),
    (CAUSAL,
     "S[t] = S[t-1] + torch.outer(phi(k[t]), v[t])\nz[t] = z[t-1] + "
     "phi(k[t])\nout[t] = phi(q[t]) @ S[t] / (phi(q[t]) @ z[t])"),
    (CAUSAL,
     "S = 0\nz = 0\nS = S + torch.outer(phi(k[t]), v[t])\nz = z + "
     "phi(k[t])\nout[t] = phi(q[t]) @ S / (phi(q[t]) @ z)"),
    (CAUSAL,
     "S = S + torch.outer(phi(k[t]), v[t])\nz = z + phi(k[t])\nout[t] = n * "
     "(phi(q[t]) @ S) / (n * (phi(q[t]) @ z))"),
    (LINEAR,
     "for i in range(n):\n    S = S + torch.outer(phi(k[i]), v[i])\n    z = "
     "z + phi(k[i])\n(phi(Q) @ S) / (phi(Q) @ z)[:, None]"),
    (CAUSAL,
     "for t, (q, k, v) in enumerate(zip(Q, K, V)):\n    S = S + "
     "torch.outer(phi(k), v)\n    z = z + phi(k)\n    out.append(phi(q) @ S "
     "/ (phi(q) @ z))"),
    (CAUSAL,
     "for t, (q, k, v) in enumerate(zip(Q, K, V)):\n    S = S + "
     "torch.outer(phi(k), v)\n    z = z + phi(k)\n    out[t] = phi(q) @ S / "
     "(phi(q) @ z)"),
    (CAUSAL,
     "for t in range(0, n):\n    S = S + torch.outer(phi(k[t]), v[t])\n    "
     "z = z + phi(k[t])\n    out[t] = phi(q[t]) @ S / (phi(q[t]) @ z)"),
    (CAUSAL,
     "for t in range(len(Q)):\n    S = S + torch.outer(phi(k[t]), v[t])\n   "
     " z = z + phi(k[t])\n    out[t] = phi(q[t]) @ S / (phi(q[t]) @ z)"),
    (CAUSAL,
     "for t in range(q.shape[0]):\n    S = S + torch.outer(phi(k[t]), "
     "v[t])\n    z = z + phi(k[t])\n    out[t] = phi(q[t]) @ S / (phi(q[t]) "
     "@ z)"),
    (LINEAR,
     "S = np.zeros((D, M)); z = np.zeros(D)\n"
     "for k_j, v_j in zip(K, V):\n"
     "    S += np.outer(phi(k_j), v_j)\n"
     "    z += phi(k_j)\n"
     "out = np.array([phi(q_i) @ S / (phi(q_i) @ z) for q_i in Q])"),
    (LINEAR,
     "S = np.zeros((D, M)); z = np.zeros(D)\n"
     "for k_j, v_j in zip(K, V):\n"
     "    S += np.outer(phi(k_j), v_j)\n"
     "    z += phi(k_j)\n"
     "out = np.stack([phi(q) @ S / (phi(q) @ z) for q in Q])"),
    (LINEAR,
     "S = np.zeros((D, M)); z = np.zeros(D)\n"
     "for k_j, v_j in zip(K, V):\n"
     "    S += np.outer(phi(k_j), v_j)\n"
     "    z += phi(k_j)\n"
     "out = []\n"
     "for q in Q:\n"
     "    out.append(phi(q) @ S / (phi(q) @ z))"),
    (LINEAR,
     "S = np.zeros((D, M)); z = np.zeros(D)\n"
     "for k_j, v_j in zip(K, V):\n"
     "    S += np.outer(phi(k_j), v_j)\n"
     "    z += phi(k_j)\n"
     "out = np.zeros((N, M))\n"
     "for i, q in enumerate(Q):\n"
     "    out[i] = phi(q) @ S / (phi(q) @ z)"),
    (LINEAR,
     "z = sum(phi(k) for k in K)\n"
     "out = (phi(Q) @ (phi(K).T @ V)) / (phi(Q) @ z)[:, None]"),
    (SOFTMAX,
     "m, l, o = -math.inf, 0.0, 0.0\n"
     "for k_j, v_j in zip(K, V):\n"
     "    s = q @ k_j / math.sqrt(d)\n"
     "    m_new = max(m, s)\n"
     "    l = l * math.exp(m - m_new) + math.exp(s - m_new)\n"
     "    o = o * math.exp(m - m_new) + math.exp(s - m_new) * v_j\n"
     "    m = m_new\n"
     "o = o / l"),
    (SOFTMAX,
     "m = float('-inf'); l = 0; acc = np.zeros(dv)\n"
     "for j in range(N):\n"
     "    s = q @ K[j] / np.sqrt(d)\n"
     "    m_new = np.maximum(m, s)\n"
     "    alpha = np.exp(m - m_new)\n"
     "    p = np.exp(s - m_new)\n"
     "    l = alpha * l + p\n"
     "    acc = alpha * acc + p * V[j]\n"
     "    m = m_new\n"
     "return acc / l"),
    (SOFTMAX,
     "out = np.zeros_like(Q)\n"
     "for i, q in enumerate(Q):\n"
     "    m, l, acc = -np.inf, 0.0, np.zeros(V.shape[1])\n"
     "    for k, v in zip(K, V):\n"
     "        s = q @ k / np.sqrt(d)\n"
     "        m_new = max(m, s)\n"
     "        l = l * np.exp(m - m_new) + np.exp(s - m_new)\n"
     "        acc = acc * np.exp(m - m_new) + np.exp(s - m_new) * v\n"
     "        m = m_new\n"
     "    out[i] = acc / l"),
]  # fmt: skip

WRONG = [
    (CAUSAL,
     "S = S + torch.outer(phi(k[0]), v[0])\n"
     "z = z + phi(k[0])\n"
     "o = phi(q[0]) @ S / (phi(q[0]) @ z)", None),
    (CAUSAL,
     "S = S + torch.dot(phi(k), v)\n"
     "z = z + phi(k)\n"
     "out = phi(q) @ S / torch.dot(phi(q), z)", "inner_not_outer"),
    (CAUSAL,
     "S = S + torch.dot(phi(k), v)\n"
     "z = z + phi(k)\n"
     "out = S @ phi(q) / torch.dot(phi(q), z)", "inner_not_outer"),
    (SOFTMAX,
     "for i in range(n):\n"
     "    w = softmax((K @ Q[i] / math.sqrt(d))[:, None])\n"
     "    o[i] = w[:, 0] @ V", None),
    (SOFTMAX, "o[t] = torch.softmax(q @ k.T / math.sqrt(d), -1) @ v", None),
    ("linear_attention_causal", SCAN.format(body=UPDATE + GIVEN, how=", reverse=True"), None),
    ("linear_attention_causal",
     SCAN.format(body="o = (phi(q) @ S) / (phi(q) @ z)\n    " + UPDATE + "return (S, z), o",
                 how=""),
     None),
    ("softmax_attention",
     "S = Q @ K.T / np.sqrt(Q.shape[0])\nS = S - S.max(axis=-1, keepdims=True)\n"
     "P = np.exp(S)\nO = (P / P.sum(axis=-1, keepdims=True)) @ V", "scale_by_length"),
    (CAUSAL,
     "S = S + torch.einsum('bd,be->bde', phi(k), v)\nz = z + phi(k)\nout = "
     "torch.einsum('bd,bde->be', phi(q), S) / z.sum(-1, keepdim=True)", None),
    (CAUSAL,
     "for i in range(n):\n    S = S + torch.outer(phi(k[i]), v[i])\n    z = "
     "z + phi(k[i])\n    out[i] = phi(q[i]) @ S / (i + 1)", None),
    (CAUSAL,
     "for i in range(n):\n    S[i] = S[i-1] + torch.outer(phi(k[i]), v[i])\n"
     "    z[i] = z[i-1] + phi(k[i])\n    out[i] = phi(q[i]) @ S[i-1] / "
     "(phi(q[i]) @ z[i-1])", "off_by_one"),
    (CAUSAL,
     "S = S + torch.outer(phi(k[t]), v[t])\nz = z + phi(k[t])\nout[t] = "
     "phi(q[t]) @ S / (t + 1)", None),
    (CAUSAL,
     "S = S + torch.outer(phi(k[t]), v[t])\nz = z + phi(k[t])\nout[t] = "
     "phi(q[t]) @ S / (phi(q[t]) @ z) * l / t", None),
    (CAUSAL,
     "out[t] = phi(q[t]) @ S / (phi(q[t]) @ z)\nS = S + "
     "torch.outer(phi(k[t]), v[t])\nz = z + phi(k[t])", "off_by_one"),
    (LINEAR,
     "for i in range(n):\n    S = S + torch.outer(phi(k[i]), v[i])\n    z = "
     "z + phi(k[i])\nphi(Q) @ S", "missing_normaliser"),
    (LINEAR,
     "for i in range(n):\n    S = S + torch.outer(phi(k[i]), v[i])\n    z = "
     "z - z\n(phi(Q) @ S) / z", None),
    (CAUSAL,
     "for t, (q, k, v) in enumerate(zip(Q, K, V)):\n    out[t] = phi(q) @ S "
     "/ (phi(q) @ z)\n    S = S + torch.outer(phi(k), v)\n    z = z + phi(k)", "off_by_one"),
    (CAUSAL,
     "for t in reversed(range(n)):\n    S = S + torch.outer(phi(k[t]), "
     "v[t])\n    z = z + phi(k[t])\n    out[t] = phi(q[t]) @ S / (phi(q[t]) "
     "@ z)", None),
    (CAUSAL,
     "for t in range(1, n):\n    S = S + torch.outer(phi(k[t]), v[t])\n    "
     "z = z + phi(k[t])\n    out[t] = phi(q[t]) @ S / (phi(q[t]) @ z)", None),
    (CAUSAL,
     "for t in range(n):\n    S = S + torch.outer(phi(k[t]), v[t]) / (z - "
     "z)\n    z = z + phi(k[t])\n    out[t] = phi(q[t]) @ S / (phi(q[t]) @ "
     "z)", None),
    (CAUSAL,
     "S = S + torch.outer(phi(k), v)\nz = z - z\nout = phi(q) @ S / (phi(q) "
     "@ z)", None),
    (CAUSAL,
     "z = z + phi(k) / (z - z)\nS = S + torch.outer(phi(k), v)\nout = "
     "phi(q) @ S / (phi(q) @ z)", None),
    (CAUSAL,
     "for t in range(n):\n    out[t] = phi(q[t]) @ S\n    S = S + "
     "torch.outer(phi(k[t]), v[t])", None),
    (LINEAR,
     "S = np.zeros((D, M)); z = np.zeros(D)\n"
     "for k_j, v_j in zip(K, V):\n"
     "    S += np.outer(phi(k_j), v_j)\n"
     "    z += phi(k_j)\n"
     "out = np.array([phi(k_i) @ S / (phi(k_i) @ z) for k_i in K])",
     None),
    (LINEAR,
     "S = np.zeros((D, M)); z = np.zeros(D)\n"
     "for k_j, v_j in zip(K, V):\n"
     "    S += np.outer(phi(k_j), v_j)\n"
     "    z += phi(k_j)\n"
     "out = np.array([phi(q_i) @ S / z.sum() for q_i in Q])",
     "normaliser_no_query"),
    (LINEAR,
     "S = np.zeros((D, M)); z = np.zeros(D)\n"
     "for k_j, v_j in zip(K, V):\n"
     "    S += np.outer(phi(k_j), v_j)\n"
     "    z = phi(k_j)\n"
     "out = np.array([phi(q_i) @ S / (phi(q_i) @ z) for q_i in Q])",
     None),
    (LINEAR,
     "z = sum(k for k in K)\n"
     "out = (phi(Q) @ (phi(K).T @ V)) / (phi(Q) @ z)[:, None]",
     None),
    (SOFTMAX,
     "m, l, o = -math.inf, 0.0, 0.0\n"
     "for k_j, v_j in zip(K, V):\n"
     "    s = q @ k_j / math.sqrt(d)\n"
     "    m_new = max(m, s)\n"
     "    l = l * math.exp(m - m_new) + math.exp(s - m_new)\n"
     "    o = o + math.exp(s - m_new) * v_j\n"
     "    m = m_new\n"
     "o = o / l",
     None),
    (SOFTMAX,
     "m, l, o = -math.inf, 0.0, 0.0\n"
     "for k_j, v_j in zip(K, V):\n"
     "    s = q @ k_j / math.sqrt(d)\n"
     "    m_new = max(m, s)\n"
     "    l = l + math.exp(s - m_new)\n"
     "    o = o * math.exp(m - m_new) + math.exp(s - m_new) * v_j\n"
     "    m = m_new\n"
     "o = o / l",
     None),
    (SOFTMAX,
     "m, l, o = -math.inf, 0.0, 0.0\n"
     "for k_j, v_j in zip(K, V):\n"
     "    s = q @ k_j\n"
     "    m_new = max(m, s)\n"
     "    l = l * math.exp(m - m_new) + math.exp(s - m_new)\n"
     "    o = o * math.exp(m - m_new) + math.exp(s - m_new) * v_j\n"
     "    m = m_new\n"
     "o = o / l",
     "missing_scale"),
    (SOFTMAX,
     "m, l, o = -math.inf, 0.0, 0.0\n"
     "for k_j, v_j in zip(K, V):\n"
     "    s = q @ k_j / math.sqrt(d)\n"
     "    m_new = max(m, s)\n"
     "    l = l * math.exp(m - m_new) + math.exp(s - m_new)\n"
     "    o = o * math.exp(m - m_new) + math.exp(s - m) * v_j\n"
     "    m = m_new\n"
     "o = o / l",
     None),
]  # fmt: skip

OPEN = [
    (SOFTMAX,
     "for i in range(n):\n"
     "    w = np.array([np.exp(2 * np.inner(0.5, Q[i] * K[j]) / np.sqrt(d)) for j "
     "in range(n)])\n"
     "    o[i] = w @ V / w.sum()"),
    (CAUSAL,
     "for t in range(4):\n    S = S + torch.outer(phi(k[t]), v[t])\n    z = "
     "z + phi(k[t])\n    out[t] = phi(q[t]) @ S / (phi(q[t]) @ z)"),
    (CAUSAL,
     "out[t] = phi(q[t]) @ S[foo] / (phi(q[t]) @ z)\nS[t] = S[t-1] + "
     "torch.outer(phi(k[t]), v[t])\nz = z + phi(k[t])"),
    (CAUSAL,
     "for q, k, v in batch:\n    S = S + torch.outer(phi(k), v)\n    z = z "
     "+ phi(k)\n    out.append(phi(q) @ S / (phi(q) @ z))"),
    (CAUSAL,
     "for t in steps:\n    S = S + torch.outer(phi(k[t]), v[t])\n    z = z "
     "+ phi(k[t])\n    out[t] = phi(q[t]) @ S / (phi(q[t]) @ z)"),
    (CAUSAL,
     "for t in range(0, n, 2):\n    S = S + torch.outer(phi(k[t]), v[t])\n  "
     "  z = z + phi(k[t])\n    out[t] = phi(q[t]) @ S / (phi(q[t]) @ z)"),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "text"), RIGHT)
def test_accepts(ask, formula, text) -> None:
    assert_accepted(ask(formula, text), SAME_OUTPUTS)


@pytest.mark.parametrize(("formula", "text", "slug"), WRONG)
def test_tells_from_the_reference(ask, formula, text, slug) -> None:
    assert_told_apart(ask(formula, text), slug)


@pytest.mark.parametrize(("formula", "text"), OPEN)
def test_leaves_open(ask, formula, text) -> None:
    assert ask(formula, text).verdict == "undecided"
