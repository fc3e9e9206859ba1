"""Maps of heads that loops and lists fill, entry by entry."""

import pytest

from tests.formula.decide.verdicts import assert_accepted, assert_told_apart

MAP = "gqa_head_map"

RIGHT = [
    (MAP,
     "kv_of = {}\n"
     "n_rep = n_q_heads // n_kv_heads\n"
     "for g in range(n_kv_heads):\n"
     "    for r in range(n_rep):\n"
     "        kv_of[g * n_rep + r] = g"),
    (MAP,
     "kv_of = {}\n"
     "n_rep = n_q_heads // n_kv_heads\n"
     "for r in range(n_rep):\n"
     "    for g in range(n_kv_heads):\n"
     "        kv_of[g * n_rep + r] = g"),
    (MAP,
     "kv_of = {}\n"
     "n_rep = n_q_heads // n_kv_heads\n"
     "for g in range(n_kv_heads):\n"
     "    for h in range(g * n_rep, (g + 1) * n_rep):\n"
     "        kv_of[h] = g"),
    (MAP,
     "kv_of = {}\n"
     "n_rep = n_q_heads // n_kv_heads\n"
     "for g in range(n_kv_heads):\n"
     "    kv_of[g * n_rep : (g + 1) * n_rep] = g"),
    (MAP,
     "kv_of = {}\n"
     "n_rep = n_q_heads // n_kv_heads\n"
     "for h in range(n_q_heads):\n"
     "    kv_of[h] = h // n_rep"),
    (MAP,
     "kv_of = [g for g in range(n_kv_heads) for _ in range(n_q_heads // n_kv_heads)]"),
    (MAP,
     "kv_of = torch.tensor([g for g in range(n_kv_heads) for _ in range(n_rep)])"),
    (MAP,
     "kv = [(h + 1) // (n_heads // n_kv_heads) for h in range(-1, n_heads - 1)]"),
    (MAP,
     "kv_of = {}\n"
     "for i in range(H):\n"
     "    kv_of[i] = i * H_kv // H"),
    (MAP,
     "kv_of = {}\n"
     "n_rep = n_q_heads // n_kv_heads\n"
     "kv_of = []\n"
     "for g in range(n_kv_heads):\n"
     "    for r in range(n_rep):\n"
     "        kv_of.append(g)"),
    (MAP,
     "kv_of = {}\n"
     "n_rep = n_q_heads // n_kv_heads\n"
     "kv_of = []\n"
     "for g in range(n_kv_heads):\n"
     "    kv_of += [g] * n_rep"),
    (MAP,
     "kv_of = {}\n"
     "n_rep = n_q_heads // n_kv_heads\n"
     "kv_of = []\n"
     "for g in range(n_kv_heads):\n"
     "    kv_of.extend([g] * n_rep)"),
    (MAP,
     "kv_of = {}\n"
     "n_rep = n_q_heads // n_kv_heads\n"
     "kv_of = []\n"
     "for h in range(n_q_heads):\n"
     "    kv_of.append(h // n_rep)"),
    (MAP,
     "kv_of = {}\n"
     "n_rep = n_q_heads // n_kv_heads\n"
     "kv_of = [0] * n_q_heads\n"
     "for h in range(n_q_heads):\n"
     "    kv_of[h] = h // n_rep"),
    (MAP,
     r"\mathrm{kv}(h) = j \iff jG \le h < (j+1)G, \qquad G = H_q/H_{kv}"),
    (MAP,
     r"kv(jG + r) = j, \quad 0 \le r < G, G = H_q/H_{kv}"),
    (MAP,
     r"kv(h + 1) = \lfloor (h + 1) / G \rfloor, G = H_q/H_{kv}"),
    (MAP,
     "kv(h) = j, jG <= h < (j+1)G, G = H_q / H_kv"),
    (MAP,
     "kv(h) = j if jG <= h < (j+1)G"),
    (MAP,
     r"kv(h) = \lfloor h/G \rfloor, 0 \le h < H_q"),
    (MAP,
     r"kv(h) = \lfloor h/G \rfloor, G = H_q / H_{kv}"),
    (MAP,
     r"k(h) = \lfloor h H_{kv} / H_q \rfloor"),
]  # fmt: skip

WRONG = [
    (MAP,
     "kv_of = {}\n"
     "n_rep = n_q_heads // n_kv_heads\n"
     "for g in range(n_kv_heads):\n"
     "    for r in range(n_rep):\n"
     "        kv_of[g * n_rep + r] = r",
     "mod_group"),
    (MAP,
     "kv_of = {}\n"
     "n_rep = n_q_heads // n_kv_heads\n"
     "for g in range(n_kv_heads):\n"
     "    for r in range(n_rep):\n"
     "        kv_of[r * n_kv_heads + g] = g",
     None),
    (MAP,
     "kv_of = {}\n"
     "n_rep = n_q_heads // n_kv_heads\n"
     "for g in range(n_kv_heads):\n"
     "    for r in range(n_rep):\n"
     "        kv_of[r * n_rep + g] = g",
     None),
    (MAP,
     "kv_of = {}\n"
     "n_rep = n_q_heads // n_kv_heads\n"
     "for g in range(n_rep):\n"
     "    for r in range(n_kv_heads):\n"
     "        kv_of[g * n_rep + r] = g",
     None),
    (MAP,
     "kv_of = {}\n"
     "n_rep = n_q_heads // n_kv_heads\n"
     "for g in range(n_kv_heads):\n"
     "    for r in range(n_rep):\n"
     "        kv_of[g * n_rep + r + 1] = g",
     None),
    (MAP,
     "kv_of = {}\n"
     "n_rep = n_q_heads // n_kv_heads\n"
     "for g in range(n_kv_heads - 1):\n"
     "    for r in range(n_rep):\n"
     "        kv_of[g * n_rep + r] = g",
     None),
    (MAP,
     "kv_of = {}\n"
     "n_rep = n_q_heads // n_kv_heads\n"
     "for g in range(n_kv_heads):\n"
     "    for r in range(n_rep - 1):\n"
     "        kv_of[g * n_rep + r] = g",
     None),
    (MAP,
     "kv_of = {}\n"
     "n_rep = n_q_heads // n_kv_heads\n"
     "for g in range(n_kv_heads):\n"
     "    for h in range(g * n_rep, (g + 1) * n_rep):\n"
     "        kv_of[h] = h % n_rep",
     "mod_group"),
    (MAP,
     "kv_of = {}\n"
     "n_rep = n_q_heads // n_kv_heads\n"
     "for g in range(n_kv_heads):\n"
     "    kv_of[g * n_rep : (g + 1) * n_rep] = g + 1",
     "shifted"),
    (MAP,
     "kv_of = {}\n"
     "n_rep = n_q_heads // n_kv_heads\n"
     "for g in range(n_kv_heads):\n"
     "    kv_of[g * n_kv_heads : (g + 1) * n_kv_heads] = g",
     None),
    (MAP,
     "kv_of = {}\n"
     "n_rep = n_q_heads // n_kv_heads\n"
     "for g in range(n_kv_heads):\n"
     "    kv_of[g : g + n_rep] = g",
     None),
    (MAP,
     "kv_of = [g for _ in range(n_q_heads // n_kv_heads) for g in range(n_kv_heads)]",
     None),
    (MAP,
     "kv_of = [g for g in range(n_q_heads // n_kv_heads) for _ in range(n_kv_heads)]",
     None),
    (MAP,
     "kv_of = [r for g in range(n_kv_heads) for r in range(n_q_heads // n_kv_heads)]",
     "mod_group"),
    (MAP,
     "for h in range(n_heads):\n"
     "    kv[h + 1] = h // (n_heads // n_kv_heads)",
     None),
    (MAP,
     "for h in range(n_kv_heads):\n"
     "    kv[h] = h // (n_heads // n_kv_heads)",
     None),
    (MAP,
     "kv = [h // (n_heads // n_kv_heads) for h in range(1, n_heads)]",
     None),
    (MAP,
     "kv = [h // (n_heads // n_kv_heads) for h in range(n_kv_heads)]",
     None),
    (MAP,
     "[h % (n_heads // n_kv_heads) for h in range(n_heads)]",
     "mod_group"),
    (MAP,
     "kv_of = {}\n"
     "n_rep = n_q_heads // n_kv_heads\n"
     "kv_of = []\n"
     "for h in range(n_q_heads):\n"
     "    kv_of.append(h % n_kv_heads)",
     "mod_not_floor"),
    (MAP,
     "kv_of = {}\n"
     "n_rep = n_q_heads // n_kv_heads\n"
     "kv_of = []\n"
     "for g in range(n_rep):\n"
     "    kv_of += [g] * n_kv_heads",
     None),
    (MAP,
     "kv_of = {}\n"
     "n_rep = n_q_heads // n_kv_heads\n"
     "kv_of = []\n"
     "for g in range(n_kv_heads):\n"
     "    kv_of += [g + 1] * n_rep",
     "shifted"),
    (MAP,
     "kv_of = {}\n"
     "n_rep = n_q_heads // n_kv_heads\n"
     "kv_of = []\n"
     "for r in range(n_rep):\n"
     "    for g in range(n_kv_heads):\n"
     "        kv_of.append(g)",
     None),
    (MAP,
     r"kv(jG + r) = r, \quad 0 \le r < G, G = H_q/H_{kv}",
     "mod_group"),
    (MAP,
     r"kv(jG + r) = j, \quad 0 < r \le G, G = H_q/H_{kv}",
     None),
    (MAP,
     r"kv(h + 1) = \lfloor h / G \rfloor, G = H_q/H_{kv}",
     None),
    (MAP,
     r"kv(r H_{kv} + j) = j, 0 \le j < H_{kv}",
     None),
    (MAP,
     "kv(h) = j, jG < h <= (j+1)G, G = H_q / H_kv",
     None),
    (MAP,
     "kv(h) = j, jH_{kv} <= h < (j+1)H_{kv}",
     None),
    (MAP,
     "kv(h) = j + 1, jG <= h < (j+1)G, G = H_q / H_kv",
     "shifted"),
    (MAP,
     r"kv(h) = h, 0 \le h < H_q",
     "identity"),
]  # fmt: skip

OPEN = [
    (MAP,
     "kv_of = {}\n"
     "n_rep = n_q_heads // n_kv_heads\n"
     "kv_of = [0]\n"
     "for g in range(n_kv_heads):\n"
     "    kv_of += [g] * n_rep"),
    (MAP,
     r"kv(jG + r) = j, \quad 0 \le r \le G, G = H_q/H_{kv}"),
    (MAP,
     "kv(r H_{kv} + j) = j"),
    (MAP,
     "kv(h) = j, jG <= h, G = H_q / H_kv"),
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
