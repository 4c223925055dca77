"""AMD's GPUs: clang with AMD's device libraries, and ROCm's OpenCL."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

from .figures import Compilation, Core, Figures, first_complaint

# Of a compute unit (RDNA: a pair of them): SIMDs × waves, registers of a lane × SIMDs, how these are allotted, local
# memory, groups.
CORES = {
    "gfx906": Core(4 * 10, 4 * 256, 4, 64 << 10, 40),  # GCN 5
    "gfx90a": Core(4 * 8, 4 * 512, 8, 64 << 10, 40),  # CDNA 2
    "gfx1030": Core(4 * 16, 4 * 1024, 16, 128 << 10, 64),  # RDNA 2, waves of 32
    "gfx1100": Core(4 * 16, 4 * 1536, 24, 128 << 10, 64),  # RDNA 3, waves of 32
}


def read_notes(text, target, program):
    """The figures of every kernel in the metadata of a code object or of its assembly."""
    found = {}
    for part in re.split(r"\n  - (?=\.\w+:)", text)[1:]:
        number = lambda key: int((re.search(rf"\.{key}:\s+(\d+)", part) or [0, 0])[1])
        name = re.search(r"\.symbol:\s+'?(\w+)\.kd", part)
        if not name:
            continue
        registers, local, width = number("vgpr_count"), number("group_segment_fixed_size"), number("wavefront_size")
        found[name[1]] = Figures(
            registers, number("vgpr_spill_count") * 4, number("private_segment_fixed_size"), local, width,
            CORES[target].occupancy(registers, local, program.threads(name[1], width)),
        )
    return found


class Tools:
    """Debian 12's LLVM 15 in a folder of its own."""

    def __init__(self, root):
        self.folder = Path(root) / "usr/lib/llvm-15/bin"
        self.libraries = Path(root) / "usr/lib/x86_64-linux-gnu"

    def run(self, tool, *arguments):
        command = [self.folder / tool, *arguments]
        environment = os.environ | {"LD_LIBRARY_PATH": str(self.libraries)}
        return subprocess.run(command, capture_output=True, text=True, env=environment)


class Clang:
    """clang-15 and rocm-device-libs of Debian 12, which do not know RDNA 3."""

    name = "clang-15"
    targets = ("gfx906", "gfx90a", "gfx1030")

    def __init__(self, root, optimization="-O3"):
        self.tools = Tools(root)
        self.optimization = optimization

    def linked(self, target):
        """The arguments that link OpenCL C's own functions to a program."""
        wide = "on" if target.startswith("gfx9") else "off"
        names = ["opencl", "ocml", "ockl", "oclc_daz_opt_off", "oclc_unsafe_math_off", "oclc_finite_only_off"]
        names += ["oclc_correctly_rounded_sqrt_off", f"oclc_wavefrontsize64_{wide}", "oclc_abi_version_400"]
        names.append(f"oclc_isa_version_{target.removeprefix('gfx')}")
        bitcode = self.tools.libraries / "amdgcn/bitcode"
        linked = [part for name in names for part in ("-mlink-builtin-bitcode", bitcode / f"{name}.bc")]
        return [part for argument in linked for part in ("-Xclang", argument)]

    def compile(self, program, target, extra_options=""):
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            source, code = folder / "program.cl", folder / "program.o"
            source.write_text(program.text)
            arguments = ["-x", "cl", f"-cl-std={program.standard}", "-Xclang", "-finclude-default-header", "-w"]
            arguments += ["-target", "amdgcn-amd-amdhsa", f"-mcpu={target}", "-nogpulib", self.optimization]
            arguments += [*self.linked(target), *program.arguments, *extra_options.split()]
            report = self.tools.run("clang", *arguments, "-c", source, "-o", code)
            if report.returncode:
                return Compilation({}, first_complaint(report.stderr))
            undefined = self.tools.run("llvm-nm", "--undefined-only", "--format=just-symbols", code).stdout.split()
            if undefined:
                return Compilation({}, f"undefined symbol: {', '.join(undefined)}")
            return Compilation(Reader(self.tools)(code, target, program))


class Reader:
    """Reads the figures of a code object, of clang or of ROCm's OpenCL."""

    def __init__(self, tools):
        self.tools = tools

    def __call__(self, binary, target, program):
        return read_notes(self.tools.run("llvm-readelf", "--notes", binary).stdout, target, program)
