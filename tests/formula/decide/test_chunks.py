"""Causal linear attention in chunks of tokens, and where a loop stores its rows."""

import pytest

from tests.formula.decide.verdicts import assert_accepted, assert_told_apart

CAUSAL = "linear_attention_causal"

RIGHT = [
    (CAUSAL,
     "for s in range(0, N, C):\n"
     "    q, k, v = fQ[s:s+C], fK[s:s+C], V[s:s+C]   # fQ = phi(Q), fK = "
     "phi(K); S, z start at 0\n"
     "    A = np.tril(q @ k.T)\n"
     "    den = q @ z + A.sum(axis=1)\n"
     "    O[s:s+C] = (q @ S + A @ v) / den[:, None]\n"
     "    S += k.T @ v\n"
     "    z += k.sum(axis=0)"),
]  # fmt: skip

WRONG = [
    (CAUSAL,
     "for s in range(0, N, C):\n"
     "    q, k, v = fQ[s:s+C], fK[s:s+C], V[s:s+C]   # fQ = phi(Q), fK = "
     "phi(K); S, z start at 0\n"
     "    A = q @ k.T\n"
     "    den = q @ z + A.sum(axis=1)\n"
     "    O[s:s+C] = (q @ S + A @ v) / den[:, None]\n"
     "    S += k.T @ v\n"
     "    z += k.sum(axis=0)",
     None),
    (CAUSAL,
     "for s in range(0, N, C):\n"
     "    q, k, v = fQ[s:s+C], fK[s:s+C], V[s:s+C]   # fQ = phi(Q), fK = "
     "phi(K); S, z start at 0\n"
     "    A = np.tril(q @ k.T, k=-1)\n"
     "    den = q @ z + A.sum(axis=1)\n"
     "    O[s:s+C] = (q @ S + A @ v) / den[:, None]\n"
     "    S += k.T @ v\n"
     "    z += k.sum(axis=0)",
     None),
    (CAUSAL,
     "for s in range(0, N, C):\n"
     "    q, k, v = fQ[s:s+C], fK[s:s+C], V[s:s+C]   # fQ = phi(Q), fK = "
     "phi(K); S, z start at 0\n"
     "    A = np.tril(q @ k.T)\n"
     "    den = A.sum(axis=1)\n"
     "    O[s:s+C] = (q @ S + A @ v) / den[:, None]\n"
     "    S += k.T @ v\n"
     "    z += k.sum(axis=0)",
     None),
    (CAUSAL,
     "for s in range(0, N, C):\n"
     "    q, k, v = fQ[s:s+C], fK[s:s+C], V[s:s+C]   # fQ = phi(Q), fK = "
     "phi(K); S, z start at 0\n"
     "    S += k.T @ v\n"
     "    z += k.sum(axis=0)\n"
     "    A = np.tril(q @ k.T)\n"
     "    den = q @ z + A.sum(axis=1)\n"
     "    O[s:s+C] = (q @ S + A @ v) / den[:, None]",
     None),
    (CAUSAL,
     "for s in range(0, N, C):\n"
     "    q, k, v = fQ[s:s+C], fK[s:s+C], V[s:s+C]   # fQ = phi(Q), fK = "
     "phi(K); S, z start at 0\n"
     "    A = np.tril(q @ k.T)\n"
     "    den = q @ z + A.sum(axis=1)\n"
     "    O[s+C:s+2*C] = (q @ S + A @ v) / den[:, None]\n"
     "    S += k.T @ v\n"
     "    z += k.sum(axis=0)",
     None),
]  # fmt: skip

OPEN = [
    (CAUSAL,
     "for s in range(0, N, C):\n"
     "    q, k, v = fQ[s:s+C], fK[s:s+C], V[s:s+C]   # fQ = phi(Q), fK = "
     "phi(K); S, z start at 0\n"
     "    A = np.tril(q @ k.T)\n"
     "    den = q @ z\n"
     "    O[s:s+C] = (q @ S + A @ v) / den[:, None]\n"
     "    S += k.T @ v\n"
     "    z += k.sum(axis=0)"),
    (CAUSAL,
     "for s in range(0, N, C):\n"
     "    q, k, v = fQ[s:s+C], fK[s:s+C], V[s:s+C]   # fQ = phi(Q), fK = "
     "phi(K); S, z start at 0\n"
     "    A = np.tril(q @ k.T)\n"
     "    den = q @ z + A.sum(axis=1)\n"
     "    O[s:s+C] = (q @ S + A @ v) / den[:, None]\n"
     "    S = k.T @ v\n"
     "    z += k.sum(axis=0)"),
    (CAUSAL,
     "for s in range(0, N, C):\n"
     "    q, k, v = fQ[s:s+C], fK[s:s+C], V[s:s+C]   # fQ = phi(Q), fK = "
     "phi(K); S, z start at 0\n"
     "    A = np.tril(q @ k.T)\n"
     "    den = q @ z + A.sum(axis=1)\n"
     "    O[s:s+C] = (q @ S + A @ v) / den[:, None]\n"
     "    S += k.T @ v\n"
     "    z = k.sum(axis=0)"),
    (CAUSAL,
     "for i in range(n):\n"
     "    S = S + torch.outer(phi(k[i]), v[i])\n"
     "    z = z + phi(k[i])\n"
     "    out[i + 1] = phi(q[i]) @ S / (phi(q[i]) @ z)"),
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
