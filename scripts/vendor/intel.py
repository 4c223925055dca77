"""Intel's offline compiler for its GPUs, ocloc."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

from .figures import Compilation, Core, Figures, first_complaint

# Of a sub-slice or Xe core: execution units × threads, registers of 32 bytes (64 on Xe-HPC) × threads, local memory.
CORES = {
    "skl": Core(8 * 7, 8 * 7 * 128, 128, 64 << 10, 16, parts=8),  # Gen9
    "tgllp": Core(16 * 7, 16 * 7 * 128, 128, 64 << 10, 32, parts=16),  # Xe-LP
    "acm-g10": Core(16 * 8, 16 * 8 * 128, 128, 128 << 10, 128, parts=16),  # Xe-HPG
    "pvc": Core(8 * 8, 8 * 8 * 128, 128, 128 << 10, 64, parts=8),  # Xe-HPC
}


class Ocloc:
    """ocloc of Debian 12; what it reports comes from the binary's .ze_info and from the compiler's own assembly."""

    name = "ocloc"
    targets = tuple(CORES)

    def __init__(self, root):
        self.root = Path(root)

    def compile(self, program, target, extra_options=""):
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            source = folder / "program.cl"
            source.write_text(program.text)
            environment = os.environ | {
                "LD_LIBRARY_PATH": str(self.root / "usr/lib/x86_64-linux-gnu"),
                "IGC_EnableZEBinary": "1",
                "IGC_ShaderDumpEnable": "1",
                "IGC_DumpToCustomDir": str(folder / "dump"),
            }
            command = [self.root / "usr/bin/ocloc", "compile", "-file", source, "-device", target]
            command += ["-options", f"{program.options} {extra_options}".strip()]
            command += ["-output", "program", "-output_no_suffix", "-out_dir", folder / "out"]
            report = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder)
            if report.returncode or "Build succeeded" not in report.stdout:
                return Compilation({}, first_complaint(report.stdout + report.stderr))
            return Compilation(self.kernels(folder, target, program))

    def kernels(self, folder, target, program):
        """The figures in the binary, with the spills that the assembly tells apart from other private memory."""
        spills = self.spills(folder / "dump")
        binary = (folder / "out/program").read_bytes().decode("latin1")
        listing = binary[binary.find("kernels:") :].split("\0")[0].split("kernels_misc_info")[0]
        found = {}
        for part in re.split(r"\n  - name:", listing)[1:]:
            name = part.split()[0]
            number = lambda key, default=0: int((re.search(rf"\b{key}:\s+(\d+)", part) or [0, default])[1])
            scratch = [int(size) for size in re.findall(r"usage:\s+\w+\s+size:\s+(\d+)", part)]
            width, registers, local = number("simd_size"), number("grf_count", 128), number("slm_size")
            found[name] = Figures(
                registers, spills.get((name, width), 0), sum(scratch), local, width,
                CORES[target].occupancy(registers, local, program.threads(name, width)),
            )
        return found

    @staticmethod
    def spills(folder):
        """Bytes that each kernel spills, by name and width; of a second attempt (`_1_`) where the compiler made one."""
        found = {}
        for listing in sorted(folder.glob("*.asm"), key=lambda path: ("_1_simd" in path.name, path.name)):
            head = listing.read_text(errors="replace")[:6000]
            name = re.search(r"^//\.kernel (\S+)", head, re.M)
            width = re.search(r"_simd(\d+)_", listing.name)
            spill = re.search(r"^//\.spill size (\d+)", head, re.M)
            found[name[1].strip('"'), int(width[1])] = int(spill[1]) if spill else 0
        return found
