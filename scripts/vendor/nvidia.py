"""NVIDIA's GPUs: clang makes PTX of OpenCL C, NVIDIA's ptxas makes machine code of that.

The driver's own compiler is another clang, so that a card's numbers may differ.
"""

import os
import re
import subprocess
import tempfile
from pathlib import Path

from .figures import Compilation, Core, Figures, first_complaint

# Of a multiprocessor: warps, registers of a warp's lanes, granule, local memory, groups, what each of these costs.
CORES = {
    "sm_61": Core(64, 2048, 8, 96 << 10, 32),
    "sm_75": Core(32, 2048, 8, 64 << 10, 16),
    "sm_80": Core(64, 2048, 8, 164 << 10, 32, 1024),
    "sm_86": Core(48, 2048, 8, 100 << 10, 16, 1024),
    "sm_89": Core(48, 2048, 8, 100 << 10, 24, 1024),
    "sm_90": Core(64, 2048, 8, 228 << 10, 32, 1024),
    "sm_120": Core(48, 2048, 8, 100 << 10, 24, 1024),
}
NEWEST_OF_CLANG = "sm_90"


class Ptxas:
    """clang-16 and libclc of Debian 12, with NVIDIA's assembler: `assemblers` maps targets to programs."""

    name = "ptxas"
    targets = tuple(CORES)

    def __init__(self, root, assemblers):
        self.root = Path(root)
        self.assemblers = assemblers

    def compile(self, program, target, extra_options=""):
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            source, ptx = folder / "program.cl", folder / "program.ptx"
            source.write_text(program.text)
            report = self.make_ptx(program, target, source, ptx)
            if report.returncode:
                return Compilation({}, first_complaint(report.stderr))
            text = ptx.read_text()
            if int(target[3:]) < 80 and re.search(r"cp\.async|m16n8k16|tf32", text):
                return Compilation({}, "newer")
            ptx.write_text(with_group_sizes(text, program))
            command = [self.assemblers[target], f"-arch={target}", "-v", *extra_options.split(), ptx]
            report = subprocess.run([*command, "-o", folder / "cubin"], capture_output=True, text=True)
            if report.returncode:
                return Compilation({}, first_complaint(report.stderr))
            return Compilation(read_report(report.stderr, target, program))

    def make_ptx(self, program, target, source, ptx):
        """Runs clang."""
        known = NEWEST_OF_CLANG if target == "sm_120" else target
        library = self.root / "usr/lib/clc/nvptx64--nvidiacl.bc"
        command = [self.root / "usr/lib/llvm-16/bin/clang", "-x", "cl", f"-cl-std={program.standard}", "-w"]
        command += ["-fgnu-keywords", "-Xclang", "-finclude-default-header", "-Xclang", "-mlink-builtin-bitcode"]
        command += ["-Xclang", library, "-target", "nvptx64-nvidia-nvcl", f"-march={known}"]
        command += ["-Xclang", "-target-feature", "-Xclang", "+ptx78", "-O3", *program.arguments]
        libraries = {"LD_LIBRARY_PATH": str(self.root / "usr/lib/x86_64-linux-gnu")}
        command += ["-S", source, "-o", ptx]
        return subprocess.run(command, capture_output=True, text=True, env=os.environ | libraries)


def with_group_sizes(ptx, program):
    """PTX with the work-group sizes, which limit an item's registers and which clang leaves out."""
    def sized(entry):
        items = program.kernels.get(entry[2])
        return f"{entry[1]}.reqntid {items}, 1, 1\n" if items else entry[0]

    return re.sub(r"(\.entry (\w+)\([^)]*\)\n)", sized, ptx)


def read_report(text, target, program):
    """The figures in what `ptxas -v` says."""
    found = {}
    for part in re.split(r"Compiling entry function ", text)[1:]:
        name = re.match(r"'(\w+)'", part)[1]
        number = lambda pattern: int((re.search(pattern, part) or [0, 0])[1])
        registers, local = number(r"Used (\d+) registers"), number(r"(\d+) bytes smem")
        found[name] = Figures(
            registers, number(r"(\d+) bytes spill stores"), number(r"(\d+) bytes stack frame"), local, 32,
            CORES[target].occupancy(registers, local, program.threads(name, 32)),
        )
    return found
