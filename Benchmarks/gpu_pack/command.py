"""Packs the folder and tries the packed binary."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from ..shared.repository import commit

MOST_MIB = 60
# What every machine has.
COMMON = re.compile(r"/(libc|libm|libdl|librt|libpthread|libresolv|libstdc\+\+|libgcc_s)\.so")


def run(options):
    needed = libraries(options)
    folder = options.folder
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "lib").mkdir(parents=True)
    output("strip", "-o", folder / "u2cl", options.binary)
    (folder / "commit").write_text(f"{commit()}\n")
    copy(needed, folder / "lib")
    if options.shared:
        pack_shared(options.shared, folder / "shared")
    if options.tests:
        pack_tests(options.tests, folder / "tests.tar.xz")
    print(checked(folder))


def libraries(options):
    """The libraries that the binary needs; ends the program where it cannot be packed."""
    if not os.access(options.binary, os.X_OK):
        fail(f"{options.binary} is not there; run make build")
    if options.tests and not os.access(options.tests, os.X_OK):
        fail(f"{options.tests} is not there; run scripts/test")
    needed = output("ldd", options.binary)
    if "libswift" in needed:
        fail(f"{options.binary} needs Swift's libraries; build it with make build")
    if "not found" in needed:
        fail(f"{options.binary} needs libraries that are not here:\n{needed}")
    return needed


def copy(listed, folder):
    """Copies the libraries that ldd listed, except what every machine has."""
    for path in re.findall(r" => (/\S+)", listed):
        if not COMMON.search(path):
            shutil.copy(path, folder)


def pack_shared(shared, folder):
    """The authors' weights and a picture."""
    for name in ("models/u2netp-fp16.onnx", "images/horse.jpg"):
        (folder / name).parent.mkdir(parents=True)
        shutil.copyfile(shared / name, folder / name)


def pack_tests(tests, archive):
    """The tests and their libraries, stripped and compressed to a quarter."""
    with tempfile.TemporaryDirectory() as scratch:
        output("strip", "-o", Path(scratch, "u2cl-tests"), tests)
        copy(output("ldd", tests), scratch)
        output("strip", "--strip-unneeded", *Path(scratch).glob("*.so*"))
        output("tar", "-C", scratch, "-I", "xz -T0", "-cf", archive.resolve(), ".")


def checked(folder):
    """A line about the folder; ends the program where the packed binary does not start or the folder is too large."""
    size = -(-sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) // (1 << 20))
    if size > MOST_MIB:
        fail(f"{folder} is {size} MiB, more than {MOST_MIB}")
    environment = {"LD_LIBRARY_PATH": str((folder / "lib").resolve())}
    version = output((folder / "u2cl").resolve(), "--version", environment=environment).strip()
    versions = re.findall(r"GLIBC_([\d.]+)", output("objdump", "-T", folder / "u2cl"))
    glibc = max(versions, key=lambda text: [int(word) for word in text.split(".")])
    call = f"python -m benchmarks gpu {folder}/u2cl --loader {folder}/lib"
    return f"{folder}: u2cl {version}, {size} MiB, needs GLIBC_{glibc}; run there: {call}"


def output(*command, environment=None):
    """What a command writes on standard output."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, env=environment)
    if done.returncode:
        fail(f"{command[0]} failed: {done.stderr.strip()}")
    return done.stdout


def fail(text):
    sys.exit(f"gpu-pack: {text}")
