"""The ratio and the likelihood-ratio gradient, against enumeration over a few actions."""

import math

import torch
from torch.autograd import gradcheck

from rlprep.kernels.rl.policy_gradient import importance_ratio, policy_gradient_loss
from tests.kernels.closeness import close

FLOAT = torch.float64


def test_ratio_is_the_quotient_of_probabilities():
    new, old = (
        torch.tensor([0.2, 0.5, 1e-12], dtype=FLOAT),
        torch.tensor([0.4, 0.1, 1.0], dtype=FLOAT),
    )
    ours = importance_ratio(new.log(), old.log())
    close(ours, torch.tensor([0.5, 5.0, 1e-12], dtype=FLOAT), rtol=1e-12, atol=0)


def test_the_gradient_is_that_of_the_expected_reward():
    """Enumerate three actions, each as often as its probability says, with exact weights."""
    logits = torch.tensor([0.3, -1.0, 0.5], dtype=FLOAT, requires_grad=True)
    rewards = torch.tensor([1.0, -2.0, 4.0], dtype=FLOAT)
    probs = logits.detach().softmax(0)
    # mean over 3 samples, each weighted 3π(a): the expectation under π of −log π(a) r(a)
    loss = policy_gradient_loss(logits.log_softmax(0), 3 * probs * rewards)
    (ours,) = torch.autograd.grad(loss, logits)
    p, r = probs.tolist(), rewards.tolist()
    value = sum(a * b for a, b in zip(p, r, strict=True))
    expected = [-pa * (ra - value) for pa, ra in zip(p, r, strict=True)]
    close(ours, torch.tensor(expected, dtype=FLOAT), rtol=1e-12, atol=1e-14)


def test_what_the_mask_hides_may_be_nan_and_gets_no_gradient():
    log_probs = torch.tensor([-1.0, math.nan, -2.0], dtype=FLOAT, requires_grad=True)
    advantages = torch.tensor([3.0, math.inf, 5.0], dtype=FLOAT)
    mask = torch.tensor([True, False, True])
    loss = policy_gradient_loss(log_probs, advantages, mask=mask)
    loss.backward()
    assert loss.item() == (3 + 10) / 2
    assert log_probs.grad is not None
    assert log_probs.grad.tolist() == [-1.5, 0.0, -2.5]


def test_gradients():
    random = torch.Generator().manual_seed(0)
    one, two = (torch.randn(5, generator=random, dtype=FLOAT, requires_grad=True) for _ in "ab")
    assert gradcheck(importance_ratio, (one, two))
    assert gradcheck(policy_gradient_loss, (one, two))
