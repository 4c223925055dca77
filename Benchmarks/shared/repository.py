"""The working tree."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "Benchmarks/results"
BINARY = ROOT / ".build/static/release/u2cl"


def commit():
    """The commit of the working tree, with a + where the tree has been changed since; None outside of git."""
    try:
        arguments = ["git", "-C", str(ROOT), "describe", "--always", "--abbrev=12", "--dirty=+"]
        return subprocess.run(arguments, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
