"""Decisions on softmax and linear attention: matrices, indices, states, code."""

import pytest

SOFTMAX, LINEAR, CAUSAL = "softmax_attention", "linear_attention", "linear_attention_causal"
STATE = r"S_t = S_{t-1} + \phi(k_t) v_t^\top,\ z_t = z_{t-1} + \phi(k_t),\ "
LOOP = """\
for i in range(n):
    num = 0
    den = 0
    for j in range({keys}):
        w = phi(q[i]) @ phi(k[j])
        num = num + w * v[j]
        den = den + w
    out[i] = num / den
"""

RIGHT = {
    "the transpose by a prime": (SOFTMAX, "softmax(Q K' / sqrt(d)) V"),
    "a fourth root on each factor": (
        SOFTMAX,
        r"\mathrm{softmax}\left(\frac{Q}{d^{1/4}} \frac{K^\top}{d^{1/4}}\right)V",
    ),
    "softmax over an index": (
        SOFTMAX,
        r"o_i=\sum_{j=1}^{n}\mathrm{softmax}_j\left(\frac{q_i^\top k_j}{\sqrt{d}}\right)v_j",
    ),
    "weights and scores defined by index": (
        SOFTMAX,
        r"o_i = \sum_j a_{ij} v_j, \quad a_{ij} = \frac{e^{s_{ij}}}{\sum_{j'} e^{s_{ij'}}},"
        r" \quad s_{ij} = \frac{q_i \cdot k_j}{\sqrt{d_k}}",
    ),
    "an inverse diagonal of row sums": (
        SOFTMAX,
        r"D^{-1} A V,\ A = \exp(QK^\top/\sqrt{d}),\ D = \mathrm{diag}(A \mathbf{1}_n)",
    ),
    "the logarithm of the sum subtracted": (
        SOFTMAX,
        r"\exp(QK^\top/\sqrt d - \mathrm{logsumexp}(QK^\top/\sqrt d)) V",
    ),
    "the row's maximum subtracted": (
        SOFTMAX,
        "s = Q @ K.T / np.sqrt(d)\ns = s - s.max(axis=-1, keepdims=True)\np = np.exp(s)\n"
        "p = p / p.sum(axis=-1, keepdims=True)\np @ V",
    ),
    "columns, transposed back": (
        SOFTMAX,
        r"\left(\mathrm{softmax}\left(\frac{K Q^\top}{\sqrt d}\right)_{col}\right)^\top V",
    ),
    "one query as a plain vector": (
        SOFTMAX,
        r"o = \sum_i \alpha_i v_i,\ \alpha_i = \frac{\exp(q\cdot k_i/\sqrt d)}"
        r"{\sum_j \exp(q\cdot k_j/\sqrt d)}",
    ),
    "a batch of sequences by bmm": (
        SOFTMAX,
        "w = torch.bmm(q, k.transpose(1, 2)) / math.sqrt(d)\ntorch.bmm(F.softmax(w, dim=2), v)",
    ),
    "heads behind tokens in einsum": (
        SOFTMAX,
        "torch.einsum('bhqk,bkhd->bqhd', F.softmax(torch.einsum('bqhd,bkhd->bhqk', q, k)"
        " / math.sqrt(d), dim=-1), v)",
    ),
    "a matrix named twice, once with a hat": (
        SOFTMAX,
        r"A = \frac{QK^T}{\sqrt{d_k}}; \hat{A} = softmax(A); Z = \hat{A}V",
    ),
    "rows as vectors": (
        LINEAR,
        r"\frac{\phi(q_i)\sum_j \phi(k_j)^\top v_j}{\phi(q_i)\sum_j \phi(k_j)^\top}",
    ),
    "outputs as columns": (
        LINEAR,
        r"o_i = \frac{(\sum_j v_j \phi(k_j)^\top)\phi(q_i)}{\sum_j \phi(k_j)^\top \phi(q_i)}",
    ),
    "a kernel defined as a product of features": (
        LINEAR,
        r"\frac{\sum_j \kappa(q_i,k_j)v_j}{\sum_j\kappa(q_i,k_j)}, \kappa(q,k)=\phi(q)^T\phi(k)",
    ),
    "a feature map defined by a lambda": (
        LINEAR,
        "phi = lambda x: F.elu(x) + 1\nq, k = phi(q), phi(k)\n"
        "(q @ (k.transpose(-2, -1) @ v)) / (q @ k.sum(-2).unsqueeze(-1))",
    ),
    "the published einsum with a stabiliser": (
        LINEAR,
        "Q = elu(queries) + 1\nK = elu(keys) + 1\nKV = torch.einsum('nshd,nshm->nhmd', K, values)\n"
        "Z = 1 / (torch.einsum('nlhd,nhd->nlh', Q, K.sum(dim=1)) + eps)\n"
        "V = torch.einsum('nlhd,nhmd,nlh->nlhm', Q, KV, Z)",
    ),
    "primed names for features": (
        LINEAR,
        r"Q' = \phi(Q), K' = \phi(K), O = \frac{Q'(K'^\top V)}{Q'(K'^\top \mathbf{1})}",
    ),
    "a double loop over all keys": (LINEAR, LOOP.format(keys="n")),
    "two loops, the first over the keys": (
        LINEAR,
        "for i in range(n):\n    S = S + torch.outer(phi(k[i]), v[i])\n    z = z + phi(k[i])\n"
        "for i in range(n):\n    o[i] = phi(q[i]) @ S / (phi(q[i]) @ z)",
    ),
    "a double loop up to the position": (CAUSAL, LOOP.format(keys="i + 1")),
    "an outer product sign": (
        CAUSAL,
        r"o_t = \frac{\phi(q_t)^\top S_t}{\phi(q_t)^\top z_t},\ S_t = S_{t-1}+\phi(k_t)\otimes v_t,"
        r"\ z_t=z_{t-1}+\phi(k_t)",
    ),
    "a state without indices": (
        CAUSAL,
        "S <- S + phi(k) v^T, z <- z + phi(k), o = phi(q)^T S / (phi(q)^T z)",
    ),
    "a recurrence stated one step later": (
        CAUSAL,
        r"S_{t+1} = S_t + \phi(k_{t+1})v_{t+1}^\top, z_{t+1} = z_t + \phi(k_{t+1}),"
        r" o_t = \frac{\phi(q_t)^\top S_t}{\phi(q_t)^\top z_t}",
    ),
    "a mask by cases": (
        CAUSAL,
        r"A_{ij} = \begin{cases}\phi(q_i)^T\phi(k_j) & j \le i\\ 0 & \text{otherwise}\end{cases},"
        r" O = \frac{AV}{A\mathbf{1}}",
    ),
    "a lower triangle": (
        CAUSAL,
        "A = torch.tril(phi(Q) @ phi(K).T)\nout = (A @ V) / A.sum(dim=-1, keepdim=True)",
    ),
    "running sums of outer products": (
        CAUSAL,
        "kv = torch.einsum('td,te->tde', phi(k), v).cumsum(0)\nz = phi(k).cumsum(0)\n"
        "torch.einsum('td,tde->te', phi(q), kv) / torch.einsum('td,td->t', phi(q), z)[:, None]",
    ),
    "slices up to the position": (
        CAUSAL,
        "for t in range(n):\n    o[t] = phi(q[t]) @ (phi(k[:t+1]).T @ v[:t+1])"
        " / (phi(q[t]) @ phi(k[:t+1]).sum(0))",
    ),
    "a loop over zipped rows": (
        CAUSAL,
        "outputs = []\nfor q, k, v in zip(Q, K, V):\n    S = S + torch.outer(phi(k), v)\n"
        "    z = z + phi(k)\n    outputs.append(phi(q) @ S / (phi(q) @ z))",
    ),
}

WRONG = {
    "the default scale switched off": (
        SOFTMAX,
        "F.scaled_dot_product_attention(q, k, v, scale=1.0)",
        "missing_scale",
    ),
    "queries and keys exchanged in a call": (
        SOFTMAX,
        "F.scaled_dot_product_attention(k, q, v)",
        "kq_swapped",
    ),
    "scaled by the number of keys in code": (
        SOFTMAX,
        "w = torch.softmax(Q @ K.T / K.shape[0] ** 0.5, -1)\nw @ V",
        "scale_by_length",
    ),
    "softmax over the first axis of an einsum": (
        SOFTMAX,
        "F.softmax(torch.einsum('nd,md->nm', q, k) / d**0.5, dim=0) @ v",
        "wrong_softmax_dim",
    ),
    "softmax by columns": (
        SOFTMAX,
        r"\mathrm{softmax}_{\text{col}}(QK^\top/\sqrt{d}) V",
        "wrong_softmax_dim",
    ),
    "one normaliser for all, by a full sum": (
        LINEAR,
        "(phi(Q) @ (phi(K).T @ V)) / phi(K).sum()",
        "normaliser_no_query",
    ),
    "the state read before it is updated": (
        CAUSAL,
        "for t in range(n):\n    out[t] = phi(q[t]) @ S / (phi(q[t]) @ z)\n"
        "    S = S + torch.outer(phi(k[t]), v[t])\n    z = z + phi(k[t])",
        "off_by_one",
    ),
    "slices that stop before the position": (
        CAUSAL,
        "for t in range(n):\n    o[t] = phi(q[t]) @ (phi(k[:t]).T @ v[:t])"
        " / (phi(q[t]) @ phi(k[:t]).sum(0))",
        "off_by_one",
    ),
    "a double loop over all keys": (CAUSAL, LOOP.format(keys="n"), "not_causal"),
    "an inner product in an update": (
        CAUSAL,
        "S = S + phi(k) @ v; z = z + phi(k); o = (phi(q) * S) / (phi(q) @ z)",
        "inner_not_outer",
    ),
    "a decaying state": (
        CAUSAL,
        r"S_t = \alpha S_{t-1} + \phi(k_t) v_t^\top, z_t = \alpha z_{t-1} + \phi(k_t),"
        r" o_t = \frac{\phi(q_t)^\top S_t}{\phi(q_t)^\top z_t}",
        "decay",
    ),
    "a normaliser without the query": (
        CAUSAL,
        STATE + r"o_t = \phi(q_t)^\top S_t / z_t",
        "normaliser_no_query",
    ),
    "the value width as the scale": (
        SOFTMAX,
        r"\mathrm{softmax}\left(\frac{QK^\top}{\sqrt{d_v}}\right)V",
        None,
    ),
    "a sign in the state": (
        CAUSAL,
        r"S_t = S_{t-1} - \phi(k_t)v_t^\top, z_t = z_{t-1}+\phi(k_t),"
        r" o_t = \frac{\phi(q_t)^\top S_t}{\phi(q_t)^\top z_t}",
        None,
    ),
    "the state alone": (CAUSAL, r"S_t = S_{t-1} + \phi(k_t)v_t^\top", None),
}

OPEN = {
    "a mask handed to the library": (
        SOFTMAX,
        "F.scaled_dot_product_attention(q, k, v, attn_mask=m)",
    ),
    "a mask added to the scores": (SOFTMAX, r"\mathrm{softmax}(QK^\top/\sqrt{d} + M) V"),
    "an unknown width": (SOFTMAX, "softmax(QK^T / sqrt(d_model)) V"),
}


@pytest.mark.parametrize(("formula", "text"), RIGHT.values(), ids=RIGHT)
def test_accepts(ask, formula, text) -> None:
    verdict = ask(formula, text)

    assert verdict.verdict == "equivalent", verdict.message
    assert verdict.proof.startswith("evidence: both give the same outputs in exact arithmetic")


@pytest.mark.parametrize(("formula", "text", "slug"), WRONG.values(), ids=WRONG)
def test_tells_from_the_reference(ask, formula, text, slug) -> None:
    verdict = ask(formula, text)

    assert verdict.verdict == "different", verdict.message
    assert (verdict.misconception or (None,))[0] == slug
    assert verdict.counterexample is not None
    assert verdict.counterexample["yours"] != verdict.counterexample["reference"]


@pytest.mark.parametrize(("formula", "text"), OPEN.values(), ids=OPEN)
def test_leaves_open(ask, formula, text) -> None:
    assert ask(formula, text).verdict == "undecided"


def test_a_product_that_does_not_fit_is_shown_by_its_shapes(ask) -> None:
    shown = ask(SOFTMAX, r"\mathrm{softmax}(K^\top Q/\sqrt{d}) V").counterexample

    assert shown["yours"] == "d x m times n x d, which doesn't fit"
    assert shown["reference"] == "n x d_v"


def test_a_witness_holds_small_matrices_and_both_rows(ask) -> None:
    shown = ask(LINEAR, r"\phi(Q)(\phi(K)^\top V)").counterexample

    assert shown["quantity"] == "row 1 of the output"
    assert shown["at"]["Q"] == "[[1, 0], [0, 1], [1, 1]]"
    # phi(q_1) = (2, 1); its products with the features of the keys are 9, 4 and 11
    assert shown["yours"] == "[17, 69, 26]"
    assert shown["reference"] == "[17/24, 23/8, 13/12]"


SHOWN = {
    "a matrix for a row": (LINEAR, r"o_i = \sum_j \phi(k_j) v_j^\top", "a 2 x 3 matrix"),
    "an array of four axes": (
        SOFTMAX, "(torch.softmax(Q @ K.T / math.sqrt(d), -1)[:, :, None] * V[None, :])[:, None]",
        "an array of 3 x 1 x 3 x 3"),
    "a number over a matrix": (
        SOFTMAX, "1/(QK^T)", "a number divided by n x m, which doesn't fit"),
    "ones as many as a width": (
        LINEAR, r"\phi(Q)(\phi(K)^\top V) / (\phi(Q)(\phi(K)^\top \mathbf{1}_d))",
        "r x m times d x 1, which doesn't fit"),
    "a rational root": (LINEAR, r"\phi(Q)(\phi(K)^\top V)/\sqrt{4}", "[17/2, 69/2, 13]"),
    # tanh(1) = 0.7616 and tanh(2) = 0.9640; the weights of the keys are 0.5800, 0 and 0.7342
    "another feature map": (LINEAR, "tanh(Q) (tanh(K)^T V)", "[0.5800, 4.5227, 1.4684]"),
}  # fmt: skip


@pytest.mark.parametrize(("formula", "text", "yours"), SHOWN.values(), ids=SHOWN)
def test_a_witness_shows_what_comes_out(ask, formula, text, yours) -> None:
    assert ask(formula, text).counterexample["yours"] == yours


def test_remarks_name_what_the_reading_leans_on(ask) -> None:
    stabilised = ask(LINEAR, r"\frac{\phi(Q)(\phi(K)^T V)}{\phi(Q)\phi(K)^T \mathbf{1} + \epsilon}")
    concrete = ask(LINEAR, "(elu(Q) + 1) ((elu(K) + 1)^T V) / ((elu(Q) + 1) ((elu(K) + 1)^T 1))")

    assert any("tiny constant" in remark for remark in stabilised.remarks)
    assert any("elu(x) + 1" in remark for remark in concrete.remarks)


@pytest.mark.parametrize("text", ["four times", "I don't know", "gamma + lambda"])
def test_refuses_what_mentions_no_queries_keys_or_values(ask, text) -> None:
    assert ask(SOFTMAX, text).verdict == "unreadable"
