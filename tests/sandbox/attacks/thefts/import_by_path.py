"""Undoes the block on imports, then imports the package from its folder."""
import sys


def attack(x):
    for name in list(sys.modules):
        if name.split(".")[0] == "rlprep":
            del sys.modules[name]
    sys.path.insert(0, "@CHECKOUT@")
    sys.path_importer_cache.clear()
    import rlprep.errors

    return 1.0
