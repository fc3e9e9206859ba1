"""C declarations, reports, pairs, early returns: what statements of code say."""

import pytest

from tests.formula.decide.verdicts import assert_accepted, assert_told_apart

CACHE, REDUCTION, MAP = "kv_cache_bytes", "kv_reduction", "gqa_head_map"

RIGHT = [
    (MAP,
     "const int num_queries_per_kv = num_heads / num_kv_heads;\n"
     "const int kv_head_idx = head_idx / num_queries_per_kv;"),
    (MAP,
     "int kv_head = head / (num_heads / num_kv_heads);"),
    (MAP,
     "const int head_idx = blockIdx.x;  // one block per query head\n"
     "const int kv_head_idx = head_idx / (num_heads / num_kv_heads);"),
    (MAP,
     "int kv_head(int h, int n_heads, int n_kv_heads) {\n"
     "    return h / (n_heads / n_kv_heads);\n"
     "}"),
    (MAP,
     "const int kv_h = h / p->n_rep;"),
    (MAP,
     "int64_t kv_h = h * n_kv_heads / n_heads;"),
    (CACHE,
     "size_t bytes = 2 * (size_t) n_layers * batch * seq_len * n_kv_heads * "
     "head_dim * sizeof(half);"),
    (CACHE,
     "size_t bytes = 2 * n_layers * batch * seq_len * n_kv_heads * head_dim * bits / 8;"),
    (REDUCTION,
     "int ratio = n_heads / n_kv_heads;"),
    (REDUCTION,
     "mha = sum(2 * batch * seq_len * n_heads * head_dim * nbytes for _ in range(n_layers))\n"
     "gqa = sum(2 * batch * seq_len * n_kv_heads * head_dim * nbytes for _ in "
     "range(n_layers))\n"
     "print(mha / gqa)"),
    (REDUCTION,
     "assert n_heads % n_kv_heads == 0\n"
     "cache_mha = n_layers * batch * seq_len * (n_heads + n_heads) * head_dim * nbytes\n"
     "cache_gqa = n_layers * batch * seq_len * (n_kv_heads + n_kv_heads) * head_dim * nbytes\n"
     "savings = cache_mha // cache_gqa"),
    (REDUCTION,
     "ratio = n_heads / n_kv_heads\n"
     "print('ratio', ratio)"),
    (REDUCTION,
     "ratio = n_heads / n_kv_heads\n"
     "print(f'{ratio:.1f}x')"),
    (REDUCTION,
     "ratio = n_heads / n_kv_heads\n"
     "assert ratio >= 1\n"
     "print(ratio)"),
    (REDUCTION,
     "print(n_heads // n_kv_heads)"),
    (CACHE,
     "2 * cfg.num_hidden_layers * cfg.num_key_value_heads * cfg.head_dim * "
     "batch_size * seq_len * torch.tensor([], dtype=dtype).element_size()"),
    (CACHE,
     "2 * cfg.num_hidden_layers * cfg.num_key_value_heads * cfg.head_dim * "
     "batch_size * seq_len * torch.empty((), dtype=dtype).element_size()"),
    (CACHE,
     "2 * cfg.num_hidden_layers * cfg.num_key_value_heads * cfg.head_dim * "
     "batch_size * seq_len * np.dtype(dtype).itemsize"),
    (CACHE,
     "2 * cfg.num_hidden_layers * cfg.num_key_value_heads * cfg.head_dim * "
     "batch_size * seq_len * torch.finfo(dtype).bits // 8"),
    (MAP,
     "kv_head, _ = divmod(h, n_heads // n_kv_heads)"),
    (MAP,
     "kv_head, r = divmod(h, n_heads // n_kv_heads)"),
    (MAP,
     "g, r = divmod(h, n_heads // n_kv_heads)\n"
     "kv_head = g"),
    (MAP,
     "kv_head = divmod(h, n_heads // n_kv_heads)[0]"),
    (MAP,
     "assert n_heads % n_kv_heads == 0\n"
     "kv_head = h // (n_heads // n_kv_heads)\n"
     "print(kv_head)"),
    (MAP,
     "def repeat_kv(hidden_states, n_rep):\n"
     "    # n_rep = num_attention_heads // num_key_value_heads\n"
     "    batch, num_key_value_heads, slen, head_dim = hidden_states.shape\n"
     "    hidden_states = hidden_states[:, :, None, :, :].expand(batch, "
     "num_key_value_heads, n_rep, slen, head_dim)\n"
     "    return hidden_states.reshape(batch, num_key_value_heads * n_rep, slen, head_dim)"),
    (MAP,
     "def repeat_kv(hidden_states, n_rep):\n"
     "    batch, num_key_value_heads, slen, head_dim = hidden_states.shape\n"
     "    hidden_states = hidden_states[:, :, None, :, :].expand(batch, "
     "num_key_value_heads, n_rep, slen, head_dim)\n"
     "    return hidden_states.reshape(batch, num_key_value_heads * n_rep, slen, head_dim)"),
    (MAP,
     "def repeat_kv(hidden_states, n_rep):\n"
     "    # n_rep = num_attention_heads // num_key_value_heads\n"
     "    batch, num_key_value_heads, slen, head_dim = hidden_states.shape\n"
     "    if n_rep == 1:\n"
     "        return hidden_states\n"
     "    hidden_states = hidden_states[:, :, None, :, :].expand(batch, "
     "num_key_value_heads, n_rep, slen, head_dim)\n"
     "    return hidden_states.reshape(batch, num_key_value_heads * n_rep, slen, head_dim)"),
    (MAP,
     "def repeat_kv(x, n_rep):\n"
     "    bs, slen, n_kv_heads, head_dim = x.shape\n"
     "    return (x[:, :, :, None, :].expand(bs, slen, n_kv_heads, n_rep, "
     "head_dim).reshape(bs, slen, n_kv_heads * n_rep, head_dim))"),
    (MAP,
     "kv = h if n_rep == 1 else h // n_rep"),
    (MAP,
     "kv = h // n_rep if n_rep > 1 else h"),
    (MAP,
     "def kv(h, n_rep):\n"
     "    if n_rep == 1:\n"
     "        return h\n"
     "    return h // n_rep"),
    (REDUCTION,
     "ratio = n_heads / n_kv_heads\n"
     "print(ratio)"),
]  # fmt: skip

WRONG = [
    (MAP,
     "int kv_head = head % num_kv_heads;",
     "mod_not_floor"),
    (MAP,
     "int kv_head = head / num_kv_heads;",
     "wrong_divisor"),
    (MAP,
     "int kv_head = head * (num_kv_heads / num_heads);",
     None),
    (MAP,
     "const int kv_head = head_idx / num_kv_heads;",
     "wrong_divisor"),
    (MAP,
     "int kv_head = (head + 1) / (num_heads / num_kv_heads);",
     "shifted"),
    (MAP,
     "int n_rep = n_kv_heads / n_heads;\n"
     "int kv_head = head / n_rep;",
     None),
    (MAP,
     "int n_rep = n_heads / n_kv_heads;\n"
     "int kv_head = head % n_rep;",
     "mod_group"),
    (CACHE,
     "size_t bytes = (size_t) n_layers * batch * seq_len * n_kv_heads * "
     "head_dim * sizeof(half);",
     "missing_two"),
    (CACHE,
     "size_t bytes = 2 * n_layers * batch * seq_len * n_heads * head_dim * sizeof(half);",
     "q_heads"),
    (CACHE,
     "size_t bytes = 2 * n_layers * batch * seq_len * n_kv_heads * head_dim * (1 / 8) * bits;",
     None),
    (REDUCTION,
     "int ratio = n_kv_heads / n_heads;",
     None),
    (REDUCTION,
     "mha = sum(2 * batch * seq_len * n_heads * head_dim * nbytes for _ in range(n_layers))\n"
     "gqa = sum(2 * batch * seq_len * n_kv_heads * head_dim * nbytes for _ in "
     "range(n_layers))\n"
     "print(gqa / mha)",
     "inverted"),
    (REDUCTION,
     "assert n_heads % n_kv_heads == 0\n"
     "cache_mha = n_layers * batch * seq_len * (n_heads + n_heads) * head_dim * nbytes\n"
     "cache_gqa = n_layers * batch * seq_len * (n_kv_heads + n_heads) * head_dim * nbytes\n"
     "savings = cache_mha // cache_gqa",
     None),
    (REDUCTION,
     "print(n_kv_heads / n_heads)",
     "inverted"),
    (REDUCTION,
     "ratio = n_heads / n_kv_heads\n"
     "print(1 / ratio)",
     "inverted"),
    (CACHE,
     "cfg.num_hidden_layers * cfg.num_key_value_heads * cfg.head_dim * "
     "batch_size * seq_len * torch.tensor([], dtype=dtype).element_size()",
     "missing_two"),
    (MAP,
     "_, kv_head = divmod(h, n_heads // n_kv_heads)",
     "mod_group"),
    (MAP,
     "kv_head, _ = divmod(h, n_kv_heads)",
     "wrong_divisor"),
    (MAP,
     "r, kv_head = divmod(h, n_heads // n_kv_heads)",
     "mod_group"),
    (MAP,
     "kv_head, r = divmod(n_heads // n_kv_heads, h)",
     None),
    (MAP,
     "g, r = divmod(h, n_heads // n_kv_heads)\n"
     "kv_head = r",
     "mod_group"),
    (MAP,
     "kv_head = divmod(h, n_heads // n_kv_heads)[1]",
     "mod_group"),
    (MAP,
     "def repeat_kv(hidden_states, n_rep):\n"
     "    # n_rep = num_attention_heads // num_key_value_heads\n"
     "    batch, num_key_value_heads, slen, head_dim = hidden_states.shape\n"
     "    hidden_states = hidden_states[:, None, :, :, :].expand(batch, "
     "n_rep, num_key_value_heads, slen, head_dim)\n"
     "    return hidden_states.reshape(batch, num_key_value_heads * n_rep, slen, head_dim)",
     "mod_not_floor"),
    (MAP,
     "def repeat_kv(x, n_rep):\n"
     "    bs, slen, n_kv_heads, head_dim = x.shape\n"
     "    return (x[:, :, None, :, :].expand(bs, slen, n_rep, n_kv_heads, "
     "head_dim).reshape(bs, slen, n_kv_heads * n_rep, head_dim))",
     "mod_not_floor"),
    (MAP,
     "kv = h if n_rep == 1 else h % n_rep",
     None),
    (MAP,
     "def kv(h, n_rep):\n"
     "    if n_rep == 1:\n"
     "        return h + 1\n"
     "    return h // n_rep",
     None),
    (MAP,
     "def kv(h, n_rep):\n"
     "    if n_rep == 2:\n"
     "        return h\n"
     "    return h // n_rep",
     None),
    (MAP,
     "def repeat_kv(hidden_states, n_rep):\n"
     "    # n_rep = num_attention_heads // num_key_value_heads\n"
     "    batch, num_key_value_heads, slen, head_dim = hidden_states.shape\n"
     "    if n_rep == 2:\n"
     "        return hidden_states\n"
     "    hidden_states = hidden_states[:, :, None, :, :].expand(batch, "
     "num_key_value_heads, n_rep, slen, head_dim)\n"
     "    return hidden_states.reshape(batch, num_key_value_heads * n_rep, slen, head_dim)",
     None),
    (MAP,
     "def repeat_kv(hidden_states, n_rep):\n"
     "    # n_rep = num_attention_heads // num_key_value_heads\n"
     "    batch, num_key_value_heads, slen, head_dim = hidden_states.shape\n"
     "    if n_rep == 1:\n"
     "        return hidden_states\n"
     "    hidden_states = hidden_states[:, None, :, :, :].expand(batch, "
     "n_rep, num_key_value_heads, slen, head_dim)\n"
     "    return hidden_states.reshape(batch, num_key_value_heads * n_rep, slen, head_dim)",
     "mod_not_floor"),
    (REDUCTION,
     "ratio = n_heads / n_kv_heads\n"
     "print(1 / ratio)",
     "inverted"),
]  # fmt: skip

OPEN = [
    (MAP,
     "def repeat_kv(hidden_states, n_rep):\n"
     "    # n_rep = num_attention_heads // num_key_value_heads\n"
     "    batch, num_key_value_heads, slen, head_dim = hidden_states.shape\n"
     "    hidden_states = hidden_states[:, :, :, None, :].expand(batch, "
     "num_key_value_heads, slen, n_rep, head_dim)\n"
     "    return hidden_states.reshape(batch, num_key_value_heads * n_rep, slen, head_dim)"),
    (MAP,
     "def repeat_kv(hidden_states, n_rep):\n"
     "    # n_rep = num_attention_heads // num_key_value_heads\n"
     "    batch, num_key_value_heads, slen, head_dim = hidden_states.shape\n"
     "    hidden_states = hidden_states[:, :, None, :, :].expand(batch, "
     "num_key_value_heads, n_rep, slen, head_dim)\n"
     "    return hidden_states.reshape(batch, slen, num_key_value_heads * n_rep, head_dim)"),
    (MAP,
     "def repeat_kv(hidden_states, n_rep):\n"
     "    # n_rep = num_attention_heads // num_key_value_heads\n"
     "    batch, num_key_value_heads, slen, head_dim = hidden_states.shape\n"
     "    hidden_states = hidden_states[:, :, None, :, :].expand(batch, "
     "num_key_value_heads, n_rep, slen, head_dim)\n"
     "    return hidden_states.reshape(batch, n_rep, slen, num_key_value_heads * head_dim)"),
    (MAP,
     "def repeat_kv(hidden_states, n_rep):\n"
     "    # n_rep = num_key_value_heads // 2\n"
     "    batch, num_key_value_heads, slen, head_dim = hidden_states.shape\n"
     "    hidden_states = hidden_states[:, :, None, :, :].expand(batch, "
     "num_key_value_heads, n_rep, slen, head_dim)\n"
     "    return hidden_states.reshape(batch, num_key_value_heads * n_rep, slen, head_dim)"),
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


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (MAP, "float kv_head = head / (num_heads / num_kv_heads);"),
        (MAP, "int kv_head = h // (H / Hkv)"),
        (MAP, "assert kv_head == h // (n_heads // n_kv_heads)"),
    ],
)  # fmt: skip
def test_refuses(ask, formula, text) -> None:
    assert ask(formula, text).verdict == "unreadable"


def test_a_loss_that_is_printed_stays_a_loss(ask) -> None:
    verdict = ask(
        "ppo_clip",
        "ratio = torch.exp(logp - old_logp)\n"
        "loss = -torch.min(ratio * adv, torch.clamp(ratio, 1 - eps, 1 + eps) * adv).mean()\n"
        "print('loss', loss.item())",
    )

    assert verdict.verdict == "equivalent", verdict.message
