"""Gradescope: the zip to upload, and what it runs for each submission.

Source: Gradescope's autograder specification (gradescope-autograders.readthedocs.io): `setup.sh`
and an executable `run_autograder` at the root of the zip, which is unpacked into
/autograder/source; the submission in /autograder/submission, `submission_metadata.json` beside it,
and the result in /autograder/results/results.json. Each submission has a container of its own.

The class's secret travels as a file of the zip, which only staff can download. In the container it
belongs to root and to nobody else, and the sandbox keeps it from the submission's processes.
"""

import io
import json
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rlprep.bank.places import CONTENT
from rlprep.cli.ci_grade import Assignment, assignment, grade, publish
from rlprep.cli.ci_install import Source
from rlprep.cli.options import SandboxChoice
from rlprep.errors import RlprepError
from rlprep.report.files import check_place, write_whole

TEMPLATES = Path(__file__).parent / "ci_templates"
SETTINGS = "assignment.json"
KEY = "class.key"
SETTINGS_SCHEMA = "rlprep.autograder/v1"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can hold


@dataclass(frozen=True)
class _File:
    name: str
    data: bytes
    mode: int = 0o644


def write_bundle(wanted: Assignment, out: Path, source: Source) -> None:
    """Write the zip; the same input gives the same bytes.

    Args:
        wanted: the assignment.
        out: the file to write.
        source: what to install.

    Raises:
        MisuseError: `out` is no place for a file.
        RlprepError: the file can't be written.
    """
    check_place(out)
    files = [
        _File("run_autograder", (TEMPLATES / "run_autograder").read_bytes(), 0o755),
        _File("setup.sh", (TEMPLATES / "setup.sh").read_bytes(), 0o755),
        _File(SETTINGS, _settings(wanted)),
        _File("requirements.txt", _requirements(source).encode()),
    ]
    if source.file:
        files.append(_File(source.file.name, source.file.read_bytes()))
    for folder, pack in zip(_pack_folders(wanted), wanted.packs, strict=True):
        files += _pack(folder, pack)
    if wanted.key:
        files.append(_File(KEY, wanted.key.read_bytes(), 0o600))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as bundle:
        for file in sorted(files, key=lambda each: each.name):
            bundle.writestr(_entry(file), file.data)
    write_whole(out, made.getvalue())


def run(root: Path) -> int:
    """Grade ROOT/submission, and write ROOT/results/results.json unless the grading failed.

    Returns:
        The exit code: 0 where there is a result, whatever the mark.
    """
    from rlprep.report.request import Request

    results = root / "results" / "results.json"
    results.unlink(missing_ok=True)  # whatever goes wrong from here on, no old mark is released
    results.parent.mkdir(exist_ok=True)
    wanted = _read_settings(root)
    report = grade([root / "submission"], wanted)
    return publish(report, [Request("gradescope", results)], 0.0)


def _requirements(source: Source) -> str:
    said = f"# Written by 'rlprep ci gradescope'; installs rlprep from {source.said}.\n"
    index = f"--extra-index-url {source.index}\n" if source.index else ""
    return f"{said}{index}{source.requirement()}\n"


def _pack_folders(wanted: Assignment) -> list[str]:
    """Return where each pack is in the zip."""
    return [f"packs/{number}" for number, _ in enumerate(wanted.packs, 1)]


def _pack(folder: str, pack: Path) -> list[_File]:
    """Return the content of a pack and nothing else of its folder, for its owner's eyes only."""
    found = [file for name in CONTENT for file in sorted((pack / name).rglob("*"))]
    return [
        _File(f"{folder}/{inside.as_posix()}", file.read_bytes(), 0o600)
        for file in found
        if file.is_file()
        for inside in (file.relative_to(pack),)
        if not any(part.startswith((".", "__")) for part in inside.parts)
    ]


def _settings(wanted: Assignment) -> bytes:
    data = {
        "schema": SETTINGS_SCHEMA,
        "exercises": list(wanted.exercises),
        "sandbox": wanted.sandbox.value,
        "packs": _pack_folders(wanted),
    }
    return (json.dumps(data, indent=2) + "\n").encode()


def _read_settings(root: Path) -> Assignment:
    source = root / "source"
    try:
        data = json.loads((source / SETTINGS).read_text("utf-8"))
        exercises, sandbox = data["exercises"], SandboxChoice(data["sandbox"])
        packs = [source / folder for folder in data.get("packs", ())]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RlprepError(
            f"the autograder's settings can't be read: {error}",
            where=str(source / SETTINGS),
            hint="make the zip again with 'rlprep ci gradescope'",
        ) from None
    key = source / KEY
    if not key.exists():
        return assignment(exercises, None, None, sandbox, packs)
    student = _student(root / "submission_metadata.json")
    return assignment(exercises, key, student, sandbox, packs)


def _student(metadata: Path) -> str:
    """Return who handed in, so that the cases of another try are the same."""
    try:
        data: Any = json.loads(metadata.read_text("utf-8"))
        who = sorted(str(user["email"]) for user in data["users"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RlprepError(
            f"Gradescope doesn't say whose submission it is: {error}", where=str(metadata)
        ) from None
    if not who:
        raise RlprepError("Gradescope names nobody for the submission", where=str(metadata))
    return " ".join(who)


def _entry(file: _File) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(file.name, _EPOCH)
    entry.create_system = 3  # Unix: the mode below counts
    entry.external_attr = (stat.S_IFREG | file.mode) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
