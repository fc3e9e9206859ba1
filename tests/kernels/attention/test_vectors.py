"""Numbers of torch, transformers, fla, performer and x-transformers through our kernels."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from rlprep.kernels.attention.grouped import grouped_query_attention
from rlprep.kernels.attention.kv_cache import packed_decode
from rlprep.kernels.attention.linear import (
    LinearState,
    elu_features,
    linear_attention,
    linear_attention_chunked,
    linear_attention_parallel,
    linear_attention_recurrent,
)
from rlprep.kernels.attention.softmax import softmax_attention

DATA = Path(__file__).parents[2] / "data" / "attention_vectors.json"
CASES: list[dict[str, Any]] = json.loads(DATA.read_text("utf-8"))["cases"]
CAUSAL_FORMS = {
    "parallel": linear_attention_parallel,
    "recurrent": linear_attention_recurrent,
    "chunked": linear_attention_chunked,
}


def chosen(*prefixes: str) -> list[Any]:
    return [
        pytest.param(case, id=case["id"])
        for case in CASES
        if case["id"].startswith(prefixes) and not case["id"].endswith("trap")
    ]


def tensors(case: dict[str, Any], *names: str) -> list[Tensor]:
    return [torch.tensor(case["inputs"][name], dtype=torch.float64) for name in names]


def close(ours: Tensor, case: dict[str, Any]) -> None:
    expected = torch.tensor(case["output"], dtype=torch.float64)
    torch.testing.assert_close(ours, expected, rtol=1e-12, atol=1e-13)


def test_the_file_has_all_its_cases_and_each_has_a_test():
    assert len({case["id"] for case in CASES}) == 19
    tested = chosen("softmax", "gqa", "mqa", "mha", "linear")
    assert len(tested) == 18  # and the trap below


@pytest.mark.parametrize("case", chosen("softmax"))
def test_softmax_vectors(case: dict[str, Any]):
    inputs, params = case["inputs"], case["params"]
    mask = None
    if "attn_mask" in inputs:
        mask = torch.tensor(inputs["attn_mask"])
    elif "key_mask" in inputs:
        mask = torch.tensor(inputs["key_mask"])[:, None, None, :]
    ours = softmax_attention(
        *tensors(case, "q", "k", "v"),
        attn_mask=mask,
        is_causal=params.get("causal", False),
        scale=params.get("scale"),
    )
    close(ours, case)


@pytest.mark.parametrize("case", [c for c in CASES if c["id"].endswith("trap")], ids=["top_left"])
def test_softmax_causal_top_left_trap_is_what_the_kernel_does_not_do(case: dict[str, Any]):
    query, key, value = tensors(case, "q", "k", "v")
    ours = softmax_attention(query, key, value, is_causal=True)
    trap = torch.tensor(case["output"], dtype=torch.float64)
    assert (ours - trap).abs().max() > 0.1
    aligned_at_the_first = torch.ones(query.shape[-2], key.shape[-2], dtype=torch.bool).tril()
    close(softmax_attention(query, key, value, attn_mask=aligned_at_the_first), case)


@pytest.mark.parametrize("case", chosen("gqa", "mqa", "mha"))
def test_grouped_vectors(case: dict[str, Any]):
    query, key, value = tensors(case, "q", "k", "v")
    ours = grouped_query_attention(query, key, value, is_causal=case["params"]["causal"])
    close(ours, case)
    if query.shape[2] == 1:
        close(packed_decode(query, key, value), case)


@pytest.mark.parametrize("form", CAUSAL_FORMS)
@pytest.mark.parametrize("case", [c for c in chosen("linear") if "full" not in c.id])
def test_causal_linear_vectors(case: dict[str, Any], form: str):
    params = case["params"]
    start = None
    if "initial_state" in case["inputs"]:
        (memory,) = tensors(case, "initial_state")
        start = LinearState(memory, torch.zeros_like(memory[..., 0]))
    output, state = CAUSAL_FORMS[form](
        *tensors(case, "q", "k", "v"),
        state=start,
        features=(lambda x: x) if not params.get("normalize", True) else elu_features,
        eps=params.get("eps", 0.0),
        normalize=params.get("normalize", True),
    )
    close(output, case)
    if "final_state" in case["inputs"]:
        (final,) = tensors(case, "final_state")
        torch.testing.assert_close(state.memory, final, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("case", [c for c in chosen("linear") if "full" in c.id])
def test_full_linear_vectors(case: dict[str, Any]):
    close(linear_attention(*tensors(case, "q", "k", "v"), eps=case["params"]["eps"]), case)
