"""Where the shipped ``questions/`` and ``solutions/`` are, installed or in a checkout."""

from importlib import resources
from pathlib import Path

from rlprep.errors import AuthorError


def content_root() -> Path:
    """Return the folder that holds the shipped ``questions/`` and ``solutions/``.

    A wheel carries them as ``rlprep/_content``; a checkout or an editable install has them beside
    the package. ``_content`` must never get an ``__init__.py``: an editable install leaves a dead
    copy of it in site-packages, harmless only as long as it is no package.

    Raises:
        AuthorError: neither place holds them.
    """
    package = Path(str(resources.files("rlprep")))
    for root in (package / "_content", package.parent):
        if (root / "questions").is_dir():
            return root
    raise AuthorError(
        "the shipped questions are missing",
        where=str(package),
        hint="install rlprep again: the package must bring its _content folder",
    )
