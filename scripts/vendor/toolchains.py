"""Fetches compilers into folders of their own below .venv/vendor, so that the machine stays as it is.

Debian's packages are downloaded and unpacked, Debian 12 and 13 are laid out by debootstrap (as root), Intel's and
NVIDIA's tools come from PyPI. A folder that is complete holds the file `.complete`, and is left alone.
"""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent.parent / ".venv/vendor"


class Unavailable(Exception):
    """A toolchain cannot be had here; the text says which and why."""


def fetched(name, fetch):
    """The folder of a toolchain; `fetch(folder)` fills it once."""
    folder = HOME / name
    if (folder / ".complete").exists():
        return folder
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        fetch(folder)
    except (OSError, subprocess.CalledProcessError) as error:
        said = (getattr(error, "stderr", None) or str(error)).strip()
        raise Unavailable(f"{name}: {said.splitlines()[-1]}") from error
    (folder / ".complete").touch()
    return folder


def run(*command, **options):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True, **options).stdout


def unpack_debian(folder, *packages):
    """Unpacks Debian packages with whatever of their dependencies is not installed here."""
    wanted = run("apt-get", "install", "--dry-run", "--no-install-recommends", *packages)
    missing = [line.split()[1] for line in wanted.splitlines() if line.startswith("Inst ")]
    downloads = folder / "downloads"
    downloads.mkdir()
    run("apt-get", "download", *sorted({*packages, *missing}), cwd=downloads)
    for package in downloads.glob("*.deb"):
        run("dpkg", "-x", package, folder)
    shutil.rmtree(downloads)


def lay_out_debian(folder, suite, packages, unpacked=()):
    """A Debian in a folder; what is only unpacked there may conflict with the rest."""
    tools = fetched("debootstrap", lambda folder: unpack_debian(folder, "debootstrap"))
    included = "--include=" + ",".join(["python3", "ocl-icd-libopencl1", "ca-certificates", *packages])
    environment = os.environ | {"DEBOOTSTRAP_DIR": str(tools / "usr/share/debootstrap")}
    # In a mount table of its own, so that an interruption leaves nothing mounted there.
    command = ["unshare", "--mount", "sh", tools / "usr/sbin/debootstrap", "--variant=minbase", included, suite, folder]
    run(*command, env=environment)
    # Without these files the commands inside would not know where to ask for packages.
    shutil.copy("/etc/resolv.conf", folder / "etc")
    if unpacked:
        script = 'cd /tmp && apt-get -qq update && wanted=$(apt-get install --dry-run --no-install-recommends "$@" |'
        script += " awk '/^Inst/ { print $2 }') && apt-get -qq download $wanted &&"
        script += " for package in *.deb; do dpkg -x $package /; done"
        run("chroot", folder, "sh", "-c", f"{script}; ldconfig", "sh", *unpacked)
    for description in (folder / "etc/OpenCL/vendors").glob("*.icd"):
        (folder / "vendors" / description.stem).mkdir(parents=True)
        shutil.copy(description, folder / "vendors" / description.stem)


def unpack_python(folder, *packages):
    """Unpacks packages of PyPI, their data (`lib`) beside their modules."""
    downloads = folder / "downloads"
    run(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", downloads, *packages)
    for wheel in downloads.glob("*.whl"):
        zipfile.ZipFile(wheel).extractall(folder)
    for data in folder.glob("*.data/data"):
        shutil.copytree(data, folder, dirs_exist_ok=True)
        shutil.rmtree(data.parent)
    shutil.rmtree(downloads)


def ocloc():
    names = ("intel-opencl-icd", "libigc1", "libigdfcl1", "libigdgmm12")
    return fetched("ocloc", lambda folder: unpack_debian(folder, *names))


def amd_clang():
    """clang-15 with AMD's libraries, and the tools that read its output."""
    names = ("clang-15", "libclang-common-15-dev", "llvm-15", "rocm-device-libs")
    return fetched("amd-clang", lambda folder: unpack_debian(folder, *names))


def nvidia_clang():
    names = ("clang-16", "libclang-common-16-dev", "libclc-16", "libclc-16-dev")
    return fetched("nvidia-clang", lambda folder: unpack_debian(folder, *names))


def ptxas(package):
    """NVIDIA's assembler of one of its packages."""
    folder = fetched(package.replace("==", "-"), lambda folder: unpack_python(folder, package))
    program = next(folder.glob("**/bin/ptxas"))
    program.chmod(0o755)
    return program


def fpga_emulator():
    """Intel's emulator of its FPGAs; its last release, with the libraries of the same release."""
    version = "2025.0.5"
    names = [f"{name}=={version}" for name in ("intel-opencl-fpga-emu-rt", "intel-opencl-rt", "intel-cmplr-lib-rt")]

    def fetch(folder):
        unpack_python(folder, *names, "tbb==2022.0.0")
        describe(folder, next(folder.glob("**/libintelocl_emu.so")))

    return fetched("fpga-emulator", fetch)


def intel_cpu():
    """Intel's OpenCL for processors."""
    def fetch(folder):
        unpack_python(folder, "intel-opencl-rt", "intel-cmplr-lib-rt", "tbb", "tcmlib", "umf")
        describe(folder, next(folder.glob("**/libintelocl.so")))

    return fetched("intel-cpu", fetch)


def describe(folder, library):
    """A folder for OCL_ICD_VENDORS that names one library."""
    (folder / "vendors").mkdir()
    (folder / "vendors/library.icd").write_text(f"{library}\n")


def need_root():
    """Raises where a Debian in a folder can neither be laid out nor entered."""
    try:
        run("unshare", "--mount", "--pid", "--fork", "chroot", "/", "true")
    except (OSError, subprocess.CalledProcessError) as error:
        raise Unavailable("a Debian of its own in a folder takes root, unshare and chroot") from error


def debian_12():
    need_root()
    return fetched("debian-12", lambda folder: lay_out_debian(folder, "bookworm", ["mesa-opencl-icd"]))


def debian_13():
    """With rusticl, PoCL and ROCm; Debian declares ROCm's OpenCL to conflict with the others."""
    need_root()
    rocm = ("rocm-opencl-icd", "libclang-common-17-dev")
    installed = ["mesa-opencl-icd", "pocl-opencl-icd"]
    return fetched("debian-13", lambda folder: lay_out_debian(folder, "trixie", installed, rocm))
