"""Exports the networks, compares the engines, and writes the results."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from ..shared.machine import machine
from ..shared.repository import ROOT
from ..shared.results import save, slug
from .contest import compared
from .report import report

SETTINGS = ("size", "threads", "rounds", "runs", "warmup", "device")


def run(options):
    described = machine() | {"name": options.machine}
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if len(cores) > options.threads:
        os.sched_setaffinity(0, cores[: options.threads])
    folder = exported(options)
    document = {
        "schema": 1,
        "kind": "peers",
        "machine": described,
        "settings": {key: getattr(options, key) for key in SETTINGS},
        "networks": {name: compared(name, folder / name, options) for name in options.networks},
    }
    text = report(document)
    print(text)
    for path in save(options.out, f"{described['date']}-{slug(options.machine)}-peers", document, text):
        print(path, file=sys.stderr)
    entries = [entry for entries in document["networks"].values() for entry in entries.values()]
    return "some engines disagree: see the table" if any("disagrees" in entry for entry in entries) else None


def exported(options):
    """The folder of the networks in every form, made again where their sources have changed."""
    here, oracle = Path(__file__).parent, ROOT / "Tests/Oracle"
    sources = [here / "export.py", here / "requirements.txt", oracle / "networks.py", oracle / "seeded.py"]
    key = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
    base = ROOT / ".venv/peers/exports" / f"{key}-{options.size}"
    for name in options.networks:
        if (base / name / "done").exists():
            continue
        print(f"exporting {name} to {base}", file=sys.stderr)
        (base / name).mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "benchmarks.peers.export", name, str(options.size), str(base / name)]
        log = base / f"{name}.log"
        with open(log, "wb") as stream:
            if subprocess.run(command, stdout=stream, stderr=subprocess.STDOUT, cwd=ROOT).returncode:
                raise SystemExit(f"{name} could not be exported: see {log}")
        (base / name / "done").touch()
    return base
