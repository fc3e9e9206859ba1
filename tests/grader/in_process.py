"""A stand-in for the sandbox that calls trusted code in this process, a hundred times as fast."""

import warnings
from typing import Any

import numpy as np
import torch

from rlprep.grader import reference
from rlprep.sandbox.case import Limits, Mode, Outcome, Raised, Stage, Status, Wants, Work
from rlprep.sandbox.client import Sandbox


class InProcess(Sandbox):
    """Runs like `Sandbox`, for code of ours: no limits, no confinement."""

    def __init__(self) -> None:
        super().__init__(Mode.OFF)
        self._modules: dict[bytes, dict[str, Any]] = {}
        self.runs = 0

    def wait_ready(self) -> dict[str, Any]:
        return {"layers": {}}

    def run(
        self,
        source: bytes,
        function: str,
        args: Any,
        *,
        limits: Limits | None = None,
        wants: Wants | None = None,
        seed: int = 0,
    ) -> Outcome:
        self.runs += 1
        wants = wants or Wants()
        module = self._modules.setdefault(source, {})
        if not module:
            exec(compile(source, "<submission>", "exec"), module)
        built = reference.build(args)
        before = [a.clone() if isinstance(a, torch.Tensor) else None for a in built]
        for position in wants.gradients:
            built[position].requires_grad_()
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                value = module[function](*built)
        except Exception as error:
            raised = Raised(Stage.CALL, type(error).__name__, str(error), None)
            return Outcome(Status.RAISED, error=raised)
        gradients = {p: _gradient(value, built[p]) for p in wants.gradients}
        changed = tuple(
            i
            for i, was in enumerate(before)
            if was is not None and not torch.equal(built[i].detach(), was)
        )
        # As if every value had been computed by torch on whole vectors, without exponentials.
        work = Work(100, 1 << 20, 0, 1 << 20, 0) if wants.work else None
        return Outcome(
            Status.RETURNED, _plain(value), gradients, changed, work=work, cpu_s=0.01, wall_s=0.01
        )


def _gradient(value: Any, leaf: torch.Tensor) -> np.ndarray | None:
    if not isinstance(value, torch.Tensor) or not value.requires_grad:
        return None
    (slope,) = torch.autograd.grad(value, leaf, allow_unused=True)
    return None if slope is None else slope.numpy()


def _plain(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.detach().numpy().copy()
    if isinstance(value, list | tuple):
        return type(value)(_plain(each) for each in value)
    return np.asarray(value) if isinstance(value, np.generic) else value
