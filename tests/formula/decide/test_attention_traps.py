"""Attention in code and in indices: what looks right and isn't, and what looks odd and is right."""

import pytest

SOFTMAX, LINEAR, CAUSAL = "softmax_attention", "linear_attention", "linear_attention_causal"
SCORES = "s = q @ k.T / math.sqrt(d)\n"
ONLINE = """\
m = -inf
l = 0
acc = 0
for j in range(n):
    s = q @ k[j] / sqrt(d)
    m_new = max(m, s)
    l = l * exp(m - m_new) + exp(s - m_new)
    acc = acc * {factor} + exp(s - m_new) * v[j]
    m = m_new
o = acc / l"""
TESTED = """\
for i in range(n):
    num = 0
    den = 0
    for j in range(n):
        if {test}:
            num += phi(q[i]) @ phi(k[j]) * v[j]
            den += phi(q[i]) @ phi(k[j])
    o[i] = num / den"""
SCAN = """\
S = tf.cumsum(phi(k)[:, :, None] * v[:, None, :], axis=0, {flag}=True)
z = tf.cumsum(phi(k), axis=0, {flag}=True)
np.einsum('nd,ndm->nm', phi(q), S) / np.einsum('nd,nd->n', phi(q), z)[:, None]"""
STATES = r"S_t = S_{t-1} + \phi(k_t) v_t^\top,\ z_t = z_{t-1} + \phi(k_t),\ "
STORED = """\
for t in range(n):
    S = S + torch.outer(phi(k[t]), v[t])
    z = z + phi(k[t])
    o[t] = {row} / (phi(q[t]) @ z)"""

DIFFERENT = {
    "the library's mask by position": (
        SOFTMAX, "F.scaled_dot_product_attention(q, k, v, None, 0.0, True)"),
    "a function called with other arguments": (
        SOFTMAX, "def f(q, k, v):\n    return torch.softmax(q @ k.T / math.sqrt(d), -1) @ v\n"
                 "f(k, q, v)"),
    "the number of queries for the width": (
        SOFTMAX, "d = q.shape[0]\ntorch.softmax(q @ k.T / math.sqrt(d), dim=-1) @ v"),
    "the width of the values": (
        SOFTMAX, "d_k = v.size(-1)\ntorch.softmax(q @ k.T / math.sqrt(d_k), dim=-1) @ v"),
    "sizes unpacked the wrong way round": (
        SOFTMAX, "d, N = k.shape\ntorch.softmax(q @ k.T / np.sqrt(d), dim=-1) @ v"),
    "the sum's axis is lost": (SOFTMAX, SCORES + "p = s.exp() / s.exp().sum(-1)\np @ v"),
    "weights turned before the values": (
        SOFTMAX, "torch.softmax(q @ k.T / math.sqrt(d), dim=-1).T @ v"),
    "entry by entry": (SOFTMAX, "softmax(QKᵀ/√d) ⊙ V"),
    "a second line that says otherwise": (SOFTMAX, "O = softmax(QK^T/√d)V\nO = softmax(QK^T)V"),
    "a tiny share of the queries": (SOFTMAX, r"\mathrm{softmax}(QK^T/\sqrt{d})V + \epsilon Q"),
    "a running maximum that is not taken off": (SOFTMAX, ONLINE.format(factor=1)),
    "the other index below the sum": (
        SOFTMAX, r"O_{ic} = \sum_j P_{ij} V_{jc}, P_{ij} = \frac{\exp(S_{ij})}{\sum_l"
                 r" \exp(S_{lj})}, S_{ij} = \frac{1}{\sqrt d}\sum_a Q_{ia} K_{ja}"),
    "a token left out": (
        LINEAR, r"\frac{\phi(q_i)^\top\sum_{j\neq i}\phi(k_j)v_j^\top}"
                r"{\phi(q_i)^\top\sum_{j\neq i}\phi(k_j)}"),
    "two feature maps": (
        LINEAR, r"\frac{\phi(q_i)^\top\sum_j\psi(k_j)v_j^\top}{\phi(q_i)^\top\sum_j\phi(k_j)}"),
    "a norm for the sum": (LINEAR, "F.normalize(phi(q) @ phi(k).T, dim=-1) @ v"),
    "the sum of all features of all keys": (
        LINEAR, r"\frac{\sum_j\sum_r\phi_r(q_i)\phi_r(k_j) v_j}{\sum_j\sum_r \phi_r(k_j)}"),
    "running sums without the present": (CAUSAL, SCAN.format(flag="exclusive")),
    "running sums from the end": (CAUSAL, SCAN.format(flag="reverse")),
    "a state reset after its update": (
        CAUSAL, "S = S + np.outer(phi(k), v)\nz = z + phi(k)\nS = 0\n"
                "out = phi(q) @ S / (phi(q) @ z)"),
    "the present is left out by a test": (CAUSAL, TESTED.format(test="j < i")),
    "scores cut off below": (
        SOFTMAX, "torch.softmax(torch.maximum(q @ k.T / math.sqrt(d), 0), dim=-1) @ v"),
    "one number for all rows": (SOFTMAX, "(torch.softmax(Q @ K.T / math.sqrt(d), -1) @ V).sum()"),
    "a loop over nothing": (
        SOFTMAX, "for i in range(n, n):\n    o[i] = torch.softmax(q[i] @ k.T / sqrt(d), -1) @ v"),
    "a length that would be right in batches only": (
        SOFTMAX, "p = torch.exp(Q @ K.transpose(-2, -1) / math.sqrt(d))\n"
                 "(p / (p.mean(-1, keepdim=True) * K.shape[1])) @ V"),
    "no value at the first position": (
        CAUSAL, STATES + r"o_t = \frac{\phi(q_t)^\top S_t}{\phi(q_t)^\top z_t} \cdot"
                r"\frac{\phi(q_t)^\top z_{t-1}}{\phi(q_t)^\top z_{t-1}}"),
    "many rows stored as one": (
        CAUSAL, STORED.format(row="torch.ones(n, 1) * (phi(q[t]) @ S)")),
    "a column where a row is stored": (CAUSAL, STORED.format(row="(phi(q[t])[None] @ S).T")),
}  # fmt: skip

OPEN = {
    "a transposition sign with a script": (SOFTMAX, r"\mathrm{softmax}(Q K^{T_i}/\sqrt{d}) V"),
    "a remark about columns": (
        SOFTMAX, r"softmax(QK^T/\sqrt{d})V \text{ where the softmax is over columns}"),
    "a remark about the mask": (
        CAUSAL, r"\frac{(\phi(Q)\phi(K)^\top\odot M)V}{(\phi(Q)\phi(K)^\top\odot M)\mathbf{1}},"
                r"\ M \text{ upper triangular}"),
}  # fmt: skip

EQUIVALENT = {
    "values of a maximum": (
        SOFTMAX, SCORES + "p = (s - s.max(dim=-1, keepdim=True).values).exp()\n"
                 "p = p / p.sum(-1, keepdim=True)\np @ v"),
    "lists of one query's weights": (
        SOFTMAX, "for i in range(n):\n    w = [math.exp(np.dot(Q[i], K[j]) / math.sqrt(d))"
                 " for j in range(m)]\n    O[i] = sum(w[j] * V[j] for j in range(m)) / sum(w)"),
    "a running maximum": (SOFTMAX, ONLINE.format(factor="exp(m - m_new)")),
    "a layer called at once": (SOFTMAX, "nn.Softmax(dim=-1)(Q @ K.T / d_k ** 0.5) @ V"),
    "einops, axes by words": (
        SOFTMAX, "einsum(einsum(q, k, 'b h i dim, b h j dim -> b h i j').mul(d ** -0.5)"
                 ".softmax(dim=-1), v, 'b h i j, b h j dim -> b h i dim')"),
    "entries": (
        SOFTMAX, r"o_{ic} = \frac{\sum_j \exp(\frac{1}{\sqrt{d}}\sum_{a} Q_{ia}K_{ja})V_{jc}}"
                 r"{\sum_j \exp(\frac{1}{\sqrt{d}}\sum_a Q_{ia}K_{ja})}"),
    "one query beside matrices": (SOFTMAX, r"o = V^\top\mathrm{softmax}(Kq/\sqrt{d})"),
    "an entry of a vector of weights": (
        SOFTMAX, r"z_i = \sum_j w_{ij}v_j,\quad w_i = \mathrm{softmax}(Kq_i/\sqrt{d_k})"),
    "weights as a function of two places": (
        SOFTMAX, r"\sum_{i} \alpha(q, k_i)v_i,\quad \alpha(q,k_i)=\frac{\exp(q^\top k_i/\sqrt{d})}"
                 r"{\sum_{j}\exp(q^\top k_j/\sqrt{d})}"),
    "one sign for both bold letters": (
        SOFTMAX, r"\mathrm{Softmax}(\tfrac{1}{\sqrt{d_k}}\mathbf{QK}^{\top})\mathbf{V}"),
    "projected tokens": (
        SOFTMAX, r"\mathrm{softmax}\left(\frac{XW_Q W_K^\top X^\top}{\sqrt{d_k}}\right) X W_V"),
    "divided entry by entry": (
        LINEAR, r"(\phi(Q)\phi(K)^\top V) \oslash (\phi(Q)\phi(K)^\top\mathbf{1}\mathbf{1}^\top)"),
    "features summed one by one": (
        LINEAR, r"\frac{\sum_j\sum_r\phi_r(q_i)\phi_r(k_j) v_j}{\sum_j \phi(q_i)^\top\phi(k_j)}"),
    "the paper's own tokens": (
        CAUSAL, r"s_0 = 0,\ z_0 = 0,\ s_i = s_{i-1}+\phi(x_iW_K)(x_iW_V)^T,\ z_i = z_{i-1}+"
                r"\phi(x_iW_K),\ y_i = \frac{\phi(x_iW_Q)^Ts_i}{\phi(x_iW_Q)^Tz_i}"),
    "one step ahead": (
        CAUSAL, r"S_{i+1} = S_i + \phi(k_{i+1})v_{i+1}^\top,\ z_{i+1} = z_i + \phi(k_{i+1}),\ "
                r"o_{i+1} = \frac{\phi(q_{i+1})^\top S_{i+1}}{\phi(q_{i+1})^\top z_{i+1}}"),
    "a step of a scan": (
        CAUSAL, "def step(carry, qkv):\n    S, z = carry\n    q, k, v = qkv\n"
                "    S = S + jnp.outer(phi(k), v)\n    z = z + phi(k)\n"
                "    return (S, z), phi(q) @ S / (phi(q) @ z)"),
    "the present by a test": (CAUSAL, TESTED.format(test="j <= i")),
    "a row of the weights": (SOFTMAX, r"o_i = (\mathrm{softmax}(QK^\top/\sqrt d))_i V"),
    "a matrix of one row stored as a row": (CAUSAL, STORED.format(row="phi(q[t])[None, :] @ S")),
    "the output alone one step ahead": (
        CAUSAL, STATES + r"o_{t+1} = \frac{\phi(q_{t+1})^\top S_{t+1}}"
                r"{\phi(q_{t+1})^\top z_{t+1}}"),
    "a state without an index, an output with one": (
        CAUSAL, r"S \leftarrow S + \phi(k) v^\top, z \leftarrow z + \phi(k),"
                r" o_t = \frac{\phi(q_t)^\top S}{\phi(q_t)^\top z}"),
    "names of code that differ in a script": (
        SOFTMAX, "p_n = torch.exp(Q @ K.T / math.sqrt(d))\np_t = p_n.sum(-1, keepdim=True)\n"
                 "(p_n / p_t) @ V"),
}  # fmt: skip


@pytest.mark.parametrize(("formula", "text"), DIFFERENT.values(), ids=DIFFERENT)
def test_a_near_miss_is_different(ask, formula, text) -> None:
    verdict = ask(formula, text)

    assert verdict.verdict == "different", verdict.message
    assert verdict.counterexample["yours"] != verdict.counterexample["reference"]


@pytest.mark.parametrize(("formula", "text"), OPEN.values(), ids=OPEN)
def test_what_words_or_bounds_change_is_left_open(ask, formula, text) -> None:
    assert ask(formula, text).verdict == "undecided"


@pytest.mark.parametrize(("formula", "text"), EQUIVALENT.values(), ids=EQUIVALENT)
def test_another_way_of_writing_is_equivalent(ask, formula, text) -> None:
    verdict = ask(formula, text)

    assert verdict.verdict == "equivalent", verdict.message
