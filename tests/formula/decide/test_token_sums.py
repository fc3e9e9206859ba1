"""Attention in sums over tokens: limits, sets, indicators, indices, functions of indices."""

import pytest

from tests.formula.decide.verdicts import SAME_OUTPUTS, assert_accepted, assert_told_apart

SOFTMAX, LINEAR, CAUSAL = "softmax_attention", "linear_attention", "linear_attention_causal"

RIGHT = [
    (CAUSAL,
     r"S[0] = 0, S[t] = S[t-1] + \phi(k_t) v_t^\top, z[t] = z[t-1] + \phi(k_t), o_t "
     r"= \frac{\phi(q_t)^\top S[t]}{\phi(q_t)^\top z[t]}"),
    (LINEAR,
     r"z = \sum_j z_j, z_j = \phi(k_j), S = \phi(K)^\top V, o_i = "
     r"\frac{\phi(q_i)^\top S}{\phi(q_i)^\top z}"),
    (CAUSAL,
     r"z[t] = z[t-1] + \phi(k_t), S_t = S_{t-1} + \phi(k_t) v_t^\top, o_t = "
     r"\frac{\phi(q_t)^\top S_t}{\phi(q_t)^\top z[t]}"),
    (LINEAR,
     r"o_i = \frac{\sum_j \kappa(\phi(q_i), \phi(k_j)) v_j}{\sum_j \kappa(\phi(q_i), "
     r"\phi(k_j))}, \kappa(x_i, y_j) = x_i^\top y_j"),
    (LINEAR,
     r"o_i = \frac{\sum_j \kappa(q_i, \phi(k_j)) v_j}{\sum_j \kappa(q_i, "
     r"\phi(k_j))}, \kappa(x_i, y_j) = \phi(q_i)^\top y_j"),
    (LINEAR,
     r"o_i = \frac{\sum_j \kappa(q_i, k_j) v_j}{\sum_j \kappa(q_i, k_j)}, "
     r"\kappa(x_1, y_2) = \phi(x_1)^\top \phi(y_2)"),
    (SOFTMAX,
     r"o_i = \sum_j \alpha(q_i, k_j) v_j, \alpha(q_i, k) = \frac{\exp(q_i^\top "
     r"k/\sqrt d)}{\sum_l \exp(q_i^\top k_l/\sqrt d)}"),
    (SOFTMAX,
     r"o = \sum_j \alpha(q, k_j) v_j, \alpha(q_i, k_j) = \frac{\exp(q_i^\top "
     r"k_j/\sqrt d)}{\sum_l \exp(q_i^\top k_l/\sqrt d)}"),
    (LINEAR,
     r"S = \sum_j S_j, S_j = \phi(k_j) v_j^\top, z = \sum_j \phi(k_j), o_i = "
     r"\frac{\phi(q_i)^\top S}{\phi(q_i)^\top z}"),
    (LINEAR,
     r"o_i = \frac{\sum_{j=0}^{n-1} \phi(q_i)^\top\phi(k_j) v_j}{\sum_{j=0}^{n-1} "
     r"\phi(q_i)^\top\phi(k_j)}"),
    (CAUSAL,
     r"L_{ij} = \mathbb{1}[j \le i], O = \frac{(L \odot \phi(Q)\phi(K)^\top) V}{(L "
     r"\odot \phi(Q)\phi(K)^\top) 1}"),
    (LINEAR,
     r"o_i = \frac{\sum_j \phi(q_i)^\top\phi(k_j) "
     r"v_j}{\mathbf{1}^\top(\phi(K)\phi(q_i))}"),
    (SOFTMAX,
     r"q_n = W_q x_n, k_m = W_k x_m, v_m = W_v x_m, o_n = \sum_m \frac{\exp(q_n^\top "
     r"k_m/\sqrt d)}{\sum_l \exp(q_n^\top k_l/\sqrt d)} v_m"),
    (SOFTMAX, r"Q = X W_Q, K = X W_K, V = X W_V, O = \mathrm{softmax}(QK^\top/\sqrt d) V"),
    (SOFTMAX, r"\mathrm{dropout}_{\text{attn}}(\mathrm{softmax}(QK^\top/\sqrt d)) V"),
    (LINEAR,
     r"\phi(x) = \exp(x),\ o_i = \frac{\phi(q_i)^\top \sum_j \phi(k_j) "
     r"v_j^\top}{\phi(q_i)^\top \sum_j \phi(k_j)}"),
    (LINEAR,
     r"o_i = \frac{\phi(q_i)^\top \sum_j \phi(k_j) v_j^\top}{\phi(q_i)^\top "
     r"\sum_j \phi(k_j)}, \phi(x) = \mathrm{elu}(x) + 1"),
    (LINEAR,
     r"o_i = \frac{\phi(q_i)^\top \sum_j \phi(k_j) v_j^\top}{\phi(q_i)^\top "
     r"\sum_j \phi(k_j)}, \phi(x) = \max(x, 0)"),
    (LINEAR, r"\frac{\phi(Q)(\phi(K)^\top V)}{\phi(q_i)^\top \sum_j \phi(k_j)}"),
    (SOFTMAX,
     r"o^{i} = \sum_j \frac{\exp(q^i \cdot k^j/\sqrt d)}{\sum_l \exp(q^i "
     r"\cdot k^l/\sqrt d)} v^j"),
    (SOFTMAX,
     r"o^{(i)} = \sum_j \frac{\exp(q^{(i)} \cdot k^{(j)}/\sqrt d)}{\sum_l "
     r"\exp(q^{(i)} \cdot k^{(l)}/\sqrt d)} v^{(j)}"),
    (SOFTMAX,
     r"\mathrm{Attention}(Q,K,V)_i = \sum_j \frac{\exp(q_i^\top k_j/\sqrt "
     r"d)}{\sum_l \exp(q_i^\top k_l/\sqrt d)} v_j"),
    (SOFTMAX,
     r"\mathrm{Attn}(q_i) = \sum_j \frac{\exp(q_i^\top k_j/\sqrt d)}{\sum_l "
     r"\exp(q_i^\top k_l/\sqrt d)} v_j"),
    (CAUSAL,
     r"o_i = \frac{\sum_j (j \le i) \phi(q_i)^\top \phi(k_j) v_j}{\sum_j (j "
     r"\le i) \phi(q_i)^\top \phi(k_j)}"),
    (CAUSAL,
     r"o_i = \frac{\sum_j [j \le i] \phi(q_i)^\top \phi(k_j) v_j}{\sum_j [j "
     r"\le i] \phi(q_i)^\top \phi(k_j)}"),
    (CAUSAL,
     r"o_i = \frac{\sum_j \mathbf{1}_{j \le i} \phi(q_i)^\top \phi(k_j) "
     r"v_j}{\sum_j \mathbf{1}_{j \le i} \phi(q_i)^\top \phi(k_j)}"),
    (CAUSAL,
     r"o_i = \frac{\sum_j \mathbb{1}[j \le i] \phi(q_i)^\top \phi(k_j) "
     r"v_j}{\sum_j \mathbb{1}[j \le i] \phi(q_i)^\top \phi(k_j)}"),
    (CAUSAL,
     r"o_i = \frac{\sum_j \mathbb{1}(j \le i) \phi(q_i)^\top \phi(k_j) "
     r"v_j}{\sum_j \mathbb{1}(j \le i) \phi(q_i)^\top \phi(k_j)}"),
    (CAUSAL,
     r"o_i = \frac{\sum_j \mathbf{1}\{j \le i\} \phi(q_i)^\top \phi(k_j) "
     r"v_j}{\sum_j \mathbf{1}\{j \le i\} \phi(q_i)^\top \phi(k_j)}"),
    (LINEAR,
     r"o_i = \frac{2^i \sum_j \phi(q_i)^\top \phi(k_j) v_j}{2^i \sum_j "
     r"\phi(q_i)^\top \phi(k_j)}"),
    (SOFTMAX,
     r"o_i = \frac{\sum_{j} \exp(\sum_{l=1}^{d} Q_{il} K_{jl}/\sqrt d) "
     r"v_j}{\sum_{j} \exp(\sum_{l=1}^{d} Q_{il} K_{jl}/\sqrt d)}"),
    (SOFTMAX,
     r"o_i = \frac{\sum_{j} \exp(\sum_{l} q_{il} k_{jl}/\sqrt d) "
     r"v_j}{\sum_{j} \exp(\sum_{l} q_{il} k_{jl}/\sqrt d)}"),
    (SOFTMAX,
     r"o_i = \frac{\sum_{j} \exp((QK^\top)_{ij}/\sqrt d) v_j}{\sum_{j} "
     r"\exp((QK^\top)_{ij}/\sqrt d)}"),
    (SOFTMAX,
     r"o_i = \frac{\sum_{j} \exp((KQ^\top)_{ji}/\sqrt d) v_j}{\sum_{j} "
     r"\exp((KQ^\top)_{ji}/\sqrt d)}"),
    (SOFTMAX, r"o_i = \sum_j (\mathrm{softmax}(QK^\top/\sqrt d))_{ij} v_j"),
    (SOFTMAX, r"o_i = \sum_j \mathrm{softmax}(QK^\top/\sqrt d)_{ij} V_j"),
    (SOFTMAX,
     r"o_i = \frac{\sum_j K_{ij} v_j}{\sum_j K_{ij}}, K_{ij} = "
     r"\exp(q_i^\top k_j/\sqrt d)"),
    (SOFTMAX,
     r"o_i = \frac{\sum_j \exp^2(q_i^\top k_j/\sqrt{4d}) v_j}{\sum_j "
     r"\exp^2(q_i^\top k_j/\sqrt{4d})}"),
    (LINEAR,
     r"\frac{\sum_j \kappa(q_i,k_j)v_j}{\sum_j\kappa(q_i,k_j)}, \kappa(q_i, "
     r"k_j)=\phi(q_i)^T\phi(k_j)"),
    (SOFTMAX,
     r"o_i = \frac{\sum_j \kappa(q_i,k_j)v_j}{\sum_j\kappa(q_i,k_j)}, "
     r"\kappa(a, b)=\exp(\sum_{l=1}^{d} a_l b_l/\sqrt d)"),
    (SOFTMAX,
     r"Z = \alpha V, \alpha_{ij} = \frac{\exp(q_i^\top k_j/\sqrt d)}{\sum_l "
     r"\exp(q_i^\top k_l/\sqrt d)}"),
    (SOFTMAX, r"o = \sum_j a_j v_j, a = \mathrm{softmax}(s), s_j = q^\top k_j/\sqrt d"),
    (SOFTMAX, r"o = \sum_j a_j v_j, a = \mathrm{softmax}(Kq/\sqrt d)"),
    (SOFTMAX, r"o_i = \sum_j A_{i,j} v_j, A = \mathrm{softmax}(QK^\top/\sqrt d)"),
    (SOFTMAX, r"o_i = \sum_j \mathrm{softmax}(q_i^\top k_j / \sqrt d) v_j"),
    (SOFTMAX,
     r"o_i = \frac{\sum_{j=0}^{n-1} \exp(q_i^\top k_j/\sqrt d) "
     r"v_j}{\sum_{j=0}^{n-1} \exp(q_i^\top k_j/\sqrt d)}"),
    (SOFTMAX,
     r"o_i = \frac{\sum_{j \in [n]} \exp(q_i^\top k_j/\sqrt d) v_j}{\sum_{j "
     r"\in [n]} \exp(q_i^\top k_j/\sqrt d)}"),
    (SOFTMAX,
     r"o_i = \frac{\sum_{j \in \{1, \ldots, n\}} \exp(q_i^\top k_j/\sqrt d) "
     r"v_j}{\sum_{j \in \{1,\ldots,n\}} \exp(q_i^\top k_j/\sqrt d)}"),
    (SOFTMAX, r"o_i = \sum_j A[i,j] v_j, A = \mathrm{softmax}(QK^\top/\sqrt d)"),
    (SOFTMAX,
     r"c = 2, o_i = \sum_j c_i \mathrm{softmax}_j(q_i^\top k_j/\sqrt d) v_j "
     r"/ 2"),
]  # fmt: skip

WRONG = [
    (CAUSAL,
     r"S[t] = S[t-1] + \phi(k_t) v_t^\top, z[t] = z[t-1] + \phi(k_t), o_t = "
     r"\frac{\phi(q_t)^\top S[t-1]}{\phi(q_t)^\top z[t-1]}", "off_by_one"),
    (LINEAR,
     r"o_i = \frac{\sum_j \kappa(q_i, k_j) v_j}{\sum_j \kappa(q_i, k_j)}, "
     r"\kappa(x_i, y_j) = \phi(y_j)^\top \phi(y_j)", None),
    (LINEAR,
     r"S = \sum_j S_j, S_j = \phi(k_j) v_j^\top, z = \sum_j \phi(k_j), o_i = "
     r"\frac{\phi(q_i)^\top S_i}{\phi(q_i)^\top z}", None),
    (SOFTMAX,
     r"o_i = \sum_j \alpha(q_i, 2 k_j) v_j, \alpha(q_i, k_j) = \frac{\exp(q_i^\top "
     r"k_j/\sqrt d)}{\sum_l \exp(q_i^\top k_l/\sqrt d)}", None),
    (SOFTMAX,
     r"o_i = \sum_j \alpha(q_i, K) v_j, \alpha(q_i, k_j) = \frac{\exp(q_i^\top "
     r"k_j/\sqrt d)}{\sum_l \exp(q_i^\top k_l/\sqrt d)}", None),
    (SOFTMAX, r"Q = A, A = K, O = \mathrm{softmax}(QK^\top/\sqrt d) V", None),
    (CAUSAL,
     r"S_1 = 2 \phi(k_1) v_1^\top, z_1 = \phi(k_1), S_t = S_{t-1} + \phi(k_t) "
     r"v_t^\top, z_t = z_{t-1} + \phi(k_t), o_t = \frac{\phi(q_t)^\top "
     r"S_t}{\phi(q_t)^\top z_t}", None),
    (LINEAR,
     r"o_i = \frac{\sum_j \phi(q_i)^\top\phi(k_j) v_j}{\mathbf{1}(\phi(K)\phi(q_i))}", None),
    (CAUSAL,
     r"S_t = S_{t-1} + \phi(k_t) v_t^\top, z_t = z_{t-1} + \phi(k_t), o_t = "
     r"\phi(q_t) S_t / z_t", "normaliser_no_query"),
    (LINEAR,
     r"o_i = \frac{\phi(q_i)^\top \sum_j \phi(k_j) v_j^\top}{\phi(q_i)^\top "
     r"\sum_j \phi(k_j)}, \phi(x) = x", None),
    (SOFTMAX,
     r"\frac{\exp(q_i^\top k_j/\sqrt d)}{\sum_l \exp(q_i^\top k_l/\sqrt d)}", "missing_values"),
    (SOFTMAX,
     r"\alpha_{ij} = \frac{\exp(q_i^\top k_j/\sqrt d)}{\sum_l \exp(q_i^\top "
     r"k_l/\sqrt d)}", "missing_values"),
    (CAUSAL,
     r"o_i = \frac{\sum_j \mathbf{1}_{j < i} \phi(q_i)^\top \phi(k_j) "
     r"v_j}{\sum_j \mathbf{1}_{j < i} \phi(q_i)^\top \phi(k_j)}", "off_by_one"),
    (CAUSAL,
     r"o_i = \frac{\sum_j \mathbb{1}[j \ge i] \phi(q_i)^\top \phi(k_j) "
     r"v_j}{\sum_j \mathbb{1}[j \ge i] \phi(q_i)^\top \phi(k_j)}", None),
    (CAUSAL,
     r"o_i = \frac{\sum_j (j < i) \phi(q_i)^\top \phi(k_j) v_j}{\sum_j (j < "
     r"i) \phi(q_i)^\top \phi(k_j)}", "off_by_one"),
    (LINEAR,
     r"o_i = \frac{\sum_j 2^j \phi(q_i)^\top \phi(k_j) v_j}{\sum_j 2^j "
     r"\phi(q_i)^\top \phi(k_j)}", None),
    (SOFTMAX,
     r"o_i = \frac{\sum_{j} \exp(\sum_{l=1}^{d} q_{i,l} k_{j,l}/ d) "
     r"v_j}{\sum_{j} \exp(\sum_{l=1}^{d} q_{i,l} k_{j,l}/ d)}", "scale_d_not_sqrt"),
    (SOFTMAX,
     r"o_i = \frac{\sum_{j} \exp((QK^\top)_{ji}/\sqrt d) v_j}{\sum_{j} "
     r"\exp((QK^\top)_{ji}/\sqrt d)}", None),
    (SOFTMAX, r"o_i = \sum_j \mathrm{softmax}(QK^\top/\sqrt d)_{ji} V_j", None),
    (SOFTMAX,
     r"o_i = \frac{\sum_j \exp^2(q_i^\top k_j/\sqrt d) v_j}{\sum_j "
     r"\exp^2(q_i^\top k_j/\sqrt d)}", None),
    (LINEAR,
     r"\frac{\sum_j \kappa(q_i,k_j)v_j}{\sum_j\kappa(q_i,k_j)}, \kappa(q_i, "
     r"k_j)=\phi(q_j)^T\phi(k_i)", None),
    (SOFTMAX, r"o = \sum_j a_j v_j, a = \mathrm{softmax}(Kq/d)", "scale_d_not_sqrt"),
    (SOFTMAX, r"o = \sum_j a_j v_{j+1}, a = \mathrm{softmax}(Kq/\sqrt d)", None),
    (SOFTMAX, r"o = \sum_j a_{j+1} v_j, a = \mathrm{softmax}(Kq/\sqrt d)", None),
    (SOFTMAX, r"o_i = \sum_j A_{i,j+1} v_j, A = \mathrm{softmax}(QK^\top/\sqrt d)", None),
    (SOFTMAX,
     r"o_i = \frac{\sum_{j=2}^n \exp(q_i^\top k_j/\sqrt d) "
     r"v_j}{\sum_{j=2}^n \exp(q_i^\top k_j/\sqrt d)}", None),
    (SOFTMAX,
     r"o_i = \frac{\sum_{j=1}^{n-1} \exp(q_i^\top k_j/\sqrt d) "
     r"v_j}{\sum_{j=1}^{n-1} \exp(q_i^\top k_j/\sqrt d)}", None),
]  # fmt: skip

OPEN = [
    (SOFTMAX, r"o_i = \sum_j A[i,j] V[j], A = \mathrm{softmax}(QK^\top/\sqrt d)"),
    (SOFTMAX, r"A = B, A = A/\sqrt d, B = A, O = \mathrm{softmax}(A) V"),
    (SOFTMAX, r"A_{i+1} = q_i^\top K^\top, O = \mathrm{softmax}(A/\sqrt d) V"),
    (LINEAR,
     r"o_i = \frac{\sum_{j=1}^{x} \phi(q_i)^\top\phi(k_j) v_j}{\sum_{j=1}^{x} "
     r"\phi(q_i)^\top\phi(k_j)}"),
    (SOFTMAX,
     r"o_i = \sum_l \mathrm{sim}(q_i, l) v_l, \mathrm{sim}(q, j) = "
     r"\mathrm{softmax}_j(q^\top k_j/\sqrt d)"),
    (SOFTMAX,
     r"o_i = \sum_{j=1}^{3} \frac{\exp(q_i^\top k_j/\sqrt "
     r"d)}{\sum_{l=1}^{3} \exp(q_i^\top k_l/\sqrt d)} v_j"),
    (SOFTMAX,
     r"o_i = \frac{\sum_{j \le 3} \exp(q_i^\top k_j/\sqrt d) v_j}{\sum_{j "
     r"\le 3} \exp(q_i^\top k_j/\sqrt d)}"),
    (SOFTMAX,
     r"o_i = \frac{\sum_{j=1}^{100} \exp(q_i^\top k_j/\sqrt d) "
     r"v_j}{\sum_{j=1}^{100} \exp(q_i^\top k_j/\sqrt d)}"),
    (SOFTMAX,
     r"\frac{\exp(q_i^\top k_j/\sqrt d)}{\sum_l \exp(q_i^\top k_l/\sqrt d)} "
     r"v_j"),
    (SOFTMAX, r"o_i = \sum_j \mathrm{softmax}((q_i + k_j)^\top W) v_j"),
    (LINEAR,
     r"o_i = \frac{\sum_j \phi^2(q_i)^\top\phi(k_j) v_j}{\sum_j "
     r"\phi^2(q_i)^\top\phi(k_j)}"),
    (LINEAR,
     r"\frac{\sum_j \kappa(q_i,k_j)v_j}{\sum_j\kappa(q_i,k_j)}, \kappa(2, "
     r"k)=\phi(q)^T\phi(k)"),
    (SOFTMAX,
     r"o_i = \prod_j \frac{\exp(q_i^\top k_j/\sqrt d)}{\sum_l \exp(q_i^\top "
     r"k_l/\sqrt d)} v_j"),
    (SOFTMAX,
     r"o_i = \frac{\sum \exp(q_i^\top k_j/\sqrt d) v_j}{\sum \exp(q_i^\top "
     r"k_j/\sqrt d)}"),
    (SOFTMAX,
     r"o_i = \frac{\sum_{j \in N(i)} \exp(q_i^\top k_j/\sqrt d) "
     r"v_j}{\sum_{j \in N(i)} \exp(q_i^\top k_j/\sqrt d)}"),
    (SOFTMAX,
     r"o_i = \frac{\sum_{j \in \mathcal{S}} \exp(q_i^\top k_j/\sqrt d) "
     r"v_j}{\sum_{j \in \mathcal{S}} \exp(q_i^\top k_j/\sqrt d)}"),
    (SOFTMAX,
     r"o_i = \frac{\sum_{j \in \mathcal{N}} \exp(q_i^\top k_j/\sqrt d) "
     r"v_j}{\sum_{j \in \mathcal{N}} \exp(q_i^\top k_j/\sqrt d)}"),
    (SOFTMAX,
     r"o_i = \frac{\sum_{j=1}^{x} \exp(q_i^\top k_j/\sqrt d) "
     r"v_j}{\sum_{j=1}^{x} \exp(q_i^\top k_j/\sqrt d)}"),
    (SOFTMAX,
     r"o_i = \frac{\sum_{j=x}^{n} \exp(q_i^\top k_j/\sqrt d) "
     r"v_j}{\sum_{j=x}^{n} \exp(q_i^\top k_j/\sqrt d)}"),
    (SOFTMAX,
     r"o_i = \sum_j f(j) v_j, f(j) = \mathrm{softmax}_j(q_i^\top k_j / "
     r"\sqrt d)"),
    (SOFTMAX,
     r"o_i = \sum_j \kappa(j) v_j, \kappa(j) = \mathrm{softmax}_j(q_i^\top "
     r"k_j / \sqrt d)"),
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
