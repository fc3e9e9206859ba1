"""Tensors that say their own sizes, and caches told apart by a factor."""

import pytest

from tests.formula.decide.verdicts import assert_accepted, assert_told_apart

CACHE, REDUCTION = "kv_cache_bytes", "kv_reduction"

RIGHT = [
    ("kv_cache_bytes",
     "k = torch.zeros(batch, n_kv_heads, seq_len, head_dim)\nv = torch.zeros_like(k)\n"
     "size = n_layers * (k.numel() + v.numel()) * k.element_size()"),
    (CACHE,
     "# k_cache and v_cache: (n_layers, batch, n_kv_heads, seq_len, head_dim)\n"
     "size = k_cache.numel() * k_cache.element_size() + v_cache.numel() * "
     "v_cache.element_size()"),
    (CACHE,
     "# k_cache and v_cache: (n_layers, batch, n_kv_heads, seq_len, head_dim)\n"
     "size = 2 * k_cache.numel() * k_cache.element_size()"),
    (CACHE,
     "# k_cache and v_cache: (n_layers, batch, n_kv_heads, seq_len, head_dim)\n"
     "size = k_cache.nbytes + v_cache.nbytes"),
    (CACHE,
     "# k_cache and v_cache: (n_layers, batch, n_kv_heads, seq_len, head_dim)\n"
     "size = 2 * k_cache.size * k_cache.itemsize"),
    (CACHE,
     "k_cache = torch.zeros(n_layers, batch, n_kv_heads, seq_len, head_dim, dtype=dtype)\n"
     "v_cache = torch.zeros_like(k_cache)\n"
     "size = 2 * k_cache.numel() * k_cache.element_size()"),
    (CACHE,
     "kv_cache = torch.zeros(2, n_layers, batch, n_kv_heads, seq_len, head_dim, dtype=dtype)\n"
     "kv_cache.numel() * kv_cache.element_size()"),
    (CACHE,
     "kv_cache = np.zeros((2, n_layers, batch, n_kv_heads, seq_len, "
     "head_dim), dtype=np.float16)\n"
     "size = kv_cache.nbytes"),
    (CACHE,
     "k = torch.empty(batch, n_kv_heads, seq_len, head_dim)  # one layer\n"
     "size = 2 * n_layers * k.numel() * k.element_size()"),
    (REDUCTION,
     "# k_mha: (B, n_heads, T, head_dim), k_gqa: (B, n_kv_heads, T, "
     "head_dim), same dtype, V likewise\n"
     "ratio = (2 * k_mha.numel()) / (2 * k_gqa.numel())"),
    (REDUCTION,
     "ratio = k_mha.nbytes / k_gqa.nbytes  # k_mha: (B, H_q, T, d), k_gqa: (B, H_kv, T, d)"),
    (CACHE,
     "# k_cache and v_cache: (n_layers, batch, n_kv_heads, seq_len, head_dim)\n"
     "size = 2 * math.prod(k_cache.shape) * k_cache.element_size()"),
    (CACHE,
     "# k_cache and v_cache: (n_layers, batch, n_kv_heads, seq_len, head_dim)\n"
     "L, B, H, T, D = k_cache.shape\n"
     "size = 2 * L * B * H * T * D * k_cache.element_size()"),
    (CACHE,
     "# k_cache and v_cache: (n_layers, batch, n_kv_heads, seq_len, head_dim)\n"
     "size = 2 * k_cache.shape[0] * k_cache.shape[1] * k_cache.shape[2] * "
     "k_cache.shape[3] * k_cache.shape[4] * k_cache.element_size()"),
    (REDUCTION,
     r"r = \left(\frac{H_{kv}}{H_q}\right)^{-1}\!\!, \qquad M_{\mathrm{MHA}} = "
     r"r\, M_{\mathrm{GQA}}"),
    (REDUCTION,
     r"M_{\mathrm{MHA}} = \frac{H_q}{H_{kv}} M_{\mathrm{GQA}}"),
    (REDUCTION,
     r"M_{\mathrm{GQA}} = \frac{H_{kv}}{H_q} M_{\mathrm{MHA}}"),
    (REDUCTION,
     "M_{GQA} = M_{MHA} / r, r = H_q / H_{kv}"),
    (REDUCTION,
     "cache_MHA = (n_heads / n_kv_heads) * cache_GQA"),
    (REDUCTION,
     "cache(GQA) = cache(MHA) * n_kv_heads / n_heads"),
    (REDUCTION,
     r"\frac{M_{\mathrm{MHA}}}{M_{\mathrm{GQA}}} = \frac{H_q}{H_{kv}}"),
]  # fmt: skip

WRONG = [
    ("kv_cache_bytes",
     "k = torch.zeros(batch, n_heads, seq_len, head_dim)\nv = torch.zeros_like(k)\n"
     "size = n_layers * (k.numel() + v.numel()) * k.element_size()",
     "q_heads"),
    (CACHE,
     "# k_cache and v_cache: (n_layers, batch, n_kv_heads, seq_len, head_dim)\n"
     "size = k_cache.numel() * k_cache.element_size()",
     "missing_two"),
    (CACHE,
     "# k_cache and v_cache: (n_layers, batch, n_kv_heads, seq_len, head_dim)\n"
     "size = k_cache.numel() + v_cache.numel()",
     "missing_bytes"),
    (CACHE,
     "# k_cache and v_cache: (n_layers, batch, n_kv_heads, seq_len, head_dim)\n"
     "size = k_cache.nbytes",
     "missing_two"),
    (CACHE,
     "# k_cache and v_cache: (n_layers, batch, n_kv_heads, seq_len, head_dim)\n"
     "size = 2 * k_cache.size",
     "missing_bytes"),
    (CACHE,
     "# k_cache and v_cache: (n_layers, batch, n_heads, seq_len, head_dim)\n"
     "size = k_cache.nbytes + v_cache.nbytes",
     "q_heads"),
    (CACHE,
     "# k_cache and v_cache: (batch, n_kv_heads, seq_len, head_dim)\n"
     "size = k_cache.nbytes + v_cache.nbytes",
     "missing_layers"),
    (CACHE,
     "kv_cache = np.zeros((n_layers, batch, n_kv_heads, seq_len, head_dim), "
     "dtype=np.float16)\n"
     "size = kv_cache.nbytes",
     "missing_two"),
    (REDUCTION,
     "# k_mha: (B, n_heads, T, head_dim), k_gqa: (B, n_kv_heads, T, "
     "head_dim), same dtype, V likewise\n"
     "ratio = k_gqa.numel() / k_mha.numel()",
     "inverted"),
    (REDUCTION,
     "# k_mha: (B, n_heads, T, head_dim), k_gqa: (B, n_kv_heads, T), same dtype, V likewise\n"
     "ratio = k_mha.numel() / k_gqa.numel()",
     None),
    (CACHE,
     "# k_cache and v_cache: (n_layers, batch, n_kv_heads, seq_len, head_dim)\n"
     "size = 2 * k_cache.shape[0] * k_cache.shape[1] * k_cache.shape[3] * "
     "k_cache.shape[4] * k_cache.element_size()",
     "missing_heads"),
    (REDUCTION,
     r"r = \left(\frac{H_{kv}}{H_q}\right)^{-1}, \qquad M_{\mathrm{GQA}} = r\, "
     r"M_{\mathrm{MHA}}",
     "inverted"),
    (REDUCTION,
     r"r = \frac{H_{kv}}{H_q}, \qquad M_{\mathrm{MHA}} = r\, M_{\mathrm{GQA}}",
     "inverted"),
    (REDUCTION,
     r"M_{\mathrm{MHA}} = \frac{H_{kv}}{H_q} M_{\mathrm{GQA}}",
     "inverted"),
    (REDUCTION,
     r"M_{\mathrm{GQA}} = \frac{H_q}{H_{kv}} M_{\mathrm{MHA}}",
     "inverted"),
    (REDUCTION,
     r"M_{\mathrm{MHA}} = 2 \frac{H_q}{H_{kv}} M_{\mathrm{GQA}}",
     "extra_two"),
]  # fmt: skip

OPEN = [
    (CACHE,
     "size = k_cache.nbytes + v_cache.nbytes"),
    (CACHE,
     "size = k_cache.numel() * k_cache.element_size() * 2"),
    (REDUCTION,
     "ratio = k_mha.nbytes / k_gqa.nbytes"),
    (CACHE,
     "# k_cache: (batch, n_kv_heads, seq_len, head_dim) per layer\n"
     "size = 2 * k_cache.nbytes"),
    (REDUCTION,
     r"M_{\mathrm{MHA}} = \frac{H_q}{H_{kv}} + M_{\mathrm{GQA}}"),
    (REDUCTION,
     r"M_{\mathrm{MHA}} = \frac{H_q}{H_{kv} M_{\mathrm{GQA}}}"),
    (REDUCTION,
     r"M_{\mathrm{MHA}} = \frac{H_q}{H_{kv}} M_{\mathrm{MHA}}"),
    (REDUCTION,
     r"M_{\mathrm{MHA}} = M_{\mathrm{GQA}}"),
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
