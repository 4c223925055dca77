"""The programs of the working tree, and which compilers' targets each listing is for."""

import contextlib
import os
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

# The beginning of a listing's name and the targets that its programs are for; other listings are for every device.
ARCHITECTURES = {
    "gen9": ("skl",),
    "xe-lp": ("tgllp",),
    "xe-hpg": ("acm-g10",),
    "xe-hpc": ("pvc",),
    "gcn": ("gfx906",),
    "cdna": ("gfx90a",),
    "rdna": ("gfx1030", "gfx1100"),
    "nvidia-pascal": ("sm_61",),
    "nvidia-turing": ("sm_75",),
    "nvidia-ampere": ("sm_80", "sm_86", "sm_89", "sm_90", "sm_120"),
}


def targets_of(program):
    """The targets that a program is for; None for all."""
    found = set()
    for folder in program.folders:
        fitting = [name for name in ARCHITECTURES if folder.startswith(f"{name}-")]
        if not fitting:
            return None
        found.update(ARCHITECTURES[max(fitting, key=len)])
    return found


@contextlib.contextmanager
def listing(folder=None):
    """The folder of programs: one that exists, or what the tests, already built, write."""
    if folder:
        yield Path(folder)
        return
    with tempfile.TemporaryDirectory() as made:
        command = ["swift", "test", "-c", "release", "--explicit-target-dependency-import-check", "error"]
        environment = os.environ | {"U2CL_KERNEL_LISTING": made}
        command += ["--skip-build", "--filter", "KernelListing"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
        yield Path(made)
