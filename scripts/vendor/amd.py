"""AMD's GPUs: clang with AMD's device libraries, and ROCm's OpenCL."""

import re
import subprocess
import tempfile
from pathlib import Path

from .figures import Compilation, Core, Figures, first_complaint

# Of a compute unit (RDNA: a pair of them): SIMDs × waves, registers of a lane × SIMDs, how these are allotted, local memory.
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
        items = program.kernels.get(name[1]) or number("max_flat_workgroup_size")
        threads = -(-items // width)
        found[name[1]] = Figures(
            registers, number("vgpr_spill_count") * 4, number("private_segment_fixed_size"), local, width,
            CORES[target].occupancy(registers, local, threads),
        )
    return found


class Clang:
    """clang-15 of Debian 12; `libraries` holds the bitcode of rocm-device-libs."""

    name = "clang-15"
    targets = tuple(CORES)

    def __init__(self, libraries, optimization="-O3"):
        self.libraries = Path(libraries)
        self.optimization = optimization

    def arguments(self, target):
        """What links OpenCL C's functions to a program."""
        wide = "on" if target.startswith("gfx9") else "off"
        names = ["opencl", "ocml", "ockl", "oclc_daz_opt_off", "oclc_unsafe_math_off", "oclc_finite_only_off"]
        names += ["oclc_correctly_rounded_sqrt_off", f"oclc_wavefrontsize64_{wide}", "oclc_abi_version_400"]
        names.append(f"oclc_isa_version_{target.removeprefix('gfx')}")
        linked = [part for name in names for part in ("-mlink-builtin-bitcode", self.libraries / f"{name}.bc")]
        return [part for argument in linked for part in ("-Xclang", argument)]

    def compile(self, program, target, extra_options=""):
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            source, assembly = folder / "program.cl", folder / "program.s"
            source.write_text(program.text)
            command = ["clang-15", "-x", "cl", f"-cl-std={program.standard}", "-Xclang", "-finclude-default-header"]
            command += ["-target", "amdgcn-amd-amdhsa", f"-mcpu={target}", "-nogpulib", self.optimization, "-w"]
            command += [*self.arguments(target), *program.arguments, *extra_options.split()]
            report = subprocess.run([*command, "-S", source, "-o", assembly], capture_output=True, text=True)
            if report.returncode:
                return Compilation({}, first_complaint(report.stderr))
            return Compilation(read_notes(assembly.read_text(), target, program))


def read_code_object(binary, target, program):
    """The figures in a binary that ROCm's OpenCL made."""
    notes = subprocess.run(["llvm-readelf-14", "--notes", binary], capture_output=True, text=True, check=True)
    return read_notes(notes.stdout, target, program)
