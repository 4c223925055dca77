"""OpenCL implementations as compilers: a program is built as the engine builds it, in a process of its own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from . import opencl_build
from .figures import Compilation, Figures, first_complaint


class Machine:
    """This machine, with another choice of OpenCL implementation."""

    def __init__(self, vendors, environment={}):
        self.environment = os.environ | {"OCL_ICD_VENDORS": str(vendors)} | environment

    def command(self, folder, arguments):
        return [sys.executable, folder / "opencl_build.py", "libOpenCL.so.1", folder, *arguments]


class Root:
    """A Debian of its own in a folder: a process there sees the folder of programs as /programs."""

    # Processes there have a mount table of their own, so that nothing of this is left behind.
    ENTER = """
mount --make-rprivate / && mount -t proc proc "$ROOT/proc" && mount --rbind /sys "$ROOT/sys" &&
mount --rbind /dev "$ROOT/dev" && mkdir -p "$ROOT/programs" && mount --bind "$PROGRAMS" "$ROOT/programs" &&
exec chroot "$ROOT" python3 /programs/opencl_build.py libOpenCL.so.1 /programs "$@"
"""

    def __init__(self, root, vendors, environment={}):
        self.environment = os.environ | {"ROOT": str(root), "OCL_ICD_VENDORS": vendors} | environment

    def command(self, folder, arguments):
        enter = ["env", f"PROGRAMS={folder}", "unshare", "--mount", "--pid", "--fork", "sh", "-c", self.ENTER, "sh"]
        return [*enter, *arguments]


class Runtime:
    """An implementation: where it lives, its devices, and how the figures of a binary are read where that is possible.

    `read` takes a binary's file, the target and the program, and returns the figures of its kernels.
    """

    def __init__(self, name, place, targets=("*",), read=None):
        self.name = name
        self.place = place
        self.targets = targets
        self.read = read

    def compile_all(self, programs, targets_of=lambda program: None):
        """The compilations of all programs, by program and target; `targets_of` says which it is for, None for all.
        A program that ends the process is left out of the next."""
        found = {}
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            shutil.copy(opencl_build.__file__, folder)
            for target in self.targets:
                fitting = [p for p in programs if targets_of(p) is None or target in targets_of(p)]
                left = dict(enumerate(fitting))
                while left:
                    done = self.build(folder, left, target)
                    for number, compilation in done.items():
                        found[left.pop(number), target] = compilation
                    if not done:
                        raise RuntimeError(f"{self.name} has no device {target}")
        return found

    def build(self, folder, programs, target):
        """What became of the programs, up to the first that ended the process."""
        for old in folder.glob("[0-9]*"):
            old.unlink()
        for number, program in programs.items():
            (folder / f"{number:04}.cl").write_text(program.text)
            (folder / f"{number:04}.options").write_text(program.options)
        arguments = [target, *(["--binaries"] if self.read else [])]
        command = self.place.command(folder, arguments)
        process = subprocess.run(command, capture_output=True, text=True, env=self.place.environment)
        done = {}
        for line in process.stdout.splitlines():
            if not line.startswith("{"):
                continue
            said = json.loads(line)
            number = int(said["program"])
            if "begun" in said:
                done[number] = Compilation({}, f"ends the process ({process.returncode})")
            elif said["error"]:
                done[number] = Compilation({}, first_complaint(said["error"]))
            else:
                done[number] = Compilation(self.kernels(folder, number, said, programs[number], target))
        return done

    def kernels(self, folder, number, said, program, target):
        if self.read:
            return self.read(folder / f"{number:04}.{said['device']}.bin", target, program)
        return {name: Figures(scratch=k["private"], local=k["local"]) for name, k in said["kernels"].items()}
