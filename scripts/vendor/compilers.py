"""All compilers, each by a function that fetches what it needs."""

import os
from concurrent.futures import ThreadPoolExecutor

from . import amd, intel, nvidia, toolchains
from .runtimes import Machine, Root, Runtime


def compile_all(compiler, programs, targets_of=lambda program: None):
    """The compilations of all programs, by program and target; `targets_of` says which a program is for, None for all."""
    if hasattr(compiler, "compile_all"):
        return compiler.compile_all(programs, targets_of)
    jobs = [(program, target) for program in programs for target in targets_of(program) or compiler.targets]
    jobs = [job for job in jobs if job[1] in compiler.targets]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(jobs, pool.map(lambda job: compiler.compile(*job), jobs)))


def ocloc():
    return intel.Ocloc(toolchains.ocloc())


def clang(optimization="-O3"):
    return amd.Clang(toolchains.amd_clang(), optimization)


def rocm():
    place = Root(toolchains.debian_13(), "/vendors/amdocl64")
    return Runtime("ROCm 5.7.1", place, tuple(amd.CORES), amd.Reader(amd.Tools(toolchains.amd_clang())))


def ptxas():
    newest = toolchains.ptxas("nvidia-cuda-nvcc")
    # The newest release knows nothing older than sm_75.
    older = toolchains.ptxas("nvidia-cuda-nvcc-cu12==12.9.86")
    assemblers = {target: older if target == "sm_61" else newest for target in nvidia.CORES}
    return nvidia.Ptxas(toolchains.nvidia_clang(), assemblers)


def machine():
    return Runtime("this machine", Machine(os.environ.get("OCL_ICD_VENDORS", "/etc/OpenCL/vendors")))


def rusticl_22():
    return Runtime("rusticl 22.3.6", Root(toolchains.debian_12(), "/vendors/rusticl", {"RUSTICL_ENABLE": "llvmpipe"}))


def rusticl_25():
    return Runtime("rusticl 25.0.7", Root(toolchains.debian_13(), "/vendors/rusticl", {"RUSTICL_ENABLE": "llvmpipe"}))


def pocl_6():
    return Runtime("PoCL 6.0", Root(toolchains.debian_13(), "/vendors/pocl"))


def intel_cpu():
    return Runtime("Intel's CPU runtime", Machine(toolchains.intel_cpu() / "vendors"))


def fpga_emulator():
    return Runtime("Intel's FPGA emulator", Machine(toolchains.fpga_emulator() / "vendors"))
