"""Sizes and head maps: names, calls, copies of heads, rounding, fixed numbers."""

import pytest

from tests.formula.decide.verdicts import assert_accepted, assert_told_apart

CACHE, REDUCTION, MAP = "kv_cache_bytes", "kv_reduction", "gqa_head_map"

RIGHT = [
    (CACHE, r"2_{K,V} \cdot B L n H_{kv} d b"),
    (CACHE, r"\begin{cases} 2 B L n H_{kv} d b & \text{if cached} \end{cases}"),
    (MAP, "h div g"),
    (MAP, "floor_div(h, H_q // H_kv)"),
    (MAP, "torch.div(h, n_rep, rounding_mode='floor')"),
    (MAP, "torch.floor_divide(h, n_rep)"),
    (MAP, "(h - torch.remainder(h, n_rep)) / n_rep"),
    (MAP, "float(h) // n_rep"),
    (MAP, "int(h / float(n_rep))"),
    (MAP, "h // n_rep where n_rep = 4"),
    (MAP, r"\lfloor h/g \rfloor, g = 4"),
    (CACHE, "2 B L n H_kv d b where b = 2"),
    (CACHE, "b = 2\n2 * B * L * n * H_kv * d * b"),
    (CACHE, "prod(2, B, L, n, H_kv, d, b)"),
    (CACHE, "2 x B x L x n x H_kv x d x b"),
    (CACHE, "2 * B * L * n * H_kv * d * sizeof(dtype)"),
    (CACHE, "2 * B * L * n * H_kv * d * K.element_size()"),
    (CACHE, "2 B L n H_kv d(b)"),
    (CACHE, "2 B L n H_kv(d) b"),
    (CACHE, "2 B L n (H_kv)(d)(b)"),
    (CACHE, "2 L(B n H_kv d b)"),
    (CACHE, "2 B L n H_kv d b + 1 - 1"),
    (CACHE, "2 B L n H_kv d b = 2 B L n H_q d b / g"),
    (CACHE, "2 * n_layer * n_batch * n_ctx * n_kv_head * d_head * n_bytes"),
    (CACHE, r"2 \cdot n_l \cdot n_b \cdot n_s \cdot n_{kv} \cdot d_h \cdot b"),
    (CACHE, r"2 \cdot n_l \cdot n_b \cdot n_t \cdot n_{kv} \cdot d_h \cdot b"),
    (CACHE, "2 * n_layers * batch * seq * groups * head_dim * bytes"),
    (CACHE, "2 * n_layers * batch * seq * num_groups * head_dim * bytes"),
    (CACHE, "2 * n_layers * batch * seq * kv_dim * bytes"),
    (CACHE, "2 * n_layers * batch * seq * kv_dim * bits / 8"),
    (CACHE,
     "2 * n_layers * batch * seq * num_heads / heads_per_group * head_dim * "
     "bytes"),
    (CACHE, "2 B L n H_{k,v} d b"),
    (CACHE, "2 B L n H_k d b"),
    (CACHE, "2 B L n H_{kv} d^2 b / d"),
    (REDUCTION, "n_h / n_kv"),
    (REDUCTION, r"\frac{n_q}{n_{kv}}"),
    (REDUCTION, r"\frac{H_q + H_{kv}}{H_{kv}} - 1"),
    (REDUCTION, r"\frac{1}{H_{kv}/H_q}"),
    (MAP, "torch.arange(H_q) // n_rep"),
    (MAP, "k.unsqueeze(2).expand(b, n_kv, n_rep, s, d).reshape(b, n_heads, s, d)"),
    (MAP, "k.repeat_interleave(n_rep, dim=1)"),
    (MAP, "torch.repeat_interleave(k, repeats=n_rep, dim=1)"),
    (MAP, "divmod(h, n_rep)[0]"),
    (MAP, r"\lfloor h / G \rfloor"),
    (MAP, r"\lfloor h K / H_q \rfloor"),
    (MAP, r"\lfloor (h + 1/2) / (H_q/H_{kv}) \rfloor"),
    (MAP, r"\max(\lfloor h / (H_q/H_{kv}) \rfloor, 0)"),
    (MAP, r"h\,\mathrm{div}\,g"),
    (MAP, r"h \operatorname{div} (H_q/H_{kv})"),
    (CACHE, r"2 B L n \text{heads}_{kv(h)} d b"),
    (MAP, r"\lfloor h/g \rfloor = \min(\lfloor h/g \rfloor, H_{kv} - 1), g = H_q/H_{kv}"),
    (MAP, "min(max(h // (H_q // H_kv), 0), H_kv - 1)"),
    (MAP, "kv(h) = r(h) = floor(h / g)"),
    (MAP, "kv(h) = floor(h / K), K = H_q / G"),
    (MAP, "kv = qh // (n_heads // n_kv_heads)"),
    (MAP, "k[:, :, None].expand((b, H_kv, n_rep, n, d)).reshape(b, H_q, n, d)"),
    (REDUCTION, r"\frac{H_q}{H_{kv} + 1} + \frac{H_q}{H_{kv} (H_{kv} + 1)}"),
    (REDUCTION, "torch.div(h, h_kv)"),
]  # fmt: skip

WRONG = [
    (CACHE, r"3_{K,V} \cdot B L n H_{kv} d b", None),
    (MAP, "h div H_kv", "wrong_divisor"),
    (MAP, "torch.div(h, n_rep)", "missing_floor"),
    (MAP, "torch.remainder(h, H_kv)", "mod_not_floor"),
    (MAP, "h - torch.fmod(h, n_rep)", None),
    (MAP, "mod(h, H_kv)", "mod_not_floor"),
    (MAP, "h / 0", None),
    (MAP, "h // (H_q - H_q)", None),
    (MAP, "(h - h)^{-1}", None),
    (CACHE, "2 B L n H_q d b where b = 2", "q_heads"),
    (CACHE, "prod(2, B, L, n, H_q, d, b)", "q_heads"),
    (CACHE, "2 * B * L * n * H_kv * d * log(-1)", None),
    (CACHE, "2 * B * L * n * H_kv * d * log(b)", None),
    (CACHE, "2 x B x L x n x H_q x d x b", "q_heads"),
    (CACHE, "2 * B * L * n * H_kv * d * sizeof(dtype) * 2", None),
    (CACHE, "2 L(B n H_q d b)", "q_heads"),
    (CACHE, "2 % B", None),
    (CACHE, "2 B L n H_kv d b = 2 B L n H_q d b", None),
    (CACHE, "2 * n_layers * batch * seq * n_kv_groups * head_dim * bytes", None),
    (CACHE, "2 * n_layers * batch * seq * kv_dim * bits", "bits_not_bytes"),
    (CACHE, "2 * n_layers * batch * seq * n_mha_heads * head_dim * bytes", "q_heads"),
    (CACHE, "2 B L n H_{kv} d b^{-1}", None),
    (CACHE, "2 B L n H_{kv} d b / (B - B)", None),
    (REDUCTION, "H_q / (H_q - H_q)", None),
    (REDUCTION, "H_{kv} / H_q", "inverted"),
    (REDUCTION, r"\frac{H_q}{H_{kv} + 1} + \frac{1}{H_{kv}}", None),
    (MAP, "torch.arange(H_q) % H_kv", "mod_not_floor"),
    (MAP, "einops.repeat(k, 'b h n d -> b (g h) n d', g=n_rep)", "mod_not_floor"),
    (MAP, "k.unsqueeze(1).expand(b, n_rep, n_kv, s, d).reshape(b, n_heads, s, d)", "mod_not_floor"),
    (MAP,
     "k[:, None, :, :, :].expand(b, n_rep, n_kv, s, d).reshape(b, n_heads, "
     "s, d)", "mod_not_floor"),
    (MAP, "k.repeat(1, n_rep, 1, 1)", "mod_not_floor"),
    (MAP, "divmod(h, n_rep)[1]", "mod_group"),
    (MAP, "divmod(h, H_kv)[1]", "mod_not_floor"),
    (MAP, r"\lfloor h r / K \rfloor", None),
    (MAP, "1/h", None),
    (MAP, r"\lfloor h / (H_q/H_{kv}) \rfloor + 0/h", None),
    (MAP, r"\lfloor (h + 1) / (H_q/H_{kv}) \rfloor", "shifted"),
    (MAP, r"\lfloor h / (H_q/H_{kv}) + 1/7 \rfloor", None),
    (MAP, r"\lfloor h / (H_q/H_{kv}) + 1/6 \rfloor", None),
    (MAP, r"\lfloor h / (H_q/H_{kv}) + 1/8 \rfloor", None),
    (MAP, r"\lfloor h / (H_q/H_{kv}) + 1/100 \rfloor", None),
    (MAP, r"\min(\lfloor h / (H_q/H_{kv}) \rfloor, 5)", None),
    (MAP, r"\min(\lfloor h / (H_q/H_{kv}) \rfloor, 6)", None),
    (MAP, "min(h // n_rep, 31)", None),
    (MAP, r"h \div g", "missing_floor"),
    (CACHE, "2 B L n H_kv d b + (B - 3)(B - 7)", None),
    (CACHE, "2 B L n H_kv d b % 3", None),
    (MAP, r"\lfloor 1/(h \bmod g) \rfloor", None),
    (MAP, r"\lfloor (h \bmod g)^{-1} \rfloor", None),
    (REDUCTION, "H_q / H_{kv} = (H_q + 1)/H_{kv} = H_q/H_{kv}", None),
    (CACHE, "2 B L n H_kv d b = 0/0", None),
    (CACHE, "2 B L n H_kv d b = 2 B L n H_kv d b + (B-3)", None),
    (MAP, "h if H_kv == 1 else h // (H_q // H_kv)", None),
    (MAP, "rearrange(q, 'b (g h) n d -> b h g n d', g=n_rep)", None),
    (CACHE, "cache_bytes = B cache_len L H_kv d b = 2 B cache_len L H_kv d b", None),
    (CACHE,
     "d = d_model // H_kv\nk = torch.zeros(B, H_kv, n, d)\ncache = 2 * L * k.numel() * b",
     "q_heads"),
]  # fmt: skip

OPEN = [
    (CACHE, r"\int 2 B L n H_{kv} d b"),
    (MAP, "h ^ 100"),
    (MAP, r"\lfloor h/g \rfloor, g = a, a = g"),
    (CACHE, "2 * B * L * n * H_kv * d * sqrt(b*b)"),
    (CACHE, "7"),
    (MAP, "einops.repeat(k, 'b h n d -> b h g n d', g=n_rep)"),
    (MAP, "k.unsqueeze(3).expand(b, n_kv, s, n_rep, d).reshape(b, n_heads, s, d)"),
    (MAP, "k.reshape(b, n_heads, s, d)"),
    (MAP, "k.repeat(1, 2, 1, 1)"),
    (MAP, "k[h // g, 3, 5]"),
    (CACHE, "2 * x * B * L * n * H_kv * d * b"),
    (CACHE, "2 ± B L n H_kv d b"),
    (CACHE, "2 B b L N n s c G"),
    (MAP, "repeat(k, 'b h n d -> b g h n d', g=n_rep)"),
    (MAP, "repeat(k, 'b h n d -> b (r h) n d', r=H_kv)"),
    (MAP, "k[:, :, None].expand(b, H_kv, n_rep, n, d).reshape(b, -H_q, n, d)"),
    (CACHE, "2 * B * L * n * H_kv * d * max(bits // 8, 1)"),
]  # fmt: skip

NO_FORMULA = [
    (CACHE, "2 * B * L * n * H_kv * d * foo(b)"),
    (CACHE, "2 * B * L * n * H_kv * d * cos(b)"),
    (MAP, "cos(h)"),
    (MAP, "foo(h, g)"),
    (CACHE, "print('x')"),
    (CACHE, "x = foo * bar_baz"),
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


@pytest.mark.parametrize(("formula", "text"), NO_FORMULA)
def test_refuses(ask, formula, text) -> None:
    assert ask(formula, text).verdict == "unreadable"
