"""`rlprep doctor`: what this machine can do, above all which layers of the sandbox hold."""

import platform
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import typer

from rlprep.cli.examples import examples
from rlprep.cli.options import AsJson

if TYPE_CHECKING:
    from rlprep.sandbox.probe import Probe

EXAMPLES = examples("doctor", "doctor --json")
NEEDED_FOR = {"torch": "grade", "numpy": "grade", "z3-solver": "check-formula"}


def doctor(
    as_json: AsJson = False,
) -> None:
    """Say what this machine can do, and what protects it.

    Each layer of the sandbox is tried out: a confined process attacks it.

    Exit code 0 when strict grading is possible here, 1 when something for it
    is missing.
    """
    from rlprep.sandbox.probe import probe

    libraries = {name: _version(name) for name in NEEDED_FOR}
    found = probe()
    ready = found.strict and libraries["torch"] is not None
    if as_json:
        from rlprep.report.json_text import json_line

        print(json_line(_as_data(libraries, found, ready)))
    else:
        _print_text(libraries, found, ready)
    if not ready:
        raise typer.Exit(1)


def _version(library: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(library)
    except PackageNotFoundError:
        return None


def _as_data(libraries: dict[str, str | None], found: "Probe", ready: bool) -> dict[str, Any]:
    from rlprep.sandbox.probe import LAYERS

    layers = [
        {
            "name": layer.name,
            "means": layer.means,
            "promise": layer.promise,
            "required": layer.required,
            "holds": found.holds[layer.name],
        }
        for layer in LAYERS
    ]
    return {
        "schema": "rlprep.doctor/v1",
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "libraries": libraries,
        "layers": layers,
        "strict": found.strict,
        "ready": ready,
    }


def _print_text(libraries: dict[str, str | None], found: "Probe", ready: bool) -> None:
    from rlprep.sandbox.probe import LAYERS

    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    print(f"Python {platform.python_version()} on {system}")
    for name, version in libraries.items():
        print(f"  {name:11}{version or 'not installed':16}for {NEEDED_FOR[name]}")
    print("\nThe sandbox for submissions, each layer tried out just now:")
    for layer in LAYERS:
        holds = found.holds[layer.name]
        state = "holds" if holds else "MISSING" if layer.required else "not here"
        print(f"  {layer.name:12}{state:10}{layer.means}")
        said = layer.promise if holds else f"not promised: {layer.promise}"
        print(textwrap.indent(textwrap.fill(said, 70), " " * 24))
    print()
    print(_conclusion(libraries, found, ready))


def _conclusion(libraries: dict[str, str | None], found: "Probe", ready: bool) -> str:
    if ready:
        return "Strict grading works here."
    if libraries["torch"] is None:
        return "Grading needs torch.\n  try: pip install 'rlprep[grade]'"
    if not sys.platform.startswith("linux"):
        return (
            "Strict grading needs Linux. Here a submission gets a process of its own with limits "
            "of\ntime and memory, as far as the system enforces them, and no more.\n"
            "  try: --sandbox best-effort, for files that you have read"
        )
    return (
        "Strict grading is refused here, because a required layer is missing.\n"
        "  try: a kernel from 5.13 on with Landlock enabled, in a container that allows seccomp; or"
        "\n       --sandbox best-effort, for files that you have read"
    )
