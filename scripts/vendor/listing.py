"""The programs of the working tree, and which compilers' targets each of them is for."""

import contextlib
import os
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

# The beginning of a listing's name, and the targets that its programs are for. Other listings are for every device.
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
    "processor": ("processor",),
}


def architecture_targets(folder):
    """The targets of a listing; empty where it is for every device."""
    fitting = [name for name in ARCHITECTURES if f"{folder}-".startswith(f"{name}-")]
    return set(ARCHITECTURES[max(fitting, key=len)]) if fitting else set()


def targets_of(program):
    """The targets that a program is for; None for all."""
    found = [architecture_targets(folder) for folder in program.folders]
    return set().union(*found) if all(found) else None


def is_stand_in(program, targets):
    """Whether the program is launched on unknown devices alone, for which the targets stand in."""
    own = set().union(*map(architecture_targets, program.folders))
    return "portable" not in program.folders and not own & set(targets)


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
