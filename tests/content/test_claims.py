"""Claims of the model answers that a few lines of arithmetic can hold to account."""

import numpy as np
import pytest


def recall(pairs: int, *, softmax: bool, width: int = 64, trials: int = 40, seed: int = 0) -> float:
    """Share of stored keys whose value fits best what attention reads with that key."""
    generator = np.random.default_rng(seed)
    right = []
    for _ in range(trials):
        keys, values = generator.standard_normal((2, pairs, width))
        values /= np.linalg.norm(values, axis=1, keepdims=True)
        if softmax:
            logits = keys @ keys.T / width**0.5
            weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        else:
            features = np.where(keys >= 0, keys + 1, np.exp(np.minimum(keys, 0)))
            weights = features @ features.T
        read = weights @ values / weights.sum(axis=1, keepdims=True)
        right.append(((read @ values.T).argmax(axis=1) == np.arange(pairs)).mean())
        if pairs > 500:
            break
    return float(np.mean(right))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_softmax_reads_back_all_of_1024_pairs_and_elu_features_few(seed: int):
    """solutions/attention/linear_attention.md and follow_ups/softmax_wins.md."""
    assert recall(1024, softmax=True, seed=seed) > 0.998
    assert recall(8, softmax=False, seed=seed) == pytest.approx(0.5, abs=0.1)
    assert recall(64, softmax=False, seed=seed) == pytest.approx(1 / 20, abs=0.02)


def test_ten_importance_ratios_leave_under_one_percent_of_the_sample():
    """solutions/policy_gradient/on_off_policy.md: the second moment of one ratio, and of ten."""
    behaviour, target = np.array([0.5, 0.5]), np.array([0.9, 0.1])
    second_moment = float((target**2 / behaviour).sum())
    assert second_moment == pytest.approx(1.64)
    assert second_moment**10 == pytest.approx(141, abs=0.5)
    assert round(second_moment**20, -2) == 19_800
    assert 1 / second_moment**10 == pytest.approx(0.007, abs=0.0002)


def test_cache_of_llama_2_70b():
    """solutions/attention/gqa.md: 80 layers, 64 query heads, 8 KV heads, width 128, 16 bits."""
    per_token = 2 * 80 * 8 * 128 * 2
    assert per_token == 327_680
    assert per_token * 4096 * 16 == 20 * 2**30
    assert per_token * (64 // 8) * 4096 * 16 == 160 * 2**30


def test_linear_state_equals_a_gqa_8_cache_at_516_tokens():
    """solutions/follow_ups/kv_4x.md: float32 state of 32 heads against 16-bit keys and values."""
    state_bytes = 32 * (128 * 128 + 128) * 4
    cache_bytes_per_token = 2 * 8 * 128 * 2
    assert state_bytes == 2_113_536
    assert state_bytes / cache_bytes_per_token == 516
