"""Makes .venv/peers with the engines of requirements.txt: `python -m benchmarks.peers.setup`.

Does nothing where they are there. An engine that cannot be installed is left out, and the table says so.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from ..shared.repository import ROOT

VENV = ROOT / ".venv/peers"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
INSTALLED = VENV / "requirements.txt"


def main():
    if INSTALLED.exists() and INSTALLED.read_bytes() == REQUIREMENTS.read_bytes():
        return
    if not (VENV / "bin/pip").exists():
        python = shutil.which("python3.11") or sys.executable
        subprocess.run([python, "-m", "venv", VENV], check=True)
    print(f"installing the engines to compare with in {VENV.relative_to(ROOT)}", file=sys.stderr)
    if install("-r", REQUIREMENTS):
        shutil.copyfile(REQUIREMENTS, INSTALLED)
        return
    for line in REQUIREMENTS.read_text().splitlines():
        requirement = line.partition("#")[0].strip()
        if requirement and not install(requirement):
            print(f"peers: {requirement} could not be installed", file=sys.stderr)
    sys.exit(subprocess.run([VENV / "bin/python", "-c", "import torch, numpy"]).returncode)


def install(*arguments):
    """Whether pip could."""
    pip = [VENV / "bin/pip", "--disable-pip-version-check", "install", "--quiet"]
    return subprocess.run([*pip, *arguments]).returncode == 0


if __name__ == "__main__":
    main()
