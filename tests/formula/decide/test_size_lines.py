"""Cache sizes line by line and in loops; loops that count by hand."""

import pytest

from tests.formula.decide.verdicts import assert_accepted, assert_told_apart

RIGHT = [
    ("kv_cache_bytes",
     "per token per layer: 2 * n_kv_heads * head_dim * bytes_per_elem\n"
     "kv cache = batch * seq_len * n_layers * (2 * n_kv_heads * head_dim * bytes_per_elem)"),
    ("kv_cache_bytes",
     "Per token per layer: 2 * n_kv_heads * head_dim * bytes_per_elem\n"
     "Total: batch * seq_len * n_layers * 2 * n_kv_heads * head_dim * bytes_per_elem"),
    ("kv_cache_bytes",
     "per token: 2 * n_layers * n_kv_heads * head_dim * bytes_per_elem\n"
     "total: batch * seq_len * per token"),
    ("kv_cache_bytes",
     "per token per layer = 2 * n_kv_heads * head_dim * bytes_per_elem\n"
     "per token = n_layers * per token per layer\n"
     "total = batch * seq_len * per token"),
    ("kv_cache_bytes",
     "per-token cache = 2 * n_layers * n_kv_heads * head_dim * bytes_per_elem\n"
     "total = batch * seq_len * per-token cache"),
    ("kv_cache_bytes",
     "bytes per token = 2 * L * H_kv * d * b\n"
     "cache = B * n * (bytes per token)"),
    ("kv_cache_bytes",
     "Bytes per token per layer = 2 * H_kv * d * b\n"
     "KV cache bytes = B * n * L * (2 * H_kv * d * b)"),
    ("kv_cache_bytes",
     "K cache: B * L * n * H_kv * d * b\n"
     "V cache: B * L * n * H_kv * d * b\n"
     "total = 2 * B * L * n * H_kv * d * b"),
    ("kv_cache_bytes",
     "total = 0\n"
     "for layer in range(L):\n"
     "    for x in ('k','v'):\n"
     "        total += batch * n * H_kv * d * bytes_per_elem"),
    ("kv_cache_bytes",
     "total = 0\n"
     "for layer in range(L):\n"
     "    total += batch * n * H_kv * d * bytes_per_elem   # K\n"
     "    total += batch * n * H_kv * d * bytes_per_elem   # V"),
    ("kv_cache_bytes",
     "total = sum(B * n * H_kv * d * b for _ in range(L) for _ in (\"k\", \"v\"))"),
    ("kv_cache_bytes",
     "total = sum(B * n * H_kv * d * b for layer in range(L) for t in range(2))"),
    ("kv_cache_bytes",
     "total = 0\n"
     "for layer in range(L):\n"
     "    for head in range(H_kv):\n"
     "        k_bytes = batch * n * d * bytes_per_elem\n"
     "        v_bytes = batch * n * d * bytes_per_elem\n"
     "        total += k_bytes + v_bytes"),
    ("kv_cache_bytes",
     "elems_per_layer = 2 * B * n * H_kv * d\n"
     "bytes_per_layer = elems_per_layer * b\n"
     "total_bytes = bytes_per_layer * L"),
    ("kv_cache_bytes",
     "layers = []\n"
     "total = sum(2 * B * n * H_kv * d * b for layer in range(L))"),
    ("kv_cache_bytes",
     "total = 0\n"
     "layer = 0\n"
     "while layer < L:\n"
     "    total += 2 * B * n * H_kv * d * b\n"
     "    layer += 1"),
    ("kv_cache_bytes",
     "per token per layer: 2 * n_kv_heads * head_dim * bytes_per_elem\n"
     "kv cache = batch * seq_len * n_layers * (per token per layer)"),
    ("kv_cache_bytes",
     "$M = 2 B L n H_{kv} d b$, where b is bytes per element"),
    ("kv_reduction",
     "query heads per kv head = H_q / H_kv"),
    ("kv_cache_bytes",
     "bytes = 2 * B * n * L * n_kv_heads * head_dim * bytes_per_elem"),
    ("kv_cache_bytes",
     "total = 0\n"
     "for layer in range(L):\n"
     "    total += B * n * H_kv * d * b\n"
     "    for _ in range(1):\n"
     "        total += B * n * H_kv * d * b"),
    ("kv_cache_bytes",
     "total = 0\n"
     "i = 0\n"
     "while i < L:\n"
     "    total += 2 * B * n * H_kv * d * b\n"
     "    i += 1"),
    ("gqa_head_map",
     "kv_of = []\n"
     "g = 0\n"
     "while g < H_kv:\n"
     "    kv_of += [g] * (H_q // H_kv)\n"
     "    g += 1\n"
     "kv_head = kv_of[h]"),
    ("linear_attention_causal",
     "S = np.zeros((d, d_v))\n"
     "z = np.zeros(d)\n"
     "t = 0\n"
     "while t < n:\n"
     "    S = S + np.outer(phi(K[t]), V[t])\n"
     "    z = z + phi(K[t])\n"
     "    out[t] = phi(Q[t]) @ S / (phi(Q[t]) @ z)\n"
     "    t += 1"),
]  # fmt: skip

WRONG = [
    ("kv_cache_bytes",
     "per token per layer: 2 * n_kv_heads * head_dim * bytes_per_elem\n"
     "kv cache = batch * seq_len * (2 * n_kv_heads * head_dim * bytes_per_elem)",
     "missing_layers"),
    ("kv_cache_bytes",
     "per token per layer: n_kv_heads * head_dim * bytes_per_elem\n"
     "kv cache = batch * seq_len * n_layers * (n_kv_heads * head_dim * bytes_per_elem)",
     "missing_two"),
    ("kv_cache_bytes",
     "per token per layer: 2 * n_kv_heads * head_dim * bytes_per_elem\n"
     "kv cache = batch * seq_len * n_layers * (2 * n_q_heads * head_dim * bytes_per_elem)",
     "q_heads"),
    ("kv_cache_bytes",
     "total = 0\n"
     "for layer in range(L):\n"
     "    for x in ('k','v', 'o'):\n"
     "        total += batch * n * H_kv * d * bytes_per_elem",
     None),
    ("kv_cache_bytes",
     "total = 0\n"
     "for layer in range(L):\n"
     "    for x in ('k','v'):\n"
     "        total = batch * n * H_kv * d * bytes_per_elem",
     None),
    ("kv_cache_bytes",
     "total = sum(B * n * H_kv * d * b for _ in range(L) for _ in (\"k\", \"q\", \"v\"))",
     None),
    ("kv_cache_bytes",
     "total = 0\n"
     "layer = 0\n"
     "while layer <= L:\n"
     "    total += 2 * B * n * H_kv * d * b\n"
     "    layer += 1",
     None),
    ("kv_cache_bytes",
     "total = 0\n"
     "layer = 1\n"
     "while layer < L:\n"
     "    total += 2 * B * n * H_kv * d * b\n"
     "    layer += 1",
     None),
    ("kv_cache_bytes",
     "per token per layer: 2 * n_kv_heads * head_dim * bytes_per_elem\n"
     "kv cache = batch * seq_len * (per token per layer)",
     "missing_layers"),
    ("kv_cache_bytes",
     "per token per layer: n_kv_heads * head_dim * bytes_per_elem\n"
     "kv cache = batch * seq_len * n_layers * (per token per layer)",
     "missing_two"),
    ("kv_cache_bytes",
     "total = 0\n"
     "for layer in range(L):\n"
     "    total += B * n * H_kv * d * b\n"
     "total += B * n * H_kv * d * b",
     None),
    ("kv_cache_bytes",
     "for layer in range(L):\n"
     "    total = B * n * H_kv * d * b\n"
     "    total += B * n * H_kv * d * b",
     "missing_layers"),
    ("linear_attention_causal",
     "S = np.zeros((d, d_v))\n"
     "z = np.zeros(d)\n"
     "t = 0\n"
     "while t < n:\n"
     "    out[t] = phi(Q[t]) @ S / (phi(Q[t]) @ z)\n"
     "    S = S + np.outer(phi(K[t]), v[t])\n"
     "    z = z + phi(K[t])\n"
     "    t += 1",
     "off_by_one"),
    ("linear_attention_causal",
     "S = np.zeros((d, d_v))\n"
     "z = np.zeros(d)\n"
     "t = 1\n"
     "while t < n:\n"
     "    S = S + np.outer(phi(K[t]), V[t])\n"
     "    z = z + phi(K[t])\n"
     "    out[t] = phi(Q[t]) @ S / (phi(Q[t]) @ z)\n"
     "    t += 1",
     None),
    ("linear_attention_causal",
     "S = np.zeros((d, d_v))\n"
     "z = np.zeros(d)\n"
     "t = 0\n"
     "while t < n - 1:\n"
     "    S = S + np.outer(phi(K[t]), V[t])\n"
     "    z = z + phi(K[t])\n"
     "    out[t] = phi(Q[t]) @ S / (phi(Q[t]) @ z)\n"
     "    t += 1",
     None),
]  # fmt: skip

OPEN = [
    ("kv_cache_bytes",
     "per token per layer: 2 * n_kv_heads * head_dim * bytes_per_elem"),
    ("kv_cache_bytes",
     "per token per layer: n_kv_heads * head_dim * bytes_per_elem\n"
     "kv cache = batch * seq_len * n_layers * (2 * n_kv_heads * head_dim * bytes_per_elem)"),
    ("kv_cache_bytes",
     "total = 1\n"
     "for layer in range(L):\n"
     "    total *= 2\n"
     "    total += B * n * H_kv * d * b"),
    ("kv_cache_bytes",
     "total = 0\n"
     "i = 0\n"
     "while i < L:\n"
     "    i += 1\n"
     "    total += 2 * B * n * H_kv * d * b * i"),
    ("kv_cache_bytes",
     "total = 0\n"
     "i = 0\n"
     "while i < L:\n"
     "    total += 2 * B * n * H_kv * d * b\n"
     "    i += 2"),
    ("kv_cache_bytes",
     "total = 0\n"
     "i = 0\n"
     "while i < L:\n"
     "    total += 2 * B * n * H_kv * d * b\n"
     "    if total > 3: break\n"
     "    i += 1"),
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
