"""What the tests of several rooms share: the command as a process, and a small pack to spoil."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no fault of what is tested.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

# Two test processes on two processors: torch's threads would only wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

Run = Callable[..., subprocess.CompletedProcess[str]]
ROOT = Path(__file__).parent.parent

QUESTION = """\
kind: question
id: softmax
title: Softmax
minutes: 3
prompt: What does $\\operatorname{softmax}(z)$ do, and why subtract the maximum?
hints:
  - Think of $e^{1000}$.
rubric:
  - id: shift
    text: Subtracting a constant from every logit changes nothing.
    weight: 2
    examples:
      match: [softmax is shift invariant]
      no_match: [softmax depends on the shift]
misconceptions:
  - id: linear
    claim: Softmax is linear.
    correction: It is not.
    examples:
      match: [softmax is a linear map]
      no_match: [softmax is not linear]
follow_ups:
  - prompt: What is its sum?
    answer: One.
sources:
  - cite: A textbook
"""
PACK = """\
kind: pack
id: small
title: A small pack
description: One question.
parts:
  - id: S
    title: Small
    questions: [softmax]
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data folder of its own for each test."""
    return tmp_path / "home"


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "HOME": str(home.parent),
        "RLPREP_HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "TERM": "xterm-256color",
        "PYTHONWARNINGS": "error",
        "OMP_NUM_THREADS": "1",
    }


@pytest.fixture
def run(environment: dict[str, str], tmp_path: Path) -> Run:
    """Run ``rlprep`` with arguments, as a program of its own in an empty folder."""

    def rlprep(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
        extra = options.pop("env", {})
        assert isinstance(extra, dict)
        settings: dict = {
            "capture_output": True,
            "text": True,
            "timeout": 120,
            "cwd": tmp_path,
            "env": {**environment, **extra},
            **options,
        }
        if "input" not in settings:
            settings.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.run([sys.executable, "-m", "rlprep", *arguments], **settings)

    return rlprep


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A sound pack of one question."""
    folder = tmp_path / "pack"
    (folder / "questions").mkdir(parents=True)
    (folder / "solutions").mkdir()
    (folder / "questions" / "pack.yaml").write_text(PACK, "utf-8")
    (folder / "questions" / "softmax.yaml").write_text(QUESTION, "utf-8")
    (folder / "solutions" / "softmax.md").write_text("# Softmax\n\n$e^z$ normalised.\n", "utf-8")
    return folder
