"""Curvature, conjugate gradient and the TRPO step, against matrices that are formed."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck

from rlprep.kernels.rl.conjugate_gradient import conjugate_gradient
from rlprep.kernels.rl.divergence import kl_categorical, kl_gaussian
from rlprep.kernels.rl.fisher import (
    categorical_metric,
    fisher_vector_product,
    gauss_newton_operator,
    gaussian_metric,
)
from rlprep.kernels.rl.trust_region import natural_step, trpo_step
from rlprep.kernels.validation import KernelInputError
from tests.kernels.closeness import close

FLOAT = torch.float64


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=FLOAT)


def small_policy(outputs: int, seed: int = 0) -> tuple[list[Tensor], Callable[[], Tensor]]:
    """Return the leaves of a two-layer policy and the function that computes its outputs."""
    states = normal(6, 3, seed=seed + 1)
    first, second = normal(3, 4, seed=seed + 2), normal(4, outputs, seed=seed + 3)
    params = [first.requires_grad_(), second.requires_grad_()]
    return params, lambda: (states @ params[0]).tanh() @ params[1]


def categorical() -> tuple[list[Tensor], Callable[[], Tensor], Callable[[], Tensor]]:
    params, logits = small_policy(3)
    old = logits().detach()
    return params, logits, lambda: kl_categorical(old, logits()).mean()


def gaussian() -> tuple[list[Tensor], Callable[[], Tensor], Callable[[], Tensor]]:
    params, outputs = small_policy(4, seed=10)
    old_mean, old_log_std = outputs().detach().chunk(2, -1)

    def kl() -> Tensor:
        mean, log_std = outputs().chunk(2, -1)
        return kl_gaussian(old_mean, old_log_std, mean, log_std).mean()

    return params, outputs, kl


def matrix_of(product: Callable[[Tensor], Tensor], size: int) -> Tensor:
    return torch.stack([product(column) for column in torch.eye(size, dtype=FLOAT)], dim=1)


def fisher_formed(params: list[Tensor], log_probs: Tensor, probs: Tensor) -> Tensor:
    """Return E[∇log π ∇log πᵀ] over rows and actions: the definition, score by score."""
    size = sum(p.numel() for p in params)
    total = torch.zeros(size, size, dtype=FLOAT)
    for row_logs, row in zip(log_probs, probs, strict=True):
        for log_prob, prob in zip(row_logs, row, strict=True):
            grads = torch.autograd.grad(log_prob, params, retain_graph=True)
            score = torch.cat([g.flatten() for g in grads])
            total += prob * torch.outer(score, score) / len(probs)
    return total


@pytest.mark.parametrize("damping", [0.0, 0.3])
def test_fisher_product_is_the_covariance_of_scores(damping: float):
    params, logits, kl = categorical()
    log_probs = logits().log_softmax(-1)
    formed = fisher_formed(params, log_probs, log_probs.detach().exp())
    formed += damping * torch.eye(len(formed), dtype=FLOAT)
    ours = matrix_of(lambda v: fisher_vector_product(kl, params, v, damping), len(formed))
    close(ours, formed, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("policy", [categorical, gaussian], ids=["categorical", "gaussian"])
def test_gauss_newton_is_the_hessian_of_the_divergence(policy: Callable[..., tuple]):
    params, outputs, kl = policy()
    now = outputs()
    metric = (
        categorical_metric(now) if policy is categorical else gaussian_metric(now.chunk(2, -1)[1])
    )
    size = sum(p.numel() for p in params)
    product = gauss_newton_operator(now, params, metric, damping=0.1)
    ours = matrix_of(product, size)
    hessian = matrix_of(lambda v: fisher_vector_product(kl, params, v, 0.1), size)
    close(ours, hessian, rtol=1e-10, atol=1e-13)
    assert torch.linalg.eigvalsh(ours).min() > 0.1 - 1e-12


@pytest.mark.parametrize("policy", [categorical, gaussian], ids=["categorical", "gaussian"])
def test_gradients_of_both_products(policy: Callable[..., tuple]):
    params, outputs, kl = policy()
    now = outputs()
    metric = categorical_metric(now) if policy is categorical else gaussian_metric(now[:, :2])
    v = normal(sum(p.numel() for p in params), seed=4).requires_grad_()
    assert gradcheck(lambda v: fisher_vector_product(kl, params, v, 0.1), (v,))
    assert gradcheck(gauss_newton_operator(now, params, metric, 0.1), (v,))


def test_parameters_without_influence_get_the_damping_alone():
    params, logits, kl = categorical()
    idle = torch.zeros(2, dtype=FLOAT, requires_grad=True)
    v = torch.ones(sum(p.numel() for p in params) + 2, dtype=FLOAT)
    ours = fisher_vector_product(kl, [*params, idle], v, 0.5)
    assert ours[-2:].tolist() == [0.5, 0.5]
    now = logits()
    product = gauss_newton_operator(now, [*params, idle], categorical_metric(now), 0.5)
    close(product(v), ours, rtol=1e-10, atol=1e-13)


def test_a_divergence_linear_in_the_parameters_has_no_curvature():
    theta = torch.ones(2, dtype=FLOAT, requires_grad=True)
    ours = fisher_vector_product(lambda: theta.sum(), [theta], torch.ones(2, dtype=FLOAT), 0.25)
    assert ours.tolist() == [0.25, 0.25]


def spd(size: int, seed: int = 0) -> Tensor:
    root = normal(size, size, seed=seed)
    return root @ root.T + torch.eye(size, dtype=FLOAT)


@pytest.mark.parametrize("size", [1, 2, 8])
def test_conjugate_gradient_solves_n_equations_in_n_steps(size: int):
    matrix, b = spd(size), normal(size, seed=1)
    x = conjugate_gradient(lambda v: matrix @ v, b, n_iters=size, rtol=0.0)
    close(x, torch.linalg.solve(matrix, b), rtol=1e-9, atol=1e-11)


def test_fewer_steps_minimise_over_the_krylov_space():
    """After k steps x is the best of span{b, Ab, ..., Aᵏ⁻¹b} in the norm of A."""
    matrix, b = spd(8), normal(8, seed=1)
    for k in range(1, 5):
        x = conjugate_gradient(lambda v: matrix @ v, b, n_iters=k, rtol=0.0)
        basis = torch.stack([torch.linalg.matrix_power(matrix, j) @ b for j in range(k)], dim=1)
        best = basis @ torch.linalg.solve(basis.T @ matrix @ basis, basis.T @ b)
        close(x, best, rtol=1e-7, atol=1e-9)


def test_trap_absolute_cg_tolerance():
    """A gradient of 1e-12 is solved like one of 1; r·r < 1e-10 would return 0 for it."""
    matrix, b = spd(5), normal(5, seed=2)
    solve = lambda rhs: conjugate_gradient(lambda v: matrix @ v, rhs)  # noqa: E731
    for scale in (1e-12, 1e-200, 1e12):
        close(solve(b * scale), solve(b) * scale, rtol=1e-9, atol=0)
    stopped = conjugate_gradient(lambda v: matrix @ v, b * 1e-12, rtol=0.0, atol=1e-5)
    assert not stopped.any()  # which is what the absolute tolerance does, on request


def test_the_tolerance_counts_products():
    matrix, b = spd(8), normal(8, seed=1)
    norms, calls = [], []

    def counted(v: Tensor) -> Tensor:
        calls.append(1)
        return matrix @ v

    for k in range(1, 9):
        x = conjugate_gradient(lambda v: matrix @ v, b, n_iters=k, rtol=0.0)
        norms.append(((b - matrix @ x).norm() / b.norm()).item())
    wanted = 1 + next(k for k, norm in enumerate(norms) if norm <= 0.05)
    conjugate_gradient(counted, b, n_iters=8, rtol=0.05)
    assert len(calls) == wanted


def test_a_right_hand_side_of_zero():
    zero = torch.zeros(3, dtype=FLOAT)
    assert conjugate_gradient(lambda v: v, zero).tolist() == [0.0] * 3
    assert natural_step(zero, lambda v: v, max_kl=0.01).tolist() == [0.0] * 3


def test_an_indefinite_matrix_is_refused():
    with pytest.raises(KernelInputError, match="positive definite matrix, got pᵀAp = -1"):
        conjugate_gradient(lambda v: -v, torch.ones(1, dtype=FLOAT))


def test_gradient_through_conjugate_gradient():
    matrix, b = spd(3), normal(3, seed=1).requires_grad_()
    # As many steps as equations: x is A⁻¹b, which is smooth in b. Not a step more.
    assert gradcheck(lambda rhs: conjugate_gradient(lambda v: matrix @ v, rhs, n_iters=3), (b,))


@pytest.mark.parametrize("scale", [1.0, 1e-9, 1e-160, 1e9], ids=lambda s: f"gradient x {s:g}")
def test_natural_step_ends_at_the_edge_of_the_model(scale: float):
    matrix, g = spd(6), normal(6, seed=1) * scale
    step = natural_step(g, lambda v: matrix @ v, max_kl=0.02)
    assert 0.5 * (step @ matrix @ step).item() == pytest.approx(0.02, rel=1e-9)
    direction = torch.linalg.solve(matrix, normal(6, seed=1))
    length = math.sqrt(2 * 0.02 / (direction @ matrix @ direction).item())
    close(step, length * direction, rtol=1e-8, atol=1e-12)


ADVANTAGES = torch.tensor([1.0, -0.5, -2.0, 0.1], dtype=FLOAT)
OLD = torch.tensor([0.5, 0.1, -0.3, 0.0], dtype=FLOAT)


def surrogate(theta: Tensor) -> Tensor:
    """E_old[r A] = E_θ[A] of a policy with one state, softmax over four actions."""
    return (theta.softmax(0) * ADVANTAGES).sum()


def mean_kl(theta: Tensor) -> Tensor:
    return kl_categorical(OLD, theta)


def test_trpo_step_improves_within_the_region_and_reports_it():
    done = trpo_step(surrogate, mean_kl, OLD, max_kl=0.01, damping=1e-6)
    assert done.accepted
    assert done.tries >= 1
    assert done.kl == pytest.approx(mean_kl(done.params).item(), rel=1e-12)
    assert 0 < done.kl <= 0.01
    gain = (surrogate(done.params) - surrogate(OLD)).item()
    assert done.improvement == pytest.approx(gain, rel=1e-12)
    assert done.expected_improvement == pytest.approx(gain, rel=0.2)


def test_a_small_trpo_step_finds_the_constrained_optimum():
    """For δ → 0 the optimum is the tilted policy π ∝ π_old exp(A / η), by Lagrange."""
    done = trpo_step(surrogate, mean_kl, OLD, max_kl=1e-6, damping=1e-9)
    low, high = 1e-3, 1e6
    for _ in range(200):  # bisect η for KL(old ‖ tilted) = δ
        eta = math.sqrt(low * high)
        low, high = (eta, high) if mean_kl(OLD + ADVANTAGES / eta) > 1e-6 else (low, eta)
    best = (surrogate(OLD + ADVANTAGES / high) - surrogate(OLD)).item()
    assert done.improvement >= (1 - 2e-3) * best * done.fraction


def test_trpo_step_changes_nothing_that_it_was_given():
    before = OLD.clone()
    trpo_step(surrogate, mean_kl, OLD, max_kl=0.01)
    assert torch.equal(OLD, before)
    assert not OLD.requires_grad


def test_a_step_that_never_holds_is_not_taken():
    done = trpo_step(surrogate, lambda t: 1.0 + mean_kl(t), OLD, max_kl=0.01, max_tries=3)
    assert (done.accepted, done.fraction, done.tries) == (False, 0.0, 3)
    assert torch.equal(done.params, OLD)


def test_a_step_that_does_not_improve_is_shortened():
    """A surrogate that rises at θ_old and falls soon after: only a short step is better."""
    narrow = lambda t: 2e-2 * surrogate(t) - 40 * ((t - OLD) ** 2).sum()  # noqa: E731
    done = trpo_step(narrow, mean_kl, OLD, max_kl=0.1, damping=1e-3, backtrack=0.5, max_tries=30)
    assert done.accepted
    assert done.tries > 3
    assert done.fraction == 0.5 ** (done.tries - 1)
    assert done.improvement > 0


def test_a_gradient_of_zero_is_no_step():
    done = trpo_step(lambda t: 0.0 * t.sum(), mean_kl, OLD, max_kl=0.01)
    assert not done.accepted
    assert torch.equal(done.params, OLD)


def test_trap_kl_direction_in_a_line_search():
    """A Gaussian policy that wants to be narrower: the two directions differ to third order.

    The line search must hold KL(old ‖ new). With the arguments exchanged the Fisher matrix is the
    same, the full step looks shorter than it is, and a step outside the region is accepted.
    """
    log_std, mean = torch.tensor([0.3], dtype=FLOAT), torch.zeros(1, dtype=FLOAT)
    right = lambda t: kl_gaussian(mean, log_std, mean, t)  # noqa: E731
    wrong = lambda t: kl_gaussian(mean, t, mean, log_std)  # noqa: E731
    ours = trpo_step(lambda t: -t.sum(), right, log_std, max_kl=0.2, damping=0.0)
    slip = trpo_step(lambda t: -t.sum(), wrong, log_std, max_kl=0.2, damping=0.0)
    assert ours.accepted
    assert slip.accepted
    assert right(ours.params).item() <= 0.2
    assert (slip.fraction, wrong(slip.params).item() <= 0.2) == (1.0, True)
    assert right(slip.params).item() > 0.26
