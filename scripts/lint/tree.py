"""The files of the repository."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def files():
    """Paths relative to the root: what git tracks or would track; in a tarball, all but hidden folders."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    if (ROOT / ".git").exists():
        names = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split("\0")
        return sorted({Path(name) for name in names if name and (ROOT / name).is_file()})
    return sorted(walked())


def walked():
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if not name.startswith(".") or name == ".ci"]
        yield from (Path(folder, name).relative_to(ROOT) for name in names)


def report(findings):
    """Prints `FILE:LINE: what` for each finding; gives the exit status."""
    for path, line, what in findings:
        print(f"{path}:{line}: {what}")
    return 1 if findings else 0
