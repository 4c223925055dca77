"""All compilers, each by a function that fetches what it needs."""

import os
from concurrent.futures import ThreadPoolExecutor

from . import amd, intel, nvidia, toolchains
from .runtimes import Machine, Root, Runtime


def compile_all(compiler, programs, targets_of=lambda program: None):
    """The compilations of all programs, by program and target; `targets_of` tells a program's targets, None for all."""
    if hasattr(compiler, "compile_all"):
        return compiler.compile_all(programs, targets_of)
    wanted = [(program, targets_of(program)) for program in programs]
    jobs = [(program, t) for program, targets in wanted for t in compiler.targets if targets is None or t in targets]
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        return dict(zip(jobs, pool.map(lambda job: compiler.compile(*job), jobs)))


def ocloc():
    return intel.Ocloc(toolchains.ocloc())


def clang(optimization="-O3"):
    return amd.Clang(toolchains.amd_clang(), optimization)


rocm_targets = tuple(amd.CORES)


def rocm():
    place = Root(toolchains.debian_13(), "/vendors/amdocl64")
    return Runtime("ROCm 5.7.1", place, rocm_targets, amd.Reader(amd.Tools(toolchains.amd_clang())))


def ptxas():
    newest = toolchains.ptxas("nvidia-cuda-nvcc")
    # The newest release knows nothing older than sm_75.
    older = toolchains.ptxas("nvidia-cuda-nvcc-cu12==12.9.86")
    assemblers = {target: older if target == "sm_61" else newest for target in nvidia.CORES}
    return nvidia.Ptxas(toolchains.nvidia_clang(), assemblers)


def machine():
    place = Machine(os.environ.get("OCL_ICD_VENDORS", "/etc/OpenCL/vendors"))
    return Runtime("the machine's own (Debian 12: PoCL 3.1)", place)


def rusticl_22():
    return Runtime("rusticl 22.3.6", Root(toolchains.debian_12(), "/vendors/rusticl", {"RUSTICL_ENABLE": "llvmpipe"}))


def rusticl_25():
    return Runtime("rusticl 25.0.7", Root(toolchains.debian_13(), "/vendors/rusticl", {"RUSTICL_ENABLE": "llvmpipe"}))


def pocl_6():
    return Runtime("PoCL 6.0", Root(toolchains.debian_13(), "/vendors/pocl"))


def intel_cpu():
    return Runtime("Intel's CPU runtime", Machine(toolchains.intel_cpu() / "vendors"))


def fpga_emulator():
    # Where it does not know the processor it ends the process on conversions to halves.
    known = {"CL_CONFIG_CPU_TARGET_ARCH": "core-avx2"}
    return Runtime("Intel's FPGA emulator", Machine(toolchains.fpga_emulator() / "vendors", known))
