"""What pip installs where submissions are graded: said by `--install`, and checked here.

Without it, this version by its name; that is told, since a name is whatever an index has under it,
and as long as nobody has registered it, anybody may. Whatever is let through is put into YAML, into
a shell's command and into a requirements file, so it is made of characters that mean nothing to any
of them, `<` and `>` but for, which are quoted.
"""

import json
import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from rlprep import __version__
from rlprep.cli.reading import reading
from rlprep.errors import MisuseError

_FILE = re.compile(r"rlprep-[\w.+!-]+(\.whl|\.tar\.gz)", re.ASCII)
_URL = re.compile(r"(git\+https|git\+ssh|https)://[\w.~:/@%+#=&?,-]+", re.ASCII)
_PIN = r" *(===|==|~=|!=|<=|>=|<|>) *[\w.*+!-]+ *"
_NAMED = re.compile(rf"rlprep *(\[grade\])? *(?P<pins>{_PIN}(,{_PIN})*)?", re.ASCII)
_AT = re.compile(r"rlprep *(\[grade\])? *@ *", re.ASCII)
_HINT = "a wheel's file, git+https://HOST/REPOSITORY@TAG, or rlprep==VERSION of a package index"


@dataclass(frozen=True)
class Source:
    """Where rlprep comes from.

    Attributes:
        spec: the requirement, for pip to look up; that of a file is `requirement`'s to say.
        file: a wheel or sdist to lay beside what is written, if it comes from one.
        index: a further package index, for what rlprep needs.
    """

    spec: str
    file: Path | None
    index: str | None

    def requirement(self, folder: str = ".") -> str:
        """Return what pip is told.

        Args:
            folder: where a file lies, seen from where pip runs.
        """
        return f"{folder}/{self.file.name}[grade]" if self.file else self.spec

    def arguments(self, folder: str = ".") -> str:
        """Return the arguments of `pip install`, quoted for a shell."""
        index = f"--extra-index-url {shlex.quote(self.index)} " if self.index else ""
        return f"{index}-- {shlex.quote(self.requirement(folder))}"

    @property
    def needs_git(self) -> bool:
        """Whether pip will call git."""
        return " @ git+" in self.spec

    @property
    def said(self) -> str:
        """Return in words where it comes from."""
        if self.file:
            return f"the file {self.file.name}"
        _, is_address, address = self.spec.partition(" @ ")
        return address if is_address else f"pip's package index, as {self.spec}"


def source(spec: str | None, index: str | None) -> Source:
    """Return where rlprep comes from.

    Args:
        spec: the path of a wheel or sdist, an address, or a requirement that names rlprep; None
            for this version by its name.
        index: the address of a further package index.

    Raises:
        MisuseError: it is none of these, or an address shows a password.
        LearnerError: the file can't be read.
    """
    if spec is None:
        spec = f"rlprep=={__version__}"
        print(
            f"warning: {spec} will be installed by its name, which your package index must have;"
            " --install names another place",
            file=sys.stderr,
        )
    if index is not None:
        _check_address(index, "--index")
        if index.startswith("git+"):
            raise MisuseError("--index takes the address of a package index", hint="https://...")
    if spec.endswith((".whl", ".tar.gz")) and "://" not in spec:
        return Source("", _file(Path(spec)), index)
    named_there = _AT.match(spec)
    address = spec[named_there.end() :] if named_there else spec
    if "://" in address:
        _check_address(address, "--install")
        return Source(f"rlprep[grade] @ {address}", None, index)
    named = _NAMED.fullmatch(spec)
    if not named:
        raise MisuseError(f"--install can't be {json.dumps(spec)}", hint=_HINT)
    return Source(f"rlprep[grade]{(named['pins'] or '').replace(' ', '')}", None, index)


def _file(path: Path) -> Path:
    if not _FILE.fullmatch(path.name):
        raise MisuseError(
            f"{json.dumps(path.name)} is no wheel or sdist of rlprep",
            hint="python -m build makes one",
        )
    with reading(path), path.open("rb"):
        return path


def _check_address(address: str, option: str) -> None:
    if not _URL.fullmatch(address):
        raise MisuseError(
            f"{option} can't be {json.dumps(address)}",
            hint="an address begins with https://, git+https:// or git+ssh://, on one line",
        )
    scheme, _, rest = address.partition("://")
    user, has_user, _ = rest.partition("/")[0].rpartition("@")
    if has_user and (scheme != "git+ssh" or ":" in user):
        raise MisuseError(
            f"{option}: the address holds a password or a token, and whoever sees the file has it",
            hint="leave it out; the service's own settings are the place for secrets",
        )
