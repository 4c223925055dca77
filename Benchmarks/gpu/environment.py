"""Where OpenCL's loader and NVIDIA's driver are, on a machine that may have neither where they belong."""

import os
import re
import subprocess
from pathlib import Path

DRIVER = "libnvidia-opencl.so"
FOLDERS = (
    "/usr/local/nvidia/lib64",
    "/usr/local/nvidia/lib",
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/usr/lib/wsl/lib",
)
VENDORS = "/etc/OpenCL/vendors"


def opencl_environment(loader, driver, scratch):
    """(environment of u2cl, notes). `loader`: a folder of libraries or None; `driver`: the driver's file, or None to
    look for it. Where there is an NVIDIA driver, OpenCL is shown a folder of vendors, in `scratch`, that names it."""
    environment, notes = dict(os.environ), []
    if loader:
        put_first(environment, Path(loader).resolve())
        notes.append(f"libraries of {loader} first")
    driver = Path(driver).resolve() if driver else find_driver(environment)
    if driver is None:
        notes.append(f"no {DRIVER}.1 found: only the drivers that the system registers")
        return environment, notes
    vendors = Path(scratch, "vendors")
    vendors.mkdir()
    for file in sorted(Path(environment.get("OCL_ICD_VENDORS") or VENDORS).glob("*.icd")):
        if "nvidia" not in file.read_text():
            (vendors / file.name).write_text(file.read_text())
    (vendors / "nvidia.icd").write_text(f"{driver}\n")
    environment["OCL_ICD_VENDORS"] = str(vendors)
    put_last(environment, driver.parent)
    notes.append(f"NVIDIA's driver is {driver}")
    return environment, notes


def put_first(environment, folder):
    """Puts a folder before all others that libraries are looked for in."""
    environment["LD_LIBRARY_PATH"] = ":".join(filter(None, [str(folder), environment.get("LD_LIBRARY_PATH")]))


def put_last(environment, folder):
    """Puts a folder behind the others."""
    environment["LD_LIBRARY_PATH"] = ":".join(filter(None, [environment.get("LD_LIBRARY_PATH"), str(folder)]))


def find_driver(environment):
    """The file of NVIDIA's OpenCL driver, or None."""
    folders = [*filter(None, environment.get("LD_LIBRARY_PATH", "").split(":")), *cached_folders(), *FOLDERS]
    for folder in map(Path, folders):
        # The name that loaders use if it is there, else the file that carries the driver's version.
        found = [folder / f"{DRIVER}.1", *sorted(folder.glob(f"{DRIVER}.*"))]
        for file in found:
            if file.exists():
                return file
    return next(iter(sorted(Path("/usr/local/nvidia").rglob(f"{DRIVER}.*"))), None)


def cached_folders():
    """Where the system's linker knows the driver."""
    try:
        listed = subprocess.run(["ldconfig", "-p"], capture_output=True, text=True).stdout
    except OSError:
        return []
    return [str(Path(path).parent) for path in re.findall(rf"{re.escape(DRIVER)}\S* .*=> (\S+)", listed)]


def nvidia_smi():
    """What nvidia-smi says of the first GPU, or None."""
    fields = ["name", "driver_version", "memory.total", "clocks.max.sm", "clocks.max.memory", "power.limit", "pstate"]
    try:
        arguments = ["nvidia-smi", f"--query-gpu={','.join(fields)}", "--format=csv,noheader"]
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode or not done.stdout.strip():
        return None
    return dict(zip(fields, (value.strip() for value in done.stdout.splitlines()[0].split(","))))
