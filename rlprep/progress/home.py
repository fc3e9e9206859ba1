"""Where a person's data live: ``RLPREP_HOME``, or the platform's data folder."""

import os
from pathlib import Path

HOME_VARIABLE = "RLPREP_HOME"


def data_home() -> Path:
    """Return the folder for this person's data; it may not exist yet."""
    if given := os.environ.get(HOME_VARIABLE):
        return Path(given)
    from platformdirs import user_data_path

    return user_data_path("rlprep", appauthor=False)
