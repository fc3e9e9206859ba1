"""Copies of heads that cat and stack put together, and maps that iff states."""

import pytest

from tests.formula.decide.verdicts import assert_accepted, assert_told_apart

RIGHT = [
    ("gqa_head_map",
     "# k: [bsz, n_kv, seqlen, hd]\n"
     "k = torch.cat([k] * n_rep, dim=2).reshape(bsz, n_kv * n_rep, seqlen, hd)   # n_rep = n_q "
     "// n_kv"),
    ("gqa_head_map",
     "# k: [bsz, n_kv, seqlen, hd]\n"
     "k = torch.stack([k] * n_rep, dim=2).flatten(1, 2)"),
    ("gqa_head_map",
     "k = torch.stack([k] * n_rep, dim=2).reshape(bsz, n_kv * n_rep, seqlen, hd)"),
    ("gqa_head_map",
     "n_rep = n_q // n_kv\n"
     "k = torch.cat([k] * n_rep, dim=2).reshape(bsz, n_kv * n_rep, seqlen, hd)"),
    ("gqa_head_map",
     "# k: [bsz, n_kv, seqlen, hd]\n"
     "n_rep = n_q // n_kv\n"
     "k = torch.cat([k for _ in range(n_rep)], dim=2).view(bsz, n_q, seqlen, hd)"),
    ("gqa_head_map",
     "k = torch.stack([k] * n_rep, dim=2).flatten(1, 2)"),
    ("gqa_head_map",
     "k = torch.cat([k.unsqueeze(2)] * n_rep, dim=2).flatten(1, 2)"),
    ("gqa_head_map",
     "k = torch.cat([k[:, :, None]] * n_rep, dim=2).reshape(bsz, n_q, seqlen, hd)"),
    ("gqa_head_map",
     "# k: [bsz, seqlen, n_kv, hd]\n"
     "k = torch.stack([k] * n_rep, dim=3).reshape(bsz, seqlen, n_kv * n_rep, hd)"),
    ("gqa_head_map",
     "# k: [bsz, seqlen, n_kv, hd]\n"
     "k = torch.cat([k] * n_rep, dim=-1).reshape(bsz, seqlen, n_kv * n_rep, hd)"),
    ("gqa_head_map",
     "k = np.concatenate([k] * n_rep, axis=2).reshape(bsz, n_kv * n_rep, seqlen, hd)"),
    ("gqa_head_map",
     "n_rep = n_q // n_kv\n"
     "k = torch.cat([k] * n_rep, dim=2)\n"
     "k = k.reshape(bsz, n_q, seqlen, hd)"),
    ("gqa_head_map",
     "n_rep = n_q // n_kv\n"
     "k = torch.cat([k] * n_rep, dim=2).reshape(bsz, n_q, seqlen, hd)\n"
     "v = torch.cat([v] * n_rep, dim=2).reshape(bsz, n_q, seqlen, hd)"),
    ("gqa_head_map",
     "k = k.repeat_interleave(n_heads // n_kv_heads, dim=1)\n"
     "v = v.repeat_interleave(n_heads // n_kv_heads, dim=1)"),
    ("gqa_head_map",
     "k_h = k[:, h // (n_heads // n_kv_heads)]\n"
     "v_h = v[:, h // (n_heads // n_kv_heads)]"),
    ("gqa_head_map",
     "kv(h) = g  iff  g*G <= h < (g+1)*G,  where G = H_q/H_kv, h counted from 0"),
    ("gqa_head_map",
     "kv(h) = g if and only if g*G <= h < (g+1)*G,  where G = H_q/H_kv"),
    ("gqa_head_map",
     "kv(h) = g ⟺ g*G <= h < (g+1)*G, G = H_q/H_kv"),
    ("gqa_head_map",
     "$kv(h) = g$ if and only if $gG \\le h < (g+1)G$, where $G = H_q/H_{kv}$"),
    ("gqa_head_map",
     "kv(h) = g  iff  g <= h/G < g + 1,  where G = H_q/H_kv"),
    ("gqa_head_map",
     "kv(h) = floor(h * H_kv / H_q), h = 0, ..., H_q - 1"),
]  # fmt: skip

WRONG = [
    ("gqa_head_map",
     "# k: [bsz, n_kv, seqlen, hd]\n"
     "k = torch.cat([k] * n_rep, dim=1)   # n_rep = n_q // n_kv",
     "mod_not_floor"),
    ("gqa_head_map",
     "# k: [bsz, n_kv, seqlen, hd]\n"
     "k = torch.cat([k] * n_rep, dim=1).reshape(bsz, n_kv * n_rep, seqlen, hd)   # n_rep = n_q "
     "// n_kv",
     "mod_not_floor"),
    ("gqa_head_map",
     "# k: [bsz, n_kv, seqlen, hd]\n"
     "k = torch.stack([k] * n_rep, dim=1).flatten(1, 2)",
     "mod_not_floor"),
    ("gqa_head_map",
     "k = torch.stack([k] * n_rep, dim=1).reshape(bsz, n_kv * n_rep, seqlen, hd)",
     "mod_not_floor"),
    ("gqa_head_map",
     "# k: [bsz, seqlen, n_kv, hd]\n"
     "k = torch.cat([k] * n_rep, dim=2)",
     "mod_not_floor"),
    ("gqa_head_map",
     "k = torch.stack([k] * n_rep, dim=1).flatten(1, 2)",
     "mod_not_floor"),
    ("gqa_head_map",
     "k = torch.cat([k.unsqueeze(1)] * n_rep, dim=1).flatten(1, 2)",
     "mod_not_floor"),
    ("gqa_head_map",
     "# k: [bsz, seqlen, n_kv, hd]\n"
     "k = torch.stack([k] * n_rep, dim=2).reshape(bsz, seqlen, n_kv * n_rep, hd)",
     "mod_not_floor"),
    ("gqa_head_map",
     "# k: [bsz, n_kv, seqlen, hd]\n"
     "k = torch.cat([k] * n_kv, dim=2).reshape(bsz, n_kv * n_rep, seqlen, hd)",
     "wrong_divisor"),
    ("gqa_head_map",
     "k = np.concatenate([k] * n_rep, axis=1).reshape(bsz, n_kv * n_rep, seqlen, hd)",
     "mod_not_floor"),
    ("gqa_head_map",
     "n_rep = n_q // n_kv\n"
     "k = torch.cat([k] * n_rep, dim=1)\n"
     "k = k.reshape(bsz, n_q, seqlen, hd)",
     "mod_not_floor"),
    ("gqa_head_map",
     "n_rep = n_q // n_kv\n"
     "k = torch.cat([k] * n_rep, dim=2).reshape(bsz, n_q, seqlen, hd)\n"
     "v = torch.cat([v] * n_rep, dim=1).reshape(bsz, n_q, seqlen, hd)",
     None),
    ("gqa_head_map",
     "n_rep = n_q // n_kv\n"
     "k = torch.cat([k] * n_rep, dim=1).reshape(bsz, n_q, seqlen, hd)\n"
     "v = torch.cat([v] * n_rep, dim=2).reshape(bsz, n_q, seqlen, hd)",
     None),
    ("gqa_head_map",
     "k = k.repeat(1, n_heads // n_kv_heads, 1, 1)\n"
     "v = v.repeat_interleave(n_heads // n_kv_heads, dim=1)",
     None),
    ("gqa_head_map",
     "k_h = k[:, h % n_kv_heads]\n"
     "v_h = v[:, h // (n_heads // n_kv_heads)]",
     None),
    ("gqa_head_map",
     "kv(h) = g  iff  g*G < h <= (g+1)*G,  where G = H_q/H_kv",
     None),
    ("gqa_head_map",
     "kv(h) = g  if and only if  g*G < h <= (g+1)*G,  where G = H_q/H_kv",
     None),
    ("gqa_head_map",
     "kv(h) = g  iff  g*H_kv <= h < (g+1)*H_kv",
     None),
    ("gqa_head_map",
     "kv(h) = g  iff  (g-1)*G <= h < g*G,  where G = H_q/H_kv",
     None),
]  # fmt: skip

OPEN = [
    ("gqa_head_map",
     "# k: [bsz, n_kv, seqlen, hd]\n"
     "k = torch.cat([k] * n_rep, dim=3).reshape(bsz, n_kv * n_rep, seqlen, hd)"),
    ("gqa_head_map",
     "k = torch.cat([k.unsqueeze(2)] * n_rep, dim=1).flatten(1, 2)"),
    ("gqa_head_map",
     "# k: [bsz, seqlen, n_kv, hd]\n"
     "k = torch.cat([k] * n_rep, dim=1).reshape(bsz, seqlen, n_kv * n_rep, hd)"),
    ("gqa_head_map",
     "# k: [bsz, n_kv, seqlen, hd]\n"
     "k = torch.cat([k] * n_rep, dim=2)"),
    ("gqa_head_map",
     "# k: [bsz, n_kv, seqlen, hd]\n"
     "k = torch.cat([k] * n_rep, dim=2).reshape(bsz, seqlen, n_kv * n_rep, hd)"),
    ("gqa_head_map",
     "# k: [bsz, n_kv, seqlen, hd]\n"
     "k = torch.cat([k] * n_rep).reshape(bsz, n_kv * n_rep, seqlen, hd)"),
    ("gqa_head_map",
     "kv(h) = g  iff  g*G <= h <= (g+1)*G,  where G = H_q/H_kv"),
    ("gqa_head_map",
     "kv(h) = g  iff  g*G <= h < (g+1)*G,  where G = H_q/H_kv, h counted from 1"),
    ("gqa_head_map",
     "kv(h) = floor(h * H_kv / H_q), heads numbered from 1"),
    ("gqa_head_map",
     "kv(h) = floor(h * H_kv / H_q), h = 1, ..., H_q"),
    ("gqa_head_map",
     "kv(h) = floor((h - 1) * H_kv / H_q), h = 1, ..., H_q"),
    ("gqa_head_map",
     "kv(h) = floor((h - 1) * H_kv / H_q) for 1 <= h <= H_q"),
    ("gqa_head_map",
     "kv(h) = \\lfloor (h-1) H_{kv} / H_q \\rfloor, \\quad h \\in \\{1, \\dots, H_q\\}"),
    ("gqa_head_map",
     "kv(h) = \\lfloor h / G \\rfloor, \\quad h \\in \\{0, \\dots, H_q - 1\\}, G = H_q / H_{kv}"),
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


OWN = """\
def repeat_kv(x, n_rep):
    bsz, n_kv_heads, slen, head_dim = x.shape
    return x[{place}].expand({sizes}).reshape(bsz, n_kv_heads * n_rep, slen, head_dim)
k = repeat_kv(k, n_heads // n_kv_heads)"""


@pytest.mark.parametrize(("place", "sizes", "expected"), [
    (":, :, None, :, :", "bsz, n_kv_heads, n_rep, slen, head_dim", "equivalent"),
    (":, None, :, :, :", "bsz, n_rep, n_kv_heads, slen, head_dim", "undecided"),  # tiled
])  # fmt: skip
def test_an_own_repeat_kv_is_not_taken_by_its_name(ask, place, sizes, expected) -> None:
    text = OWN.format(place=place, sizes=sizes)
    assert ask("gqa_head_map", text).verdict == expected
