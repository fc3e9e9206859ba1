"""Machines that lack a layer: this one, with a system call taken away before anything starts."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CALLS = {
    "files": {"x86_64": 444, "aarch64": 444},  # landlock_create_ruleset
    "calls": {"x86_64": 317, "aarch64": 277},  # seccomp
    "namespaces": {"x86_64": 272, "aarch64": 97},  # unshare
}
WITHOUT_A_CALL = """
import ctypes, errno, os, struct, sys
number, *command = sys.argv[1:]
# If the call has this number, it is unknown (ENOSYS); all others are allowed.
lines = [(0x20, 0, 0, 0), (0x15, 0, 1, int(number)), (0x06, 0, 0, 0x50000 | errno.ENOSYS),
         (0x06, 0, 0, 0x7FFF0000)]
packed = b"".join(struct.pack("=HBBI", *line) for line in lines)
kept = ctypes.create_string_buffer(packed, len(packed))
header = struct.pack("@HP", len(lines), ctypes.addressof(kept))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, ctypes.c_char_p(header), 0, 0) == 0
os.execv(command[0], command)
"""
RUN = """
import sys
from rlprep.sandbox.client import Mode, Sandbox
from rlprep.sandbox.case import SandboxError
try:
    with Sandbox(Mode(sys.argv[1])) as sandbox:
        print(sandbox.run(b"def f(x): return x * 2", "f", [2.0]).value)
except SandboxError as error:
    print(error)
"""

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or platform.machine() not in ("x86_64", "aarch64"),
    reason="system calls are taken away by their Linux numbers",
)


def without(layer: str, *arguments: str) -> str:
    """Return what a Python program prints where the system call under a layer is missing."""
    number = str(CALLS[layer][platform.machine()])
    python = [sys.executable, "-c", WITHOUT_A_CALL, number, sys.executable]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*python, *arguments], capture_output=True, text=True, env=environment, timeout=60
    )
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("layer", CALLS)
def test_doctor_finds_what_is_missing(layer: str):
    found = json.loads(without(layer, "-m", "rlprep", "doctor", "--json"))
    holds = {each["name"]: each["holds"] for each in found["layers"]}
    assert holds == {each: each != layer for each in holds}
    assert found["strict"] is (layer == "namespaces")


@pytest.mark.parametrize("layer", ["files", "calls"])
def test_strict_refuses_and_best_effort_goes_on(layer: str):
    said = without(layer, "-c", RUN, "strict")
    assert said.startswith(f"strict mode is impossible here: {layer} (")
    assert "  try: run 'rlprep doctor'" in said
    assert without(layer, "-c", RUN, "best-effort") == "4.0\n"


def test_strict_does_without_namespaces():
    assert without("namespaces", "-c", RUN, "strict") == "4.0\n"
