"""Words beside a formula leave no trace, and those that may change it stay where they are."""

import pytest

from rlprep.formula.asides import without_asides, without_remarks
from rlprep.formula.check import decide
from tests.formula.corpus.labels import specs

RATIO = "r = exp(log pi(a|s) - log pi_old(a|s))"
TD = "r_t + gamma V(s_{t+1}) - V(s_t)"


def bare(text: str) -> str:
    return without_asides(without_remarks(text))


@pytest.mark.parametrize("text", [
    f"prob ratio: {RATIO}",
    f"log-prob trick gives us: {RATIO}",
    f"{RATIO}   (bootstrap off the sample)",
    f"{RATIO}  (i.e. how much likelier a is now, say), where pi is the new policy",
    f"total loss (to be minimized) = {TD}",
    f"lambda = 0 -> {TD}",
    f"{TD} \\text{{(loss to minimise)}}",
    "td err = reward + gamma * V(next state) - V(state)",
    "adv = return to go - V(s_t)",
    RATIO,
])  # fmt: skip
def test_every_position_stays(text: str) -> None:
    assert len(bare(text)) == len(text)


@pytest.mark.parametrize(("text", "kept"), [
    (f"prob ratio: {RATIO}", RATIO),
    (f"{RATIO}   (taken per sample, as in the paper)", RATIO),
    (f"{RATIO} (so it is 1 at the start)", RATIO),
    (f"lambda = 0 → {TD}", f"lambda = 0 : {TD}"),
    ("V(next state) - V(s)", "V(next_state) - V(s)"),
    ("kv cache = 2 * B", "kv_cache = 2 * B"),
    ("total loss = x", "total_loss = x"),
])  # fmt: skip
def test_what_is_left(text: str, kept: str) -> None:
    assert bare(text).strip() == kept


@pytest.mark.parametrize("text", [
    f"{RATIO}   (inverse of the ratio)",  # a remark that turns the formula round
    "softmax(Q K^T / sqrt(d)) V   (softmax over the query axis)",
    "A (a b) c",
    "maximise the objective: E[r A]",
    "value loss: -x",  # a loss has the other sign
    "for each step: x",
    "int ratio = n_kv_heads / n_heads;",
    "if done: return",
    "x = 2 (one K, one V) * B",
    "cache = B * n * (bytes per token)",
    "class Foo:\n    pass",
])  # fmt: skip
def test_what_says_more_stays(text: str) -> None:
    assert bare(text) == text


@pytest.mark.parametrize(("formula", "text", "expected"), [
    ("ratio", "prob ratio: π_new(a|s) / π_old(a|s) = exp(logπ_new(a|s) − logπ_old(a|s))",
     "equivalent"),
    ("ratio", "prob ratio: π_old(a|s) / π_new(a|s)", "different"),
    ("gae_lambda0", "lambda=0 -> A_t = R_{t+1} + gamma*V(S_{t+1}) - V(S_t)", "equivalent"),
    ("gae_lambda0", "lambda=0 -> A_t = R_{t+1} + gamma*V(S_t) - V(S_{t+1})", "different"),
    ("td_residual", "td err = reward + gamma * V(next state) - V(state)", "equivalent"),
    ("ppo_clip", "maximize E_t[min(r_t*A_t, clip(r_t, 1-eps, 1+eps)*A_t)] w/ r_t = "
                 "exp(logp_new - logp_old)", "equivalent"),
    ("ppo_clip", "maximize E_t[min(r_t*A_t, clip(r_t, 1-eps, 1+eps)*A_t)] w/ r_t = "
                 "exp(logp_old - logp_new)", "different"),
    ("ppo_total", "total loss (to minimize) = -L_clip + c1 * L_vf - c2 * entropy", "equivalent"),
    ("ppo_total", "total loss = L_clip + c1 * L_vf - c2 * entropy", "different"),
    ("ppo_total", r"L(\theta) = -L^{CLIP} + c_1 L^{VF} - c_2 S \quad \text{(loss to minimise)}",
     "equivalent"),
    ("softmax_attention",
     "attn = softmax(QKᵀ / √d_k) · V   (softmax over the keys, so each row sums to 1)",
     "equivalent"),
    ("gae_lambda1",
     "adv = return to go - V(s_t), i.e. A_t = (r_t + γ r_{t+1} + γ² r_{t+2} + …) − V(s_t)",
     "equivalent"),
    ("kl", "KL(P‖Q) = E_{x∼P}[log P(x) − log Q(x)], where the samples x are drawn from Q",
     "undecided"),
    ("kl", "KL(P‖Q) = E_{x∼P}[log P(x) − log Q(x)], where the samples x are drawn from P",
     "equivalent"),
    ("gae_lambda0", r"\left.\sum_{l \ge 0} (\gamma\lambda)^l \delta_{t+l}\right|_{\lambda = 0}",
     "undecided"),
    ("gqa_head_map", "kv head = h // (n_heads // n_kv_heads) => with 8 q heads and 2 kv heads: "
                     "q heads 0,2,4,6 read kv 0 and 1,3,5,7 read kv 1", "undecided"),
    ("kv_reduction", "H_q / H_kv, H_kv / H_q", "undecided"),
    ("gqa_head_map", "kv(h) = h // (H_q / H_kv), h counted from 0", "equivalent"),
    ("gqa_head_map", "kv(h) = i // G", "undecided"),
    ("gqa_head_map", r"kv(h) = \lfloor h / G \rfloor, G = H_q / H_{kv}, h = 0, 1, \dots, H_q - 1",
     "equivalent"),
    ("gqa_head_map", r"kv(h) = \lfloor h / G \rfloor, G = H_q / H_{kv}, h = 1, 2, \dots, H_q",
     "undecided"),
    ("gqa_head_map", "kv(h) = floor(h / G)   (heads are counted from 1)", "undecided"),
    ("kv_cache_bytes", "m_token = 2 n_layers n_kv d_head p, M = B T m_token, where $B$ is the "
                       "batch size, $T$ the context length and $p$ the number of bytes per element "
                       "(the factor 2 is for keys and values)", "equivalent"),
    ("kv_cache_bytes", "bytes per element = b\n2 * B * L * S * H_kv * d * b", "equivalent"),
    ("softmax_attention", "softmax(Q K^T / sqrt(d)) V with d the dimension of the keys",
     "equivalent"),
])  # fmt: skip
def test_lines_with_words_are_decided_by_their_formula(formula, text, expected) -> None:
    assert decide(specs()[formula], text).verdict == expected


@pytest.mark.parametrize("word", ["a ", "(", "return to go ", "w/ ", "prob ratio: ", "next state"])
def test_no_text_of_words_holds_it_up(word: str) -> None:
    text = (word * 4000)[:4000]
    assert len(bare(text)) == len(text)
