"""Who may import whom, and where heavy libraries may be imported at module level.

The first half is the table of the house, held against the syntax trees; the second half asks a
fresh interpreter what the quick commands really load.
"""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "rlprep"
FOUNDATION = {"errors", "content", "mathtext", "__init__"}

# room -> the other rooms that it may import. The rooms of the first block don't know each other.
ALLOWED: dict[str, set[str]] = {
    "bank": set(),
    "kernels": set(),
    "formula": set(),
    "sandbox": set(),
    "progress": set(),
    "answers": {"bank"},
    "interview": {"bank", "progress", "answers"},
    "grader": {"bank", "kernels", "sandbox"},
    "labs": {"kernels"},
    "classroom": {"bank", "sandbox", "grader"},
    "report": {
        "bank",
        "interview",
        "grader",
        "formula",
        "answers",
        "progress",
        "labs",
        "classroom",
    },
}
ALLOWED["cli"] = set(ALLOWED)
ALLOWED["__main__"] = {"cli"}
ALLOWED["pytest_plugin"] = {"bank", "grader", "sandbox"}

# What runs in the sandbox's worker and its children only; the caller's side loads neither library.
SANDBOX_CHILD = {*(f"sandbox/{name}.py" for name in ("child", "values", "callables", "counting"))}

# heavy library -> the rooms (or files) that may import it at module level.
HOMES: dict[str, set[str]] = {
    "torch": {"kernels", "labs", "grader/reference.py", *SANDBOX_CHILD},
    "numpy": {"formula", "kernels", "labs", "grader", *SANDBOX_CHILD},
    "sympy": {"formula"},
    "z3": {"formula"},
    "yaml": {"bank"},
    "pydantic": {"bank"},
    "rich": {"report", "interview"},
    "rapidfuzz": {"answers"},
    "snowballstemmer": {"answers"},
    "fsrs": {"progress"},
    "distributed": {"classroom/cluster.py"},
    "matplotlib": set(),
    "genanki": set(),
    "latex2mathml": set(),
    "markdown_it": {"report"},
}

FILES = sorted(PACKAGE.rglob("*.py"))


def imports(tree: ast.Module, *, top_level_only: bool) -> set[str]:
    """Return the dotted names that a module imports (a TYPE_CHECKING block costs nothing)."""
    found: set[str] = set()
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        if not (top_level_only and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)):
            pending += ast.iter_child_nodes(node)
    return found


def room_of(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(PACKAGE)))
def test_a_room_imports_only_its_neighbours(file: Path):
    room = room_of(file)
    names = imports(ast.parse(file.read_text("utf-8")), top_level_only=False)
    targets = {name.split(".")[1] for name in names if name.startswith("rlprep.")}
    allowed = FOUNDATION | {"__version__"}
    if room not in FOUNDATION:
        allowed = allowed | ALLOWED[room] | {room}
    assert targets <= allowed


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(PACKAGE)))
def test_a_heavy_library_is_imported_at_the_top_only_at_home(file: Path):
    names = imports(ast.parse(file.read_text("utf-8")), top_level_only=True)
    for library, homes in HOMES.items():
        if any(name == library or name.startswith(f"{library}.") for name in names):
            assert room_of(file) in homes or str(file.relative_to(PACKAGE)) in homes, library


# Python 3.11.2, which Debian 12 has, matches a possessive or atomic group wrongly.
UNRELIABLE = re.compile(r"(?:[)\]}]|\\\w)(?:[*+?]|\{[\d,]+\})\+|\(\?>")


def test_no_pattern_is_possessive():
    found = [
        (file.name, node.value)
        for file in FILES for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        and UNRELIABLE.search(node.value)
    ]  # fmt: skip
    assert found == []


def test_a_package_init_says_what_it_is_for_and_imports_nothing():
    for file in PACKAGE.rglob("__init__.py"):
        tree = ast.parse(file.read_text("utf-8"))
        assert ast.get_docstring(tree), file
        if room_of(file) != "cli":
            assert not imports(tree, top_level_only=True), file


QUICK = [["--help"], ["--version"], ["quiz", "--list"], ["quiz", "--part", "A"]]
QUICK += [["exercise", "list"], ["exercise", "show", "gae"]]
QUICK += [["lab", "list"], ["lab", "run", "kv-cache", "--kv-heads", "4"]]
QUICK += [["progress"], ["review", "--list"], ["export", "markdown", "--question", "gae"]]


@pytest.mark.parametrize("arguments", QUICK, ids=" ".join)
def test_quick_commands_load_nothing_heavy(arguments: list[str], environment: dict[str, str]):
    probe = (
        "import sys; sys.argv = ['rlprep', *sys.argv[1:]]\n"
        "from rlprep.cli import main\n"
        "try: main()\n"
        "finally: print('LOADED', *sorted({'torch', 'sympy', 'numpy', 'lark', 'z3', 'matplotlib'}"
        " & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == "LOADED"
