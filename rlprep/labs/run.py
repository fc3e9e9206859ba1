"""Running a lab of the catalogue."""

from importlib import import_module

from rlprep.labs.lab import Lab, LabResult, Settings


def run_lab(lab: Lab, settings: Settings) -> LabResult:
    """Return what a lab measures; torch's number of threads is as before afterwards.

    Raises:
        RlprepError: this machine can't run it, with the reason.
    """
    import torch

    threads = torch.get_num_threads()
    try:
        return import_module(f"rlprep.labs.{lab.module}").run(settings)
    finally:
        torch.set_num_threads(threads)
