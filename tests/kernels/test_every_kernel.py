"""The rules that every kernel keeps: its dtype and device, its inputs left alone, its refusals."""

import inspect
import math
import pkgutil
from importlib import import_module

import jaxtyping
import pytest
import torch

import rlprep.kernels
from rlprep.kernels.validation import KernelInputError, check_finite
from tests.kernels.catalogue import CATALOGUE, Entry
from tests.kernels.closeness import close, same

EACH_KERNEL = pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.name)
HAS_GPU = torch.cuda.is_available()
DEVICES = ["cpu", "cuda"] if HAS_GPU else ["cpu"]

# Kernels whose arguments are functions or plain numbers: their refusals have tests of their own.
NO_TENSOR_TABLE = {
    "adaptive_kl_coefficient",
    "attend",
    "backward_recursion",
    "categorical_metric",
    "causal_mask",
    "conjugate_gradient",
    "elu_features",
    "fisher_vector_product",
    "gauss_newton_operator",
    "gaussian_metric",
    "kv_cache_bytes",
    "kv_cache_reduction",
    "kv_head_map",
    "natural_step",
    "resolve_mask",
    "resolve_scale",
    "select",
    "trpo_step",
    "wide",
}


def test_no_kernel_is_missing_here():
    names = set()
    for module in pkgutil.walk_packages(rlprep.kernels.__path__, "rlprep.kernels."):
        for name, found in inspect.getmembers(import_module(module.name), inspect.isfunction):
            if found.__module__ == module.name and not name.startswith(("_", "check_")):
                names.add(name)
    assert names == {entry.name for entry in CATALOGUE} | NO_TENSOR_TABLE


def test_shapes_in_annotations_are_enforced_while_tests_run():
    entry = next(entry for entry in CATALOGUE if entry.name == "gae")
    tensors = entry.inputs() | {"values": torch.zeros(5, 1, dtype=torch.float64)}
    with pytest.raises(jaxtyping.TypeCheckError):
        entry.outputs(tensors)


@EACH_KERNEL
def test_inputs_are_left_alone(entry: Entry):
    tensors = entry.inputs()
    before = {name: tensor.clone() for name, tensor in tensors.items()}
    entry.outputs(tensors)
    for name, tensor in tensors.items():
        same(tensor, before[name])


@EACH_KERNEL
@pytest.mark.parametrize(
    ("dtype", "tolerance"),
    [(torch.float32, 1e-5), (torch.float16, 1e-2), (torch.bfloat16, 8e-2)],
    ids=["float32", "float16", "bfloat16"],
)
@pytest.mark.parametrize("device", DEVICES)
def test_any_float_dtype_in_is_the_dtype_out(
    entry: Entry, dtype: torch.dtype, tolerance: float, device: str
):
    tensors = entry.inputs(dtype, device)
    exact = entry.outputs({k: t.double() if t.dtype == dtype else t for k, t in tensors.items()})
    for index, (ours, wanted) in enumerate(zip(entry.outputs(tensors), exact, strict=True)):
        a_state = index > 0 and entry.name.startswith("linear_attention_")
        assert ours.dtype == (torch.float32 if a_state else dtype)
        assert ours.device.type == device
        close(ours.double(), wanted, rtol=tolerance, atol=tolerance)


@EACH_KERNEL
@pytest.mark.skipif(not HAS_GPU, reason="no GPU here")
def test_a_gpu_gives_the_numbers_of_the_cpu(entry: Entry):
    ours = entry.outputs(entry.inputs(device="cuda"))
    for one, other in zip(ours, entry.outputs(entry.inputs()), strict=True):
        close(one.cpu(), other, rtol=1e-11, atol=1e-12)


@EACH_KERNEL
def test_a_gradient_reaches_every_float(entry: Entry):
    tensors = entry.inputs()
    leaves = [tensors[name].requires_grad_() for name in entry.floats]
    total = sum((output * (1 + output)).sum() for output in entry.outputs(tensors))
    assert isinstance(total, torch.Tensor)
    for name, slope in zip(
        entry.floats, torch.autograd.grad(total, leaves, allow_unused=True), strict=True
    ):
        assert slope is not None, name
        assert slope.isfinite().all(), name


@EACH_KERNEL
@pytest.mark.usefixtures("unchecked")
def test_a_shape_that_only_broadcasting_would_accept_is_refused(entry: Entry):
    for name, shape in (entry.floats | entry.flags).items():
        for axis, size in enumerate(shape):
            if size == 1 or (name, axis) in entry.free:
                continue
            tensors = entry.inputs()
            tensors[name] = tensors[name].narrow(axis, 0, 1)
            with pytest.raises(KernelInputError, match="expected"):
                entry.outputs(tensors)


@EACH_KERNEL
@pytest.mark.usefixtures("unchecked")
def test_an_axis_too_many_is_refused(entry: Entry):
    names = list(entry.floats | entry.flags)
    for name in names:
        if len(names) == 1:
            continue  # alone, its leading axes are free
        tensors = entry.inputs()
        tensors[name] = tensors[name].unsqueeze(0)
        with pytest.raises(KernelInputError, match="expected"):
            entry.outputs(tensors)


@EACH_KERNEL
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf], ids=str)
def test_non_finite_input_is_refused(entry: Entry, bad: float):
    for name in entry.floats:
        if (entry.name, name) in {
            ("append_to_cache", "k_cache"),
            ("append_to_cache", "v_cache"),
        }:
            continue  # not read there; packed_decode finds it
        tensors = entry.inputs()
        tensors[name].flatten()[-1].fill_(bad)
        if "mask" in tensors:
            tensors["mask"][-1] = True
        with pytest.raises(KernelInputError, match="finite, got NaN or infinity"):
            entry.outputs(tensors)


def test_a_sum_that_overflows_is_not_taken_for_a_non_finite_element():
    check_finite("here", large=torch.full((9,), 3e38), halves=torch.full((9,), 6e4).half())


@EACH_KERNEL
@pytest.mark.usefixtures("unchecked")
def test_flags_of_numbers_are_refused(entry: Entry):
    for name in entry.flags:
        for dtype in (torch.float64, torch.int64, torch.uint8):
            tensors = entry.inputs()
            tensors[name] = tensors[name].to(dtype)
            with pytest.raises(KernelInputError, match=f"expected {name} to be a tensor of bools"):
                entry.outputs(tensors)


@EACH_KERNEL
@pytest.mark.usefixtures("unchecked")
def test_mixed_dtypes_and_ints_are_refused(entry: Entry):
    for name in entry.floats:
        tensors = entry.inputs()
        integers = tensors | {name: tensors[name].long()}
        with pytest.raises(KernelInputError, match=f"expected {name} to be a tensor of floats"):
            entry.outputs(integers)
        lists = tensors | {name: tensors[name].tolist()}
        with pytest.raises(KernelInputError, match=f"expected {name} to be a tensor of floats"):
            entry.outputs(lists)
        if len(entry.floats) > 1:
            single = tensors | {name: tensors[name].float()}
            with pytest.raises(KernelInputError, match=r"expected \w+ as torch\.float"):
                entry.outputs(single)
