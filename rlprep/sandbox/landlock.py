"""Which files a child may open: the libraries, to read, and nothing else.

Landlock rules grant whole trees, so the folders that hold more than libraries (the standard
library with site-packages in it, site-packages with rlprep in it) are granted entry by entry.
Opening is what it governs; that a file exists, and its size, can still be learned. Numbers: Linux's
linux/landlock.h.
"""

import ctypes
import os
import struct
import sys
from pathlib import Path

from rlprep.sandbox.libc import LIBC, last_error

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
GET_VERSION, RULE_PATH_BENEATH = 1, 1
READ_FILE, READ_DIR = 1 << 2, 1 << 3
# By version of the interface: how many kinds of file access, network access, and scope it handles.
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
NETWORK_RIGHTS = 2
SCOPES = 2

# torch, NumPy, what they import late, and libraries that an honest submission may use.
LIBRARIES = {
    "torch", "torchgen", "functorch", "numpy", "numpy.libs", "scipy", "scipy.libs", "einops",
    "opt_einsum", "sympy", "mpmath", "typing_extensions", "networkx", "jinja2", "markupsafe",
}  # fmt: skip
NEVER = {"rlprep", "site-packages", "dist-packages", "__pycache__"}


def version() -> int:
    """Return the version of the kernel's interface, 0 where there is none."""
    if not sys.platform.startswith("linux"):
        return 0
    return max(0, LIBC.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), GET_VERSION))


def readable_entries(library_folders: list[str]) -> list[Path]:
    """Return the files and folders that submissions may read, all of them libraries."""
    standard = [Path(folder) for folder in sys.path if folder not in library_folders]
    entries = [
        entry
        for folder in standard
        if folder.is_dir()
        for entry in folder.iterdir()
        if entry.name not in NEVER
    ]
    for folder in library_folders:
        entries += [
            entry
            for entry in Path(folder).iterdir()
            if entry.name in LIBRARIES or entry.name.removesuffix(".py") in LIBRARIES
        ]
    return [*entries, Path("/dev/null"), Path("/dev/urandom")]


def make_ruleset(entries: list[Path]) -> int:
    """Return the descriptor of a ruleset: everything is denied but reading these entries.

    Raises:
        OSError: if the kernel refuses.
    """
    known = version()
    files = (1 << FILE_RIGHTS[min(known, 5)]) - 1
    attributes = struct.pack("=Q", files)
    if known >= 4:
        attributes += struct.pack("=Q", (1 << NETWORK_RIGHTS) - 1)
    if known >= 6:
        attributes += struct.pack("=Q", (1 << SCOPES) - 1)
    ruleset = LIBC.syscall(
        CREATE_RULESET, ctypes.c_char_p(attributes), ctypes.c_size_t(len(attributes)), 0
    )
    if ruleset < 0:
        raise last_error("Landlock ruleset")
    for entry in entries:
        try:
            fd = os.open(entry, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue  # gone meanwhile, or not ours to read: then not the child's either
        rights = READ_FILE | READ_DIR if entry.is_dir() else READ_FILE
        rule = struct.pack("=Qi", rights, fd)
        refused = LIBC.syscall(ADD_RULE, ruleset, RULE_PATH_BENEATH, ctypes.c_char_p(rule), 0)
        os.close(fd)
        if refused:
            raise last_error(f"Landlock rule for {entry}")
    return ruleset


def restrict_self(ruleset: int) -> None:
    """Confine this process to a ruleset, for good (needs no_new_privs).

    Raises:
        OSError: if the kernel refuses.
    """
    if LIBC.syscall(RESTRICT_SELF, ruleset, 0):
        raise last_error("Landlock")
