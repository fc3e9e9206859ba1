"""The wheel and the sdist hold what they should; the wheel alone is a working rlprep.

Alone means with what the package depends on and nothing of its extras: the libraries of the extras
are hidden from the installed package, as in an environment in which they were never installed.
"""

import email
import email.message
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from rlprep import __version__

ROOT = Path(__file__).parent.parent
OF_EXTRAS = ("torch", "jaxtyping", "matplotlib", "genanki", "distributed", "dask")
# An environment in which these were never installed, as imports and as installed packages.
HIDE = f"""\
import importlib.machinery, sys

class Finder(importlib.machinery.PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in {OF_EXTRAS!r} else super().find_spec(name, path)

    @classmethod
    def find_distributions(cls, *context):
        found = super().find_distributions(*context)
        return (each for each in found if each.metadata["Name"] not in {OF_EXTRAS!r})

sys.meta_path[sys.meta_path.index(importlib.machinery.PathFinder)] = Finder
"""
Alone = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist and the wheel, built by the backend itself (no network is needed)."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(folder)],
        cwd=ROOT, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def wheel(dist: Path) -> zipfile.ZipFile:
    (path,) = dist.glob("*.whl")
    return zipfile.ZipFile(path)


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> email.message.Message:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return email.message_from_bytes(wheel.read(name))


@pytest.fixture(scope="module")
def site(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the wheel alone is installed, beside a Python that has no library of the extras."""
    (path,) = dist.glob("*.whl")
    folder = tmp_path_factory.mktemp("site")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index",
         "--disable-pip-version-check", "--target", str(folder), str(path)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    (folder / "sitecustomize.py").write_text(HIDE)
    return folder


@pytest.fixture
def alone(site: Path, tmp_path: Path, environment: dict[str, str]) -> Alone:
    """Run the installed command in an empty folder."""
    here = tmp_path / "here"
    here.mkdir()

    def rlprep(*arguments: str, typed: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "rlprep", *arguments],
            env={**environment, "PYTHONPATH": str(site)}, cwd=here, input=typed or "",
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    return rlprep


def _tracked() -> set[str]:
    """Return the files that git keeps or would keep, from the root; none without git."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return {name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()}


def test_the_wheel_ships_all_content_and_nothing_else(wheel: zipfile.ZipFile):
    names = set(wheel.namelist())
    for folder in ("questions", "solutions"):
        for file in (ROOT / folder).rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                assert f"rlprep/_content/{file.relative_to(ROOT)}" in names
    for file in (ROOT / "rlprep").rglob("*"):  # code, and the schemas and templates beside it
        if file.is_file() and "__pycache__" not in file.parts:
            assert str(file.relative_to(ROOT)) in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"rlprep"}
    assert not [name for name in names if "__pycache__" in name or "_content/__init__" in name]
    info = f"rlprep-{__version__}.dist-info"
    assert f"{info}/licenses/LICENSE" in names
    assert b"rlprep = rlprep.cli:main" in wheel.read(f"{info}/entry_points.txt")
    if tracked := _tracked():
        ours = {name.replace("rlprep/_content/", "", 1) for name in names if info not in name}
        assert ours <= tracked


def test_the_sdist_has_no_stray_files(dist: Path):
    (archive,) = dist.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        names = {name.split("/", 1)[1] for name in tar.getnames() if "/" in name}
    assert {name.split("/")[0] for name in names} == {
        "rlprep", "questions", "solutions", "tests", "README.md", "CHANGELOG.md", "LICENSE",
        "pyproject.toml", "PKG-INFO", ".gitignore", ".github", ".ci",
    }  # fmt: skip
    if tracked := _tracked():
        assert names == tracked | {"PKG-INFO"}


def test_nothing_that_is_shipped_knows_where_it_was_built(wheel: zipfile.ZipFile):
    here = str(ROOT).encode()
    for name in wheel.namelist():
        assert here not in wheel.read(name), name


def test_the_metadata_is_whole_and_invents_nothing(metadata: email.message.Message):
    assert (metadata["Name"], metadata["Version"]) == ("rlprep", __version__)
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11"
    assert len(metadata["Summary"]) < 120
    assert metadata.get_all("Project-URL") is None
    assert metadata["Home-page"] is None
    assert metadata["Author-email"] is None
    extras = set(metadata.get_all("Provides-Extra", []))
    assert extras == {"grade", "cluster", "labs", "anki", "all", "test"}
    needs = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert not [line for line in needs if line.startswith(OF_EXTRAS)]
    assert str(metadata.get_payload()).startswith("# rlprep\n")


def test_the_version_is_written_once(alone: Alone):
    assert alone("--version").stdout == f"rlprep {__version__}\n"
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f"\n## {__version__} - " in changes
    for text in ((ROOT / "pyproject.toml").read_text(), (ROOT / "README.md").read_text("utf-8")):
        assert f'"{__version__}"' not in text


def test_the_installed_wheel_is_the_one_that_runs(alone: Alone, site: Path, environment):
    done = subprocess.run(
        [sys.executable, "-c", "import rlprep; print(rlprep.__file__)"],
        env={**environment, "PYTHONPATH": str(site)}, cwd=site.parent,
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout.startswith(f"{site}{os.sep}")
    assert "Grouped-query attention" in alone("quiz", "--list").stdout


def test_alone_it_holds_interviews_and_checks_formulas(alone: Alone):
    judged = alone(
        "quiz", "--question", "gae", "--answer", "-", "--json",
        typed="The TD residual is delta_t = r_t + gamma V(s_{t+1}) - V(s_t), the base of all.",
    )  # fmt: skip
    assert judged.returncode == 0, judged.stderr
    assert {"id": "delta", "state": "found"}.items() <= json.loads(judged.stdout)["points"][
        0
    ].items()
    for formula, code in (("E[min(r*A, clip(r,1-eps,1+eps)*A)]", 0), ("E[r*A]", 1), ("E[", 3)):
        done = alone("check-formula", "ppo_clip", formula, "--json", "--keep")
        assert done.returncode == code, done.stderr
        assert json.loads(done.stdout)["verdict"]
    assert "ppo_clip" in alone("progress").stdout
    assert alone("review").returncode == 0
    assert alone("export", "markdown").stdout.startswith("# Policy-gradient RL")
    assert alone("export", "html", "sheet.html").returncode == 0
    calculator = ("lab", "run", "kv-cache", "--kv-heads", "4")
    for arguments in (("exercise", "start", "gae"), ("lab", "list"), calculator):
        assert alone(*arguments).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (("grade", "gae.py"), "grade"),
        (("grade", "--watch", "gae.py"), "grade"),
        (("class", "grade", ".", "--exercise", "gae"), "grade"),
        (("ci", "grade", "--exercise", "gae", "gae.py"), "grade"),
        (("lab", "run", "trust-region"), "labs"),
        (("export", "anki", "cards.apkg"), "anki"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_needs_an_extra_says_how_to_get_it(alone: Alone, arguments, extra):
    alone("exercise", "start", "gae")
    done = alone(*arguments)
    assert done.returncode == 2, done.stderr
    assert f"try: pip install 'rlprep[{extra}]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_doctor_says_what_is_missing(alone: Alone):
    done = alone("doctor")
    assert "not installed" in done.stdout
    assert "pip install 'rlprep[grade]'" in done.stdout + done.stderr
