"""Who a process is and what it may claim: namespaces, user, capabilities, no_new_privs.

Numbers: Linux's linux/sched.h, linux/prctl.h and linux/capability.h.
"""

import contextlib
import ctypes
import os
import signal
import struct
from pathlib import Path

from rlprep.sandbox.libc import LIBC, last_error

NEW_IPC, NEW_USER, NEW_PID, NEW_NET = 0x08000000, 0x10000000, 0x20000000, 0x40000000
SET_PDEATHSIG, SET_DUMPABLE, SET_KEEPCAPS, SET_CHILD_SUBREAPER = 1, 4, 8, 36
SET_NO_NEW_PRIVS, GET_NO_NEW_PRIVS = 38, 39
CAPABILITY_VERSION_3 = 0x20080522
DAC_READ_SEARCH = 2
NOBODY = 65534


def prctl(option: int, value: int) -> None:
    """Set a property of this process.

    Raises:
        OSError: if the kernel refuses.
    """
    if LIBC.prctl(option, *(ctypes.c_ulong(n) for n in (value, 0, 0, 0))):
        raise last_error(f"prctl {option}")


def enter_namespaces() -> bool:
    """Move this process's children to process, network and IPC namespaces of their own.

    Needs a single thread. Returns whether the machine allows it. The next child is process 1 over
    there, and when it ends, all the others do.
    """
    uid, gid = os.getuid(), os.getgid()
    flags = NEW_PID | NEW_NET | NEW_IPC
    if uid != 0:
        flags |= NEW_USER
    if LIBC.unshare(flags):
        return False
    if uid != 0:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    return True


def readable_by_all(folder: Path) -> bool:
    """Whether any user can reach and list a folder, judged by modes alone."""
    above = folder.resolve().parents
    return bool(folder.stat().st_mode & 0o004) and all(p.stat().st_mode & 0o001 for p in above)


def leave_root(*, keep_reading: bool) -> None:
    """Become nobody, with no groups and no capabilities; an ordinary user stays who it is.

    Args:
        keep_reading: whether root keeps its power to read what is closed to others, for libraries
            that lie in such a place (/root). What may be opened is then for Landlock alone to say.

    Raises:
        OSError: if the kernel refuses to take the capabilities.
    """
    keep = 0
    if os.getuid() == 0:
        if keep_reading:
            keep = 1 << DAC_READ_SEARCH
            prctl(SET_KEEPCAPS, 1)
        # In a user namespace there may be no nobody to become; without capabilities, its root is
        # no more than the user who made it.
        for become in (
            lambda: os.setgroups([]),
            lambda: os.setresgid(NOBODY, NOBODY, NOBODY),
            lambda: os.setresuid(NOBODY, NOBODY, NOBODY),
        ):
            with contextlib.suppress(OSError):
                become()
    set_capabilities(keep)


def set_capabilities(effective: int) -> None:
    """Keep these capabilities (a bit set) and give up all others.

    Raises:
        OSError: if the kernel refuses.
    """
    header = struct.pack("=Ii", CAPABILITY_VERSION_3, 0)
    data = struct.pack("=6I", effective, effective, 0, 0, 0, 0)
    if LIBC.capset(ctypes.c_char_p(header), ctypes.c_char_p(data)):
        raise last_error("capset")


def seal() -> None:
    """Never gain privileges again, hide this process from others, die with the parent.

    Raises:
        OSError: if the kernel refuses.
    """
    prctl(SET_NO_NEW_PRIVS, 1)
    prctl(SET_DUMPABLE, 0)
    # After the change of user, which clears it.
    prctl(SET_PDEATHSIG, signal.SIGKILL)
