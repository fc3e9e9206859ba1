"""Attention in matrices: transposes, masks, vectors of ones, feature maps, scales."""

import pytest

from tests.formula.decide.verdicts import SAME_OUTPUTS, assert_accepted, assert_told_apart

SOFTMAX, LINEAR, CAUSAL = "softmax_attention", "linear_attention", "linear_attention_causal"

RIGHT = [
    (LINEAR,
     r"Q' = \mathrm{relu}(Q) + \epsilon, K' = \mathrm{relu}(K) + \epsilon, O = "
     r"\frac{Q'(K'^\top V)}{Q'(K'^\top 1)}"),
    (SOFTMAX, r"e \exp(-1) \mathrm{softmax}(QK^\top/\sqrt d) V"),
    (SOFTMAX, "2 softmax(QK^T/sqrt(d)) V / 2"),
    (SOFTMAX, r"\sqrt3 \mathrm{softmax}(QK^\top/\sqrt{d}) V / \sqrt3"),
    (SOFTMAX, r"o_{ic} = (\mathrm{softmax}(QK^\top/\sqrt d) V)_{ic}"),
    (SOFTMAX, r"A = \mathrm{softmax}(q k^\top/\sqrt d), o_i = \sum_j A_{ij} v_j"),
    (SOFTMAX, r"A = \mathrm{softmax}(q k^\top/\sqrt d), o_i = (A v)_i"),
    (CAUSAL,
     r"\frac{(\phi(Q)\phi(K)^\top \odot M) V}{\mathrm{rowsum}(\phi(Q) \odot (M \phi(K)))}"),
    *((CAUSAL,
       rf"\frac{{\sum_j {one} \phi(q_i)^\top\phi(k_j) v_j}}{{\sum_j {one} "
       rf"\phi(q_i)^\top\phi(k_j)}}")
      for one in (r"1_{j \le i}", r"1[j \le i]", r"\mathbb{1}_{j \le i}")),
    (LINEAR, r"\exp(Q)(\exp(K)^\top V) / (\exp(Q)(\exp(K)^\top 1))"),
    (LINEAR, "silu(Q)(silu(K)^T V) / (silu(Q)(silu(K)^T 1))"),
    (SOFTMAX, r"\mathrm{softmax}(QK^\top/\sqrt d + 10^{-9}) V"),
    (SOFTMAX, r"\mathrm{softmax}(QK^\top/\sqrt{d_k})V \in \mathbb{R}^{n \times d_v}"),
    (SOFTMAX,
     r"O = \mathrm{softmax}(QK^\top/\sqrt{d_k})V \in \mathbb{R}^{n \times "
     r"d_v}"),
    (SOFTMAX,
     r"Z = \mathrm{Attention}(Q, K, V) = "
     r"\mathrm{softmax}(QK^\top/\sqrt{d_k})V"),
    (SOFTMAX, r"\mathrm{softmax}(\text{scale} \cdot Q K^\top) V"),
    (SOFTMAX, r"\mathrm{softmax}(Q K^\top / \text{scale}) V"),
    (SOFTMAX, "softmax(scale * Q K^T) V"),
    (SOFTMAX,
     r"A = \mathrm{softmax}(QK^\top/\sqrt d), \mathrm{Attention}(Q,K,V,d) = "
     r"A V"),
    (LINEAR,
     r"\frac{\mathrm{tanh}(Q)(\mathrm{tanh}(K)^\top "
     r"V)}{\mathrm{tanh}(Q)(\mathrm{tanh}(K)^\top 1)}"),
    (LINEAR, "square(Q) (square(K)^T V) / (square(Q) (square(K)^T 1))"),
    (SOFTMAX, "softmax(QKT/sqrt(d))V"),
    (LINEAR, r"\frac{\phi(Q)(\phi(K)^\top V)}{\phi(Q)(\phi(K)^\top 1_n)}"),
    (SOFTMAX, r"(\mathrm{softmax}(QK^\top/\sqrt d))_{n \times m} V"),
    (SOFTMAX, r"(\mathrm{softmax}(QK^\top/\sqrt d) V)_i"),
    (CAUSAL,
     r"((\text{mask} \odot (\phi(Q)\phi(K)^\top)) V) / ((\text{mask} \odot "
     r"(\phi(Q)\phi(K)^\top)) \mathbf{1})"),
    (CAUSAL,
     r"\frac{(M \odot \phi(Q)\phi(K)^\top) V}{(M \odot "
     r"\phi(Q)\phi(K)^\top)\mathbf{1}}"),
    (SOFTMAX, r"\mathrm{softmax}(QK^\top/\sqrt d) V e / e"),
    (LINEAR,
     r"(\phi(Q)(\phi(K)^\top V)) / (\phi(Q)(\phi(K)^\top \mathbf{1}) + "
     r"10^{-6})"),
    (LINEAR,
     r"(\phi(Q)(\phi(K)^\top V)) / (\phi(Q)(\phi(K)^\top \mathbf{1}) + "
     r"0.001)"),
    (LINEAR,
     r"o_i = \frac{\phi(q_i)^\top S}{\phi(q_i)^\top z}, S = \sum_j \phi(k_j)v_j^\top, "
     r"z = y + \epsilon, y = \sum_j \phi(k_j)"),
    (LINEAR,
     r"\phi(x) = \mathrm{relu}(x) + \epsilon, o_i = \frac{\phi(q_i)^\top \sum_j "
     r"\phi(k_j)v_j^\top}{\phi(q_i)^\top \sum_j \phi(k_j)}"),
    (LINEAR, r"\frac{\phi(Q)(\phi(K)^\top V)}{\phi(Q)(\mathbf{1}_n^\top \phi(K))^\top}"),
    (CAUSAL,
     r"A_{ij} = \begin{cases} \phi(q_i)^\top\phi(k_j) & j \le i \\ 0 & j > "
     r"i\end{cases}, O = AV/(A 1)"),
    (SOFTMAX,
     r"\frac{\exp(QK^\top/\sqrt d)}{(\exp(QK^\top/\sqrt d)\mathbf 1)\mathbf "
     r"1^\top} V"),
    (SOFTMAX, r"\mathrm{softmax}(QK^\top d^{-1/2}) V"),
    (CAUSAL,
     r"S_1 = \phi(k_1) v_1^\top, S_t = S_{t-1} + \phi(k_t) v_t^\top,\ z_1 = "
     r"\phi(k_1), z_t = z_{t-1} + \phi(k_t),\ o_t = \frac{\phi(q_t)^\top "
     r"S_t}{\phi(q_t)^\top z_t}"),
    (CAUSAL,
     r"S_0 = 0, S_t = S_{t-1} + \phi(k_t) v_t^\top,\ z_0 = 0, z_t = z_{t-1} "
     r"+ \phi(k_t),\ o_t = \frac{\phi(q_t)^\top S}{\phi(q_t)^\top z}"),
    (SOFTMAX,
     r"\mathrm{diag}(\mathrm{rowsum}(\exp(QK^\top/\sqrt d)))^{-1} "
     r"\exp(QK^\top/\sqrt d) V"),
    (SOFTMAX,
     r"\frac{\exp(QK^\top/\sqrt d) V}{\mathrm{rowsum}(\exp(QK^\top/\sqrt "
     r"d))}"),
]  # fmt: skip

WRONG = [
    (SOFTMAX, r"A = \exp(QK^\top/\sqrt d) + \epsilon, O = \frac{A V}{A 1}", None),
    (LINEAR,
     r"w_{ij} = \phi(q_i)^\top\phi(k_j) + \epsilon, o_i = \frac{\sum_j w_{ij} "
     r"v_j}{\sum_j w_{ij}}", None),
    (SOFTMAX, r"\exp(\sqrt{\log d}) \mathrm{softmax}(QK^\top/\sqrt d) V", None),
    (SOFTMAX, r"\mathrm{softmax}(\sqrt{QK^\top}) V", None),
    (SOFTMAX, r"\mathrm{softmax}(QK^\top/\sqrt{3}) V", None),
    (SOFTMAX, r"\mathrm{softmax}(QK^\top/\sqrt{d + 1}) V", None),
    (SOFTMAX, r"e^{\log(n)\log(n)} \mathrm{softmax}(QK^\top/\sqrt d) V", None),
    (SOFTMAX,
     r"A_{ij} = \frac{v_j}{v_j}\frac{\exp(q_i^\top k_j/\sqrt d)}{\sum_l \exp(q_i^\top "
     r"k_l/\sqrt d)}, O = A V", None),
    (SOFTMAX,
     r"o = \sum_i \frac{\exp(q_i^\top k_i/\sqrt d)}{\sum_j \exp(q^\top k_j/\sqrt d)} v_i", None),
    (SOFTMAX, r"o_{ic} = (\mathrm{softmax}(QK^\top) V)_{ic}", "missing_scale"),
    (CAUSAL, r"\frac{(M \phi(Q)\phi(K)^\top) V}{(M \phi(Q)\phi(K)^\top) 1}", None),
    (CAUSAL,
     r"\frac{\sum_{T} 2^T \phi(q_i)^\top\phi(k_T) v_T}{\sum_{T} 2^T \phi(q_i)^\top\phi(k_T)}",
     None),
    (CAUSAL,
     r"\frac{\sum_j \gamma [j \le i] \phi(q_i)^\top\phi(k_j) v_j}{\sum_j [j \le i] "
     r"\phi(q_i)^\top\phi(k_j)}", None),
    (CAUSAL,
     r"\frac{\sum_j 1_{j < i} \phi(q_i)^\top\phi(k_j) v_j}{\sum_j 1_{j < i} "
     r"\phi(q_i)^\top\phi(k_j)}", "off_by_one"),
    (CAUSAL,
     r"S_t = S_{t-1} + \phi(k_t) v_t^\top, z_t = z_{t-1} + \phi(k_t), o_t = \begin{cases} v_1 & "
     r"t = 1 \\ \frac{\phi(q_t)^\top S_{t-1}}{\phi(q_t)^\top z_{t-1}} & t > 1 \end{cases}", None),
    (SOFTMAX, r"\mathrm{softmax}(QK^\top/\sqrt d) V + 10^{-9}", None),
    (SOFTMAX, "softmax(QK^T/sqrt(d)) V + eps", None),
    (SOFTMAX, "(softmax(QK^T/sqrt(d)) + 1e-9) V", None),
    (SOFTMAX, "softmax((Q + 1e-6) K^T/sqrt(d)) V", None),
    (LINEAR,
     r"o_i = \frac{\phi(q_i)^\top S}{\phi(q_i)^\top z}, S = \sum_j \phi(k_j)v_j^\top + "
     r"\epsilon, z = \sum_j \phi(k_j)", None),
    (LINEAR, r"\frac{\phi(Q)(\phi(K)^\top V)}{\phi(Q)(\phi(K)^\top \mathbf{1}_d)}", None),
    (LINEAR, r"\frac{\phi(Q)(\phi(K)^\top V)}{\phi(Q)(\phi(K)^\top 1_{d_v})}", None),
    (LINEAR, r"\frac{\phi(Q)(\phi(K)^\top V)}{\phi(Q)(1_{d_k}^\top \phi(K))^\top}", None),
    (LINEAR, "gelu(Q)(gelu(K)^T V)", "missing_normaliser"),
    (SOFTMAX, "softmax(QK^T/0) V", None),
    (SOFTMAX, r"\mathrm{softmax}\left(\frac{QK^\top}{d - d}\right) V", None),
    (SOFTMAX, r"(QK^\top/\sqrt{d})^{-1} V", None),
    (LINEAR, r"\exp(Q)(\exp(K)^\top V)", "missing_normaliser"),
    (LINEAR, "softplus(Q) (softplus(K)^T V)", "missing_normaliser"),
    (LINEAR, "celu(Q) (celu(K)^T V)", None),
    (SOFTMAX, r"\mathrm{softmax}(\log(QK^\top)) V", None),
    (SOFTMAX, r"\mathrm{softmax}(-\log(QK^\top)/\sqrt d) V", None),
    (SOFTMAX, "softmax(QKT/d)V", "scale_d_not_sqrt"),
    (SOFTMAX, "QKT", None),
    (SOFTMAX, "softmax(KT Q/sqrt(d))V", "transpose_order"),
    (SOFTMAX, "softmax(QVT/sqrt(d))V", None),
    (SOFTMAX, "softmax(QKT/sqrt(d))V where T = 5", None),
    (SOFTMAX, "softmax(QK T/sqrt(d))V", None),
    (SOFTMAX, "softmax(KT/sqrt(d))V", None),
    (LINEAR, r"\frac{\phi(Q)(\phi(K)^\top V)}{\phi(Q)(\phi(K)^\top 2_n)}", None),
    (LINEAR,
     r"\frac{(M \odot \phi(Q)\phi(K)^\top) V}{(M \odot "
     r"\phi(Q)\phi(K)^\top)\mathbf{1}}", "causal_sum"),
    (CAUSAL,
     r"\frac{(\phi(Q)\phi(K)^\top \odot M) "
     r"V}{(\phi(Q)\phi(K)^\top)\mathbf{1}}", "not_causal_normaliser"),
    (CAUSAL, r"\frac{M V}{M\mathbf{1}}", None),
    (SOFTMAX, r"e\, \mathrm{softmax}(QK^\top/\sqrt d) V", None),
    (SOFTMAX, r"\epsilon \mathrm{softmax}(QK^\top/\sqrt d) V", None),
    (LINEAR,
     r"(\phi(Q)(\phi(K)^\top V)) / (\phi(Q)(\phi(K)^\top \mathbf{1}) + "
     r"10^{-2})", None),
    (CAUSAL,
     r"A_{ij} = \begin{cases} \phi(q_i)^\top\phi(k_j) & j \le i "
     r"\end{cases}, O = AV/(A 1)", None),
    (CAUSAL,
     r"A_{ij} = \begin{cases} \phi(q_i)^\top\phi(k_j) & j < i \\ 0 & j \ge "
     r"i\end{cases}, O = AV/(A 1)", None),
    (SOFTMAX, "softmax((Q + K)/sqrt(d)) V", None),
    (SOFTMAX, "softmax((Q + V)/sqrt(d)) V", None),
    (SOFTMAX, "softmax(QK^T/sqrt(d) 1) V", None),
    (SOFTMAX,
     r"\frac{\exp(QK^\top/\sqrt d)}{\mathbf 1(\mathbf "
     r"1^\top\exp(QK^\top/\sqrt d))} V", None),
    (SOFTMAX, r"\frac{\exp(QK^\top/\sqrt d)}{\exp(QK^\top/\sqrt d)\mathbf 1^\top} V", None),
    (SOFTMAX, r"\frac{\exp(QK^\top/\sqrt d)}{\mathbf 1\exp(QK^\top/\sqrt d)} V", None),
    (SOFTMAX, r"\mathrm{softmax}(QK^\top/d^{2}) V", None),
    (SOFTMAX, r"\mathrm{softmax}(QK^\top d^{-1/4}) V", None),
    (SOFTMAX, r"\mathrm{rowsum}(\exp(QK^\top/\sqrt d))^{-1} \exp(QK^\top/\sqrt d) V", None),
    (SOFTMAX, "softmax(QK^T / sqrt(len(K))) V", "scale_by_length"),
    (SOFTMAX, r"\log(0) \mathrm{softmax}(QK^\top/\sqrt d) V", None),
    (SOFTMAX, r"\mathrm{softmax}(QK^\top/\sqrt d) V / \sqrt{4/9}", None),
    (SOFTMAX, r"\mathrm{softmax}(QK^\top/\sqrt{-3}) V", None),
    (CAUSAL, r"o_t = \phi(q_t)^\top S_{t-1}, S_t = S_{t-1} + \phi(k_t) v_t^\top", None),
    (SOFTMAX, r"\mathrm{softmax}(q_i + k_j^\top) V", None),
    (SOFTMAX, r"\mathrm{softmax}(\mathrm{sum}(QK^\top, 0)) V", None),
    (SOFTMAX, r"\mathrm{max}(Q, 1) V", None),
]  # fmt: skip

OPEN = [
    (SOFTMAX, r"\mathrm{softmax}(QK^\top d^{-1/3}) V"),
    (SOFTMAX, r"\mathrm{softmax}(QK^\top/\|Q\|) V"),
    (CAUSAL,
     r"S_t = S_{t-1} + \phi(k_t) v_t^\top, z_t = z_{t-1} + \phi(k_t), o_t = "
     r"\frac{\phi(q_t)^\top \otimes S_t}{\phi(q_t)^\top z_t}"),
    (SOFTMAX, r"\exp(q_i^\top k_j/\sqrt d) v_l"),
    (SOFTMAX, "softmax(dT/sqrt(d))V"),
    (SOFTMAX, "softmax(QK^T // sqrt(d)) V"),
    (SOFTMAX, "softmax(Q^{1/0} K^T) V"),
    (CAUSAL,
     r"A_{ij} = \begin{cases} \phi(q_i)^\top\phi(k_j) & \text{if causal} \\ "
     r"0 & \text{otherwise} \end{cases}, O = AV/(A 1)"),
    (LINEAR, r"\phi(Q)(\phi(K)^\top V) / (\phi(Q) \phi(K)^\top ones(n))"),
    (SOFTMAX, r"\mathrm{softmax}(QK^\top/d^{1/3}) V"),
    (SOFTMAX, r"\mathrm{softmax}(QK^\top/d^{9}) V"),
    (SOFTMAX, r"\mathrm{softmax}(\exp^2(QK^\top)) V"),
    (CAUSAL,
     r"o_t = \frac{\phi(q_t)^\top S_t}{\phi(q_t)^\top z_t}, S_1 = \phi(k_1) "
     r"v_1^\top, z_1 = \phi(k_1)"),
    (SOFTMAX, r"\mathrm{softmax}(A) V, A_{ijk} = q_i^\top k_j"),
    (SOFTMAX, r"\mathrm{softmax}(A) V, A = B, B = A"),
    (SOFTMAX, r"A = A B, B = Q, \mathrm{softmax}(A K^\top) V"),
    (CAUSAL, r"S_{-t} = S_{t-1} + \phi(k_t) v_t^\top, o_t = \phi(q_t)^\top S_t"),
    (SOFTMAX, r"\mathrm{softmax}(A) V, A_{i,j,k} = q_i^\top k_j"),
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
