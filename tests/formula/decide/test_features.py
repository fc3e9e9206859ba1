"""Feature maps by cases, ones beside the values, dots between vectors."""

import pytest

from tests.formula.decide.verdicts import assert_accepted, assert_told_apart

SOFTMAX, LINEAR, CAUSAL = "softmax_attention", "linear_attention", "linear_attention_causal"

RIGHT = [
    (LINEAR,
     "def linear_attention(Q, K, V):\n"
     "    phi = lambda x: np.where(x > 0, x + 1, np.exp(x))   # elu(x) + 1\n"
     "    Qf, Kf = phi(Q), phi(K)\n"
     "    return (Qf @ (Kf.T @ V)) / (Qf @ Kf.sum(axis=0))[:, None]"),
    (LINEAR,
     "def linear_attention(Q, K, V):\n"
     "    phi = lambda x: np.where(x <= 0, np.exp(x), 1 + x)\n"
     "    Qf, Kf = phi(Q), phi(K)\n"
     "    return (Qf @ (Kf.T @ V)) / (Qf @ Kf.sum(axis=0))[:, None]"),
    (LINEAR,
     "def linear_attention(Q, K, V):\n"
     "    phi = lambda x: torch.where(x > 0, x, torch.exp(x) - 1) + 1\n"
     "    Qf, Kf = phi(Q), phi(K)\n"
     "    return (Qf @ (Kf.T @ V)) / (Qf @ Kf.sum(axis=0))[:, None]"),
    (LINEAR,
     "def linear_attention(Q, K, V):\n"
     "    phi = lambda x: np.where(x > 0, x, np.expm1(x)) + 1\n"
     "    Qf, Kf = phi(Q), phi(K)\n"
     "    return (Qf @ (Kf.T @ V)) / (Qf @ Kf.sum(axis=0))[:, None]"),
    (LINEAR,
     "def linear_attention(Q, K, V):\n"
     "    phi = lambda x: np.where(x > 0, x, 0)\n"
     "    Qf, Kf = phi(Q), phi(K)\n"
     "    return (Qf @ (Kf.T @ V)) / (Qf @ Kf.sum(axis=0))[:, None]"),
    (LINEAR,
     "def linear_attention(Q, K, V):\n"
     "    phi = lambda x: torch.where(x >= 0, x + 1, x.exp())\n"
     "    Qf, Kf = phi(Q), phi(K)\n"
     "    return (Qf @ (Kf.T @ V)) / (Qf @ Kf.sum(axis=0))[:, None]"),
    (LINEAR,
     r"o_i = \frac{\phi(q_i)^\top \sum_j \phi(k_j) v_j^\top}{\phi(q_i)^\top "
     r"\sum_j \phi(k_j)}, \quad \phi(x) = \begin{cases} x + 1 & x > 0 \\ e^x & "
     r"x \le 0 \end{cases}"),
    (LINEAR,
     "V1 = np.hstack([V, np.ones((len(V), 1))])\n"
     "R = phi(Q) @ (phi(K).T @ V1)\n"
     "out = R[:, :-1] / R[:, -1:]"),
    (LINEAR,
     "V1 = torch.cat([V, torch.ones_like(V[:, :1])], dim=-1)\n"
     "R = phi(Q) @ (phi(K).T @ V1)\n"
     "out = R[:, :-1] / R[:, -1:]"),
    (LINEAR,
     "V1 = np.concatenate([V, np.ones((V.shape[0], 1))], axis=1)\n"
     "R = phi(Q) @ (phi(K).T @ V1)\n"
     "out = R[:, :-1] / R[:, -1:]"),
    (LINEAR,
     "V1 = np.column_stack([V, np.ones(len(V))])\n"
     "R = phi(Q) @ (phi(K).T @ V1)\n"
     "out = R[:, :-1] / R[:, -1:]"),
    (LINEAR,
     "V1 = torch.cat((V, torch.ones(n, 1)), dim=1)\n"
     "R = phi(Q) @ (phi(K).T @ V1)\n"
     "out = R[:, :-1] / R[:, -1:]"),
    (LINEAR,
     "V1 = np.hstack([V, np.ones((len(V), 1))])\n"
     "R = phi(Q) @ (phi(K).T @ V1)\n"
     "out = R[:, :-1] / R[:, -1][:, None]"),
    (CAUSAL,
     "V1 = np.hstack([V, np.ones((len(V), 1))])\n"
     "R = np.tril(phi(Q) @ phi(K).T) @ V1\n"
     "out = R[:, :-1] / R[:, -1:]"),
    (LINEAR,
     "out_i = sum_j sim(q_i, k_j) v_j / sum_j sim(q_i, k_j), with sim(q, k) = phi(q) . phi(k)"),
    (LINEAR,
     "out_i = sum_j sim(q_i, k_j) v_j / sum_j sim(q_i, k_j), with sim(q, k) = phi(k) . phi(q)"),
    (LINEAR,
     "out_i = sum_j sim(q_i, k_j) v_j / sum_j sim(q_i, k_j). Here sim(q, k) = phi(k) . phi(q)"),
    (LINEAR,
     "out_i = sum_j sim(q_i, k_j) v_j / sum_j sim(q_i, k_j) . where sim(q, k) "
     "= phi(k) . phi(q)"),
    (SOFTMAX,
     "o_i = sum_j exp(q_i . k_j / sqrt(d)) v_j / sum_j exp(q_i . k_j / sqrt(d))"),
    (SOFTMAX,
     r"S = \frac{QK^\top}{\sqrt{d}} \in \mathbb{R}^{N \times N}, \quad P = "
     r"\mathrm{softmax}(S) \in \mathbb{R}^{N \times N}, \quad O = PV \in "
     r"\mathbb{R}^{N \times d}"),
    (SOFTMAX,
     r"S = \frac{QK^\top}{\sqrt{d}} \in \mathbb{R}^{N \times N}, \quad P = "
     r"\mathrm{softmax}(S) \in \mathbb{R}^{N \times N}, \quad O = PV \in "
     r"\mathbb{R}^{N \times d}, where $\mathrm{softmax}$ is applied row-wise."),
]  # fmt: skip

WRONG = [
    (LINEAR,
     "def linear_attention(Q, K, V):\n"
     "    phi = lambda x: np.where(x > 0, x + 1, np.exp(x))\n"
     "    Qf, Kf = phi(Q), phi(K)\n"
     "    return (Qf @ (Kf.T @ V)) / (Q @ Kf.sum(axis=0))[:, None]",
     None),
    (LINEAR,
     "def linear_attention(Q, K, V):\n"
     "    phi = lambda x: np.where(x > 0, x + 1, np.exp(x))\n"
     "    Qf, Kf = phi(Q), K\n"
     "    return (Qf @ (Kf.T @ V)) / (Qf @ Kf.sum(axis=0))[:, None]",
     "feature_map_missing_on_k"),
    (LINEAR,
     r"o_i = \frac{\phi(q_i)^\top \sum_j \phi(k_j) v_j^\top}{\phi(q_i)^\top "
     r"\sum_j k_j}, \quad \phi(x) = \begin{cases} x + 1 & x > 0 \\ e^x & x \le "
     r"0 \end{cases}",
     None),
    (LINEAR,
     "V1 = np.hstack([V, np.ones((len(V), 1))])\n"
     "R = phi(Q) @ (phi(K).T @ V1)\n"
     "out = R[:, :-1] / R[:, :1]",
     None),
    (LINEAR,
     "V1 = np.hstack([V, np.ones((len(V), 1))])\n"
     "R = phi(Q) @ (phi(K).T @ V1)\n"
     "out = R[:, 1:] / R[:, -1:]",
     None),
    (LINEAR,
     "V1 = np.hstack([V, np.ones((len(V), 1))])\n"
     "R = phi(Q) @ (phi(K).T @ V1)\n"
     "out = R[:, :-1]",
     "missing_normaliser"),
    (LINEAR,
     "V1 = np.hstack([V, np.ones((len(V), 1))])\n"
     "R = phi(Q) @ (phi(K).T @ V1)\n"
     "out = R / R[:, -1:]",
     None),
    (LINEAR,
     "V1 = np.hstack([np.ones((len(V), 1)), V])\n"
     "R = phi(Q) @ (phi(K).T @ V1)\n"
     "out = R[:, :-1] / R[:, -1:]",
     None),
    (LINEAR,
     "V1 = np.hstack([V, np.ones((len(V), 1))])\n"
     "R = phi(Q) @ (K.T @ V1)\n"
     "out = R[:, :-1] / R[:, -1:]",
     "feature_map_missing_on_k"),
    (LINEAR,
     "V1 = np.hstack([V, np.ones((len(V), 1))])\n"
     "R = Q @ (phi(K).T @ V1)\n"
     "out = R[:, :-1] / R[:, -1:]",
     "feature_map_missing_on_q"),
    (CAUSAL,
     "V1 = np.hstack([V, np.ones((len(V), 1))])\n"
     "R = phi(Q) @ (phi(K).T @ V1)\n"
     "out = R[:, :-1] / R[:, -1:]",
     "not_causal"),
    (LINEAR,
     "out_i = sum_j sim(q_i, k_j) v_j / sum_j sim(q_j, k_i), with sim(q, k) = phi(k) . phi(q)",
     None),
    (LINEAR,
     "out_i = sum_j sim(q_i, k_j) v_j / sum_j sim(q_i, k_j), with sim(q, k) = q . k",
     None),
    (LINEAR,
     "out_i = sum_j sim(q_i, k_j) v_j / sum_j sim(q_i, k_j), with sim(q, k) = phi(q) + phi(k)",
     None),
    (SOFTMAX,
     "o_i = sum_j exp(q_j . k_i / sqrt(d)) v_j / sum_j exp(q_j . k_i / sqrt(d))",
     None),
    (SOFTMAX,
     r"S = QK^\top \in \mathbb{R}^{N \times N}, \quad P = \mathrm{softmax}(S) "
     r"\in \mathbb{R}^{N \times N}, \quad O = PV \in \mathbb{R}^{N \times d}, "
     r"where $\mathrm{softmax}$ is applied row-wise.",
     "missing_scale"),
    (SOFTMAX,
     r"S = \frac{QK^\top}{\sqrt{d}} \in \mathbb{R}^{N \times N}, \quad P = "
     r"\mathrm{softmax}(S) \in \mathbb{R}^{N \times N}, \quad O = P^\top V \in "
     r"\mathbb{R}^{N \times d}",
     None),
]  # fmt: skip

OPEN = [
    (LINEAR,
     "def linear_attention(Q, K, V):\n"
     "    phi = lambda x: np.where(x > 0, x, np.exp(x) + 1)\n"
     "    Qf, Kf = phi(Q), phi(K)\n"
     "    return (Qf @ (Kf.T @ V)) / (Qf @ Kf.sum(axis=0))[:, None]"),
    (LINEAR,
     "def linear_attention(Q, K, V):\n"
     "    phi = lambda x: np.where(x < 0, x + 1, np.exp(x))\n"
     "    Qf, Kf = phi(Q), phi(K)\n"
     "    return (Qf @ (Kf.T @ V)) / (Qf @ Kf.sum(axis=0))[:, None]"),
    (LINEAR,
     "def linear_attention(Q, K, V):\n"
     "    phi = lambda x: np.where(x > 0, x + 1, np.exp(-x))\n"
     "    Qf, Kf = phi(Q), phi(K)\n"
     "    return (Qf @ (Kf.T @ V)) / (Qf @ Kf.sum(axis=0))[:, None]"),
    (LINEAR,
     "def linear_attention(Q, K, V):\n"
     "    phi = lambda x: np.where(x > 0, x - 1, np.exp(x))\n"
     "    Qf, Kf = phi(Q), phi(K)\n"
     "    return (Qf @ (Kf.T @ V)) / (Qf @ Kf.sum(axis=0))[:, None]"),
    (LINEAR,
     "def linear_attention(Q, K, V):\n"
     "    phi = lambda x: np.where(x > 1, x + 1, np.exp(x))\n"
     "    Qf, Kf = phi(Q), phi(K)\n"
     "    return (Qf @ (Kf.T @ V)) / (Qf @ Kf.sum(axis=0))[:, None]"),
    (LINEAR,
     "def linear_attention(Q, K, V):\n"
     "    phi = lambda x: np.where(K > 0, x + 1, np.exp(x))\n"
     "    Qf, Kf = phi(Q), phi(K)\n"
     "    return (Qf @ (Kf.T @ V)) / (Qf @ Kf.sum(axis=0))[:, None]"),
    (LINEAR,
     "V1 = np.hstack([V, np.zeros((len(V), 1))])\n"
     "R = phi(Q) @ (phi(K).T @ V1)\n"
     "out = R[:, :-1] / R[:, -1:]"),
    (SOFTMAX,
     r"S = \frac{QK^\top}{\sqrt{d}} \in \mathbb{R}^{N \times N}, \quad P = "
     r"\mathrm{softmax}(S) \in \mathbb{R}^{N \times N}, \quad O = PV \in "
     r"\mathbb{R}^{N \times d}, where $\mathrm{softmax}$ is applied to each column."),
    (SOFTMAX,
     r"S = \frac{QK^\top}{\sqrt{d}} \in \mathbb{R}^{N \times N}, \quad P = "
     r"\mathrm{softmax}(S) \in \mathbb{R}^{N \times N}, \quad O = PV \in "
     r"\mathbb{R}^{N \times d}, where softmax is applied column-wise."),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "text"), RIGHT)
def test_accepts(ask, formula, text) -> None:
    assert_accepted(ask(formula, text), "proved: ", "evidence: ")


@pytest.mark.parametrize(("formula", "text", "slug"), WRONG)
def test_tells_from_the_reference(ask, formula, text, slug) -> None:
    assert_told_apart(ask(formula, text), slug)


@pytest.mark.parametrize(("formula", "text"), OPEN)
def test_leaves_open(ask, formula, text) -> None:
    assert ask(formula, text).verdict == "undecided"
