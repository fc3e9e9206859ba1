"""``python -m rlprep``: the same program as the ``rlprep`` command."""

from rlprep.cli import main

if __name__ == "__main__":
    main()
