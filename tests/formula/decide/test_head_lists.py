"""Maps of heads as lists that comprehensions make, and entries read from them."""

import pytest

from tests.formula.decide.verdicts import assert_accepted, assert_told_apart

RIGHT = [
    ("gqa_head_map",
     "kv_of = [g for g in range(H_kv) for _ in range(H_q // H_kv)]\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = []\n"
     "for g in range(H_kv):\n"
     "    kv_of.extend([g] * G)\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = []\n"
     "for g in range(H_kv):\n"
     "    kv_of += [g] * G\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = []\n"
     "for g in range(H_kv):\n"
     "    for _ in range(G):\n"
     "        kv_of.append(g)\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_head = list(itertools.chain.from_iterable([g] * G for g in range(H_kv)))[h]"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_head = list(itertools.chain(*[[g] * G for g in range(H_kv)]))[h]"),
    ("gqa_head_map",
     "from itertools import chain, repeat\n"
     "G = H_q // H_kv\n"
     "kv_of = list(chain.from_iterable(repeat(g, G) for g in range(H_kv)))\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = sum(([g] * G for g in range(H_kv)), [])\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = sum([[g] * G for g in range(H_kv)], [])"),
    ("gqa_head_map",
     "kv_of = np.repeat(np.arange(H_kv), H_q // H_kv)\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "kv_of = torch.arange(H_kv).repeat_interleave(H_q // H_kv)\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "kv_head, r = divmod(h, H_q // H_kv)"),
    ("gqa_head_map",
     "g, _ = divmod(h, H_q // H_kv)\n"
     "kv_head = g"),
    ("gqa_head_map",
     "kv_head = divmod(h, H_q // H_kv)[0]"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = {h: h // G for h in range(H_q)}\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = {g * G + r: g for g in range(H_kv) for r in range(G)}\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = [h // G for h in range(H_q)]\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = [h // G for h in range(H_q)]\n"
     "kv_head = kv_of[i]"),
    ("gqa_head_map",
     "idx = torch.arange(n_heads) // (n_heads // n_kv_heads)\n"
     "k = k[:, idx]"),
    ("gqa_head_map",
     "idx = [g for g in range(n_kv) for _ in range(n_q // n_kv)]\n"
     "k = k[:, idx]"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = []\n"
     "for g in range(H_kv):\n"
     "    kv_of.extend(g for _ in range(G))\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = []\n"
     "for g in range(H_kv):\n"
     "    for _ in range(G):\n"
     "        kv_of.append(g)\n"
     "idx = torch.tensor(kv_of)\n"
     "k = k[:, idx]"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = []\n"
     "for g in range(H_kv):\n"
     "    kv_of += [g] * G\n"
     "kv_of = torch.tensor(kv_of)\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = np.zeros(H_q, dtype=int)\n"
     "for g in range(H_kv):\n"
     "    kv_of[g * G : (g + 1) * G] = g\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = [None] * H_q\n"
     "for g in range(H_kv):\n"
     "    for r in range(G):\n"
     "        kv_of[g * G + r] = g\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "k = k.repeat_interleave(n_heads // n_kv_heads, dim=1)\n"
     "k_h = k[:, h]"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = (np.arange(H_q) // G).tolist()\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = np.arange(H_q) // G\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_head = (np.arange(H_q) // G)[h]"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = np.arange(H_q).reshape(H_kv, G)\n"
     "kv_head = [g for g in range(H_kv) for _ in range(G)][h]"),
    ("gqa_head_map",
     "kv_heads = list(range(H_kv))\n"
     "G = H_q // H_kv\n"
     "kv_head = kv_heads[h // G]"),
    ("gqa_head_map",
     "def kv_index(h):\n"
     "    kv_of = [g for g in range(H_kv) for _ in range(H_q // H_kv)]\n"
     "    return kv_of[h]"),
]  # fmt: skip

WRONG = [
    ("gqa_head_map",
     "kv_of = [g for _ in range(H_q // H_kv) for g in range(H_kv)]\n"
     "kv_head = kv_of[h]",
     None),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = []\n"
     "for _ in range(G):\n"
     "    for g in range(H_kv):\n"
     "        kv_of.append(g)\n"
     "kv_head = kv_of[h]",
     None),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = list(range(H_kv)) * G\n"
     "kv_head = kv_of[h]",
     None),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = sum([list(range(H_kv)) for _ in range(G)], [])\n"
     "kv_head = kv_of[h]",
     None),
    ("gqa_head_map",
     "kv_of = np.tile(np.arange(H_kv), H_q // H_kv)\n"
     "kv_head = kv_of[h]",
     "mod_not_floor"),
    ("gqa_head_map",
     "kv_of = torch.arange(H_kv).repeat(H_q // H_kv)\n"
     "kv_head = kv_of[h]",
     "mod_not_floor"),
    ("gqa_head_map",
     "r, kv_head = divmod(h, H_q // H_kv)",
     "mod_group"),
    ("gqa_head_map",
     "kv_head = divmod(h, H_q // H_kv)[1]",
     "mod_group"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = [g for g in range(H_kv) for _ in range(G - 1)]\n"
     "kv_head = kv_of[h]",
     None),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = [g + 1 for g in range(H_kv) for _ in range(G)]\n"
     "kv_head = kv_of[h]",
     "shifted"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = [g for g in range(H_kv) for _ in range(G)]\n"
     "kv_head = kv_of[h + 1]",
     None),
    ("gqa_head_map",
     "idx = torch.arange(n_heads) % n_kv_heads\n"
     "k = k[:, idx]",
     "mod_not_floor"),
    ("gqa_head_map",
     "idx = [g for _ in range(n_q // n_kv) for g in range(n_kv)]\n"
     "k = k[:, idx]",
     None),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = []\n"
     "for g in range(H_kv):\n"
     "    kv_of.extend([g] * G)\n"
     "g2 = kv_of[h + 1]",
     None),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = []\n"
     "for _ in range(G):\n"
     "    kv_of.extend(range(H_kv))\n"
     "kv_head = kv_of[h]",
     None),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = []\n"
     "for _ in range(G):\n"
     "    kv_of += list(range(H_kv))\n"
     "kv_head = kv_of[h]",
     None),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = []\n"
     "for g in range(H_kv):\n"
     "    for _ in range(G):\n"
     "        kv_of.append(g)\n"
     "idx = torch.tensor(kv_of)\n"
     "k = k[:, idx + 1]",
     "shifted"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = {}\n"
     "for g in range(H_kv):\n"
     "    for r in range(G):\n"
     "        kv_of[r * H_kv + g] = g\n"
     "kv_head = kv_of[h]",
     None),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = {r * H_kv + g: g for g in range(H_kv) for r in range(G)}\n"
     "kv_head = kv_of[h]",
     None),
    ("gqa_head_map",
     "k = k.repeat(1, n_heads // n_kv_heads, 1, 1)\n"
     "k_h = k[:, h]",
     "mod_not_floor"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = np.arange(H_q) % H_kv\n"
     "kv_head = kv_of[h]",
     "mod_not_floor"),
    ("gqa_head_map",
     "kv_heads = list(range(H_kv))\n"
     "kv_head = kv_heads[h % H_kv]",
     "mod_not_floor"),
    ("gqa_head_map",
     "def kv_index(h):\n"
     "    kv_of = [g for _ in range(H_q // H_kv) for g in range(H_kv)]\n"
     "    return kv_of[h]",
     None),
]  # fmt: skip

OPEN = [
    ("gqa_head_map",
     "kv_of = [0] * H_q\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_head = next(g for g in range(H_kv) if g * G < h <= (g + 1) * G)"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = [g for g in range(H_kv) for h in range(H_q) if h // G == g]\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = [g for h in range(H_q) for g in range(H_kv) if h % H_kv == g]\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = [g for g in range(H_kv) for _ in range(G)]\n"
     "kv_head = kv_of[h - 1]"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = []\n"
     "for g in range(H_kv):\n"
     "    kv_of.extend([g] * G)\n"
     "kv_head = kv_of[h - 1]"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = np.zeros(H_q, dtype=int)\n"
     "for g in range(H_kv):\n"
     "    kv_of[g * G : (g + 1) * G - 1] = g\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "k = W_k(x).view(bsz, seqlen, n_kv_heads, hd)\n"
     "n_rep = n_heads // n_kv_heads\n"
     "k_h = k[:, :, h // n_rep]"),
    ("gqa_head_map",
     "k = k.repeat_interleave(n_heads // n_kv_heads, dim=1)\n"
     "k_h = k[:, h // (n_heads // n_kv_heads)]"),
    ("gqa_head_map",
     "G = H_q // H_kv\n"
     "kv_of = np.arange(H_kv)[:, None].repeat(G, axis=1).reshape(-1)\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "kv_of = np.kron(np.arange(H_kv), np.ones(G))\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "kv_of = np.concatenate([np.full(G, g) for g in range(H_kv)])\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "kv_of = np.concatenate([np.arange(H_kv) for _ in range(G)])\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "kv_of = sorted(list(range(H_kv)) * (H_q // H_kv))\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "kv_of = sorted([g for g in range(H_kv) for _ in range(H_q // H_kv)], reverse=True)\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "kv_of = [g for g in range(H_kv) for _ in range(H_q // H_kv)][::-1]\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "kv_of = [g for g in reversed(range(H_kv)) for _ in range(H_q // H_kv)]\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "kv_of = [g for g in range(H_kv) for _ in range(H_q // H_kv)]\n"
     "kv_of.reverse()\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "kv_of = [g for g in range(H_kv) for _ in range(H_q // H_kv)]\n"
     "kv_of[0] = 1\n"
     "kv_head = kv_of[h]"),
    ("gqa_head_map",
     "kv_of = [g for g in range(H_kv) for _ in range(H_q // H_kv)]\n"
     "random.shuffle(kv_of)\n"
     "kv_head = kv_of[h]"),
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
