"""Refusals of numbers and of functions, and whole messages: what, where, try."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch

from rlprep.errors import RlprepError
from rlprep.kernels.attention.grouped import (
    grouped_query_attention,
    kv_head_map,
    pool_kv_heads,
)
from rlprep.kernels.attention.kv_cache import kv_cache_bytes, kv_cache_reduction, packed_decode
from rlprep.kernels.attention.linear import LinearState, linear_attention_chunked
from rlprep.kernels.attention.softmax import online_softmax, softmax_attention
from rlprep.kernels.rl.conjugate_gradient import conjugate_gradient
from rlprep.kernels.rl.divergence import approx_kl, entropy_categorical
from rlprep.kernels.rl.fisher import (
    fisher_vector_product,
    gauss_newton_operator,
)
from rlprep.kernels.rl.gae import gae, td_residual
from rlprep.kernels.rl.policy_gradient import policy_gradient_loss
from rlprep.kernels.rl.ppo import (
    adaptive_kl_coefficient,
    ppo_clip_loss,
    ppo_kl_loss,
    ppo_value_loss,
)
from rlprep.kernels.rl.returns import discounted_return, lambda_return, n_step_return
from rlprep.kernels.rl.trust_region import natural_step, trpo_step
from rlprep.kernels.rl.vtrace import vtrace
from rlprep.kernels.validation import KernelInputError
from tests.kernels.catalogue import CATALOGUE

pytestmark = pytest.mark.usefixtures("unchecked")

ONES = torch.ones(3, dtype=torch.float64)
BOOLS = torch.zeros(3, dtype=torch.bool)


def call(kernel: Callable[..., Any], **changes: Any) -> Any:
    """Call a kernel of the catalogue with some arguments exchanged."""
    entry = next(entry for entry in CATALOGUE if entry.kernel is kernel)
    return kernel(**(entry.inputs() | entry.options | changes))


@pytest.mark.parametrize(
    ("kernel", "name"),
    [
        (discounted_return, "gamma"),
        (lambda_return, "gamma"),
        (lambda_return, "lam"),
        (n_step_return, "gamma"),
        (td_residual, "gamma"),
        (gae, "gamma"),
        (gae, "lam"),
        (vtrace, "gamma"),
    ],
)
@pytest.mark.parametrize(
    "bad", [-0.01, 1.01, math.nan, math.inf, True, "0.9", None, torch.tensor(0.9)], ids=repr
)
def test_gamma_and_lambda_are_from_0_to_1(kernel: Callable[..., Any], name: str, bad: Any):
    with pytest.raises(KernelInputError, match=f"expected {name} to be a number from 0 to 1, got"):
        call(kernel, **{name: bad})


@pytest.mark.parametrize(
    ("kernel", "name", "bad"),
    [
        (n_step_return, "n", 0),
        (n_step_return, "n", 2.0),
        (n_step_return, "n", True),
        (vtrace, "rho_bar", 0.0),
        (vtrace, "c_bar", math.nan),
        (ppo_clip_loss, "clip_eps", 0.0),
        (ppo_clip_loss, "clip_eps", -0.2),
        (ppo_clip_loss, "dual_clip", 1.1),
        (ppo_value_loss, "clip_eps", math.nan),
        (ppo_kl_loss, "beta", -1.0),
        (ppo_kl_loss, "beta", math.inf),
        (approx_kl, "estimator", "k4"),
        (softmax_attention, "scale", math.nan),
        (online_softmax, "block", 0),
        (linear_attention_chunked, "chunk", 0),
        (linear_attention_chunked, "eps", -1e-6),
        (pool_kv_heads, "num_heads", 3),
    ],
)
def test_numbers_out_of_range(kernel: Callable[..., Any], name: str, bad: Any):
    with pytest.raises(KernelInputError, match="expected"):
        call(kernel, **{name: bad})


def test_coefficients_of_a_penalty():
    for beta, kl, target in ((0.0, 0.1, 0.1), (1.0, math.nan, 0.1), (1.0, 0.1, 0.0)):
        with pytest.raises(KernelInputError, match="expected"):
            adaptive_kl_coefficient(beta, kl, target=target)


@pytest.mark.parametrize(("heads", "groups"), [(6, 4), (2, 4), (4, 0), (0, 1), (4, 2.0)])
def test_heads_must_divide_evenly(heads: int, groups: int):
    for kernel in (kv_head_map, kv_cache_reduction):
        with pytest.raises(KernelInputError, match="expected"):
            kernel(heads, groups)
    with pytest.raises(KernelInputError, match="expected"):
        pool_kv_heads(torch.ones(12, 2), num_heads=heads, num_kv_heads=groups)


def test_attention_with_heads_that_do_not_divide():
    query, cache = torch.ones(1, 6, 1, 2), torch.ones(1, 4, 3, 2)
    for kernel in (grouped_query_attention, packed_decode):
        with pytest.raises(KernelInputError, match="H = 6 query heads and H_kv = 4 key/value"):
            kernel(query, cache, cache)


def test_sizes_of_a_cache_are_counts():
    for bad in (-1, 2.0, True):
        with pytest.raises(KernelInputError, match="expected seq_len to be an int of at least 0"):
            kv_cache_bytes(1, 1, 1, bad, 1, 1)  # pyright: ignore[reportArgumentType]


def test_several_query_tokens_are_no_decoding_step():
    with pytest.raises(KernelInputError, match="expected one query token"):
        packed_decode(torch.ones(1, 2, 2, 3), torch.ones(1, 2, 4, 3), torch.ones(1, 2, 4, 3))


def test_a_mask_that_hides_everything_has_no_mean():
    with pytest.raises(KernelInputError, match="at least one sample that counts"):
        policy_gradient_loss(ONES, ONES, mask=BOOLS)


@pytest.mark.parametrize("shape", [(), (0,), (0, 3)], ids=str)
def test_a_rollout_has_a_step(shape: tuple[int, ...]):
    row = torch.zeros(shape, dtype=torch.float64)
    flags = torch.zeros(shape, dtype=torch.bool)
    with pytest.raises(KernelInputError, match="T at least 1"):
        gae(row, row, row, flags, flags, gamma=0.9, lam=0.9)


def test_rows_have_actions_and_queries_have_keys():
    with pytest.raises(KernelInputError, match="A at least 1"):
        entropy_categorical(torch.zeros(2, 0))
    with pytest.raises(KernelInputError, match="without an empty axis"):
        softmax_attention(torch.ones(2, 3), torch.ones(0, 3), torch.ones(0, 3))
    with pytest.raises(KernelInputError, match="N at least 1"):
        online_softmax(torch.ones(0), torch.ones(0, 2), block=1)


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (torch.ones(2, 5, dtype=torch.bool), r"broadcast to \[\*B, T, S\] = \(2, 4, 5\)"),
        (torch.ones(3, 2, 4, 5, dtype=torch.bool), "broadcast to"),
        ([[True] * 5] * 4, "attn_mask to be a tensor of floats, got list"),
        (torch.ones(4, 5, dtype=torch.int64), "attn_mask to be a tensor of floats"),
        (torch.ones(4, 5, dtype=torch.float32), "attn_mask as torch.float64"),
        (torch.full((4, 5), math.inf, dtype=torch.float64), "attn_mask to be finite"),
        (torch.full((4, 5), math.nan, dtype=torch.float64), "attn_mask to be finite"),
    ],
    ids=["batch for queries", "axis too many", "lists", "ints", "float32", "plus infinity", "nan"],
)
def test_masks_of_attention(mask: Any, message: str):
    with pytest.raises(KernelInputError, match=message):
        call(softmax_attention, attn_mask=mask)


@pytest.mark.parametrize(
    "state",
    [
        LinearState(torch.zeros(2, 3, 1).double(), torch.zeros(2, 3).double()),
        LinearState(torch.zeros(2, 3, 2).double(), torch.zeros(2, 1).double()),
        LinearState(torch.zeros(2, 3, 2), torch.zeros(2, 3)),
        LinearState(torch.full((2, 3, 2), math.nan).double(), torch.zeros(2, 3).double()),
    ],
    ids=["memory", "normaliser", "dtype", "nan"],
)
def test_states_of_linear_attention(state: LinearState):
    with pytest.raises(KernelInputError, match=r"expected state\."):
        call(linear_attention_chunked, state=state)


def test_functions_that_return_something_else():
    theta = torch.ones(2, dtype=torch.float64, requires_grad=True)
    v = torch.ones(2, dtype=torch.float64)
    with pytest.raises(KernelInputError, match="kl_fn to return a scalar graph"):
        fisher_vector_product(lambda: theta * 1.0, [theta], v)
    with pytest.raises(KernelInputError, match="kl_fn to return a scalar graph"):
        fisher_vector_product(lambda: theta.detach().sum(), [theta], v)
    with pytest.raises(KernelInputError, match=r"v in the size of all params, flat, \(2,\)"):
        fisher_vector_product(lambda: theta.sum(), [theta], torch.ones(3, dtype=torch.float64))
    with pytest.raises(KernelInputError, match="outputs as a graph of params"):
        gauss_newton_operator(v, [theta], lambda u: u)
    with pytest.raises(KernelInputError, match=r"matvec\(p\) in the shape of b"):
        conjugate_gradient(lambda _: torch.ones(1, dtype=torch.float64), v)
    with pytest.raises(KernelInputError, match=r"matvec\(p\) to be finite"):
        conjugate_gradient(lambda p: p * math.nan, v)
    with pytest.raises(KernelInputError, match="b to be flat"):
        conjugate_gradient(lambda p: p, torch.ones(2, 2))
    with pytest.raises(KernelInputError, match="surrogate to return a scalar graph"):
        trpo_step(lambda t: t * 1.0, lambda t: (t**2).sum(), v, max_kl=0.1)


@pytest.mark.parametrize(
    "changes",
    [{"max_kl": 0.0}, {"max_kl": 0.1, "backtrack": 1.0}, {"max_kl": 0.1, "max_tries": 0}],
    ids=str,
)
def test_options_of_a_trust_region(changes: dict[str, Any]):
    with pytest.raises(KernelInputError, match="expected"):
        trpo_step(lambda t: t.sum(), lambda t: (t**2).sum(), ONES, **changes)


def test_options_of_a_natural_step():
    with pytest.raises(KernelInputError, match="expected max_kl to be a number above 0"):
        natural_step(ONES, lambda v: v, max_kl=-1.0)


def test_whole_messages_say_what_where_and_what_to_try():
    with pytest.raises(KernelInputError) as error:
        call(gae, values=torch.zeros(5, 1, dtype=torch.float64))
    assert str(error.value) == (
        "gae: expected values in the shape of rewards, (5, 3), got (5, 1)\n"
        "  try: give every axis its full length: nothing is broadcast here"
    )
    with pytest.raises(KernelInputError) as error:
        call(gae, terminated=torch.zeros(5, 3))
    assert str(error.value) == (
        "gae: expected terminated to be a tensor of bools, got torch.float32\n"
        "  try: compare first: terminated != 0"
    )
    with pytest.raises(KernelInputError) as error:
        kv_head_map(6, 4)
    assert str(error.value) == (
        "kv_head_map: expected H to be a multiple of H_kv, got H = 6 query heads and H_kv = 4 "
        "key/value heads\n  try: every key/value head serves the same number of query heads"
    )


def test_the_error_is_a_value_error_and_of_the_family():
    assert issubclass(KernelInputError, ValueError)
    assert issubclass(KernelInputError, RlprepError)
