"""What a child counts of its work: enough to take points for, nothing to give any for."""

import numpy as np
import pytest

from rlprep.sandbox.case import Status, Wants
from rlprep.sandbox.client import Sandbox


def test_work_grows_as_the_algorithm_does(strict: Sandbox):
    source = b"""
import torch


def quadratic(x):
    return (x[:, None] * x[None, :]).sum(-1)


def linear(x):
    return x.cumsum(0) * 2


def products(x):
    square = x.reshape(16, -1)
    return square @ square.T
"""

    def work(name: str, n: int):
        counted = strict.run(source, name, [np.ones(n)], wants=Wants(work=True)).work
        assert counted is not None
        return counted

    assert work("quadratic", 2048).elements / work("quadratic", 512).elements > 15
    assert work("quadratic", 512).largest == 512 * 512
    assert work("linear", 2048).elements / work("linear", 512).elements == 4
    assert work("products", 512).flops == 2 * 16 * 16 * 32


EXPONENTIALS = {
    "torch.exp(x - x.max())": 60,
    "x.clone().exp_()": 60,
    "2.0 ** x": 60,
    "torch.softmax(x.view(20, 3), -1)": 60,
    "torch.cat([s.exp() for s in x.split(7)])": 7,
    "sum(torch.exp(s) for s in x).reshape(1)": 1,
    "torch.nn.functional.scaled_dot_product_attention(*[x.view(20, 3)] * 3)": 400,
    "torch.nn.functional.scaled_dot_product_attention(*[x.view(1, 2, 10, 3)] * 3)": 200,
    "np.exp(np.asarray(x))": 60,
    "exp(x.numpy(), out=np.zeros(60))": 60,
    "np.concatenate([np.exp2(s) for s in np.split(x.numpy(), 6)])": 10,
    "np.array([math.exp(s) for s in x])": 0,
    "x + x ** 2": 0,
}


@pytest.mark.parametrize("text", EXPONENTIALS)
def test_the_most_exponentials_of_one_operation_are_counted(strict: Sandbox, text: str):
    imports = "import math, torch, numpy as np\nfrom numpy import exp\n"
    source = f"{imports}def f(x):\n    return {text}\n".encode()
    work = strict.run(source, "f", [np.linspace(0, 1, 60)], wants=Wants(work=True)).work
    assert work is not None
    assert work.exponentials == EXPONENTIALS[text]
    assert strict.run(source, "f", [np.linspace(0, 1, 60)]).status is Status.RETURNED


@pytest.mark.parametrize(
    ("claim", "asked", "status"),
    [
        ("None", True, Status.MALFORMED),
        ("[1, 1, 1, 1]", True, Status.MALFORMED),
        ("[9000, 1, 1, 1, 1]", False, Status.RETURNED),
    ],
)
def test_counts_are_there_where_they_were_asked_for_and_nowhere_else(
    strict: Sandbox, claim: str, asked: bool, status: Status
):
    source = f"""
import sys
def f(x):
    sys.modules["rlprep.sandbox.counting"].WorkCounter.report = lambda self: {claim}
    call = sys.modules["rlprep.sandbox.child"].write_report
    def lie(report, chunks):
        report["work"] = {claim}
        call(report, chunks)
    sys.modules["rlprep.sandbox.child"].write_report = lie
    return x
"""
    outcome = strict.run(source.encode(), "f", [np.ones(2)], wants=Wants(work=asked))
    assert (outcome.status, outcome.work) == (status, None)
