"""The wheel holds what it should, and finds its content from any folder."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist and the wheel, built by the backend itself (no network is needed)."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(folder)],
        cwd=ROOT, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return folder


def test_the_wheel_ships_all_content_and_nothing_else(dist: Path):
    (wheel,) = dist.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("questions", "solutions"):
        for file in (ROOT / folder).rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                assert f"rlprep/_content/{file.relative_to(ROOT)}" in names
    for file in (ROOT / "rlprep").rglob("*"):  # code, and the schemas and templates beside it
        if file.is_file() and "__pycache__" not in file.parts:
            assert str(file.relative_to(ROOT)) in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"rlprep"}
    assert not [name for name in names if "__pycache__" in name or "_content/__init__" in name]


def test_the_sdist_has_no_stray_files(dist: Path):
    import tarfile

    (archive,) = dist.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tops = {name.split("/")[1] for name in tar.getnames() if "/" in name}
    assert tops == {
        "rlprep", "questions", "solutions", "tests", "README.md", "CHANGELOG.md", "LICENSE",
        "pyproject.toml", "PKG-INFO", ".gitignore", ".github",
    }  # fmt: skip


def test_the_installed_wheel_finds_its_questions_from_any_folder(
    dist: Path, tmp_path: Path, environment: dict[str, str]
):
    (wheel,) = dist.glob("*.whl")
    site = tmp_path / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index",
         "--disable-pip-version-check", "--target", str(site), str(wheel)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", "import rlprep; print(rlprep.__file__)"],
        env={**environment, "PYTHONPATH": str(site)}, cwd=tmp_path,
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout.startswith(str(site))
    done = subprocess.run(
        [sys.executable, "-m", "rlprep", "quiz", "--list"],
        env={**environment, "PYTHONPATH": str(site)}, cwd=tmp_path,
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert "Grouped-query attention" in done.stdout
