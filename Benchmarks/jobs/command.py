"""Measures all in turn and writes the results."""

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from ..shared.machine import machine
from ..shared.results import save, slug
from ..shared.samples import rotated
from .contestants import contestants, pretended
from .kinds import KINDS, SIZES
from .pictures import make
from .report import report

SETTINGS = ("rounds", "seed", "device", "pretended")


def run(options):
    described = machine() | {"name": options.machine}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        measured = fed(options, folder) if options.pretended else compared(options, folder)
    settings = {key: getattr(options, key) for key in SETTINGS} | {"weights": options.weights.name}
    settings["against"] = version(options.against) if options.against else None
    document = {"schema": 1, "kind": "jobs", "machine": described, "settings": settings, **measured}
    text = report(document)
    print(text)
    suffix = f"jobs-{options.pretended}" if options.pretended else "jobs"
    for path in save(options.out, f"{described['date']}-{slug(options.machine)}-{suffix}", document, text):
        print(path, file=sys.stderr)


def version(binary):
    """What a binary says its version is."""
    return subprocess.run([binary, "--version"], check=True, capture_output=True, text=True).stdout.strip()


def jobs(options, folder):
    """Each size with its kinds, and the pictures of each kind. They are removed before the next size is made."""
    for size in options.sizes:
        pictures = {}
        for kind in options.kinds:
            samples = KINDS[kind].samples
            if samples not in pictures:
                count = options.count or SIZES[size].count
                place = folder / f"{size}-{samples}"
                pictures[samples] = make(place, SIZES[size], samples, count, options.seed, options.photos)
            yield size, kind, pictures[samples]
        for path in (path for paths in pictures.values() for path in paths):
            path.unlink()


def compared(options, folder):
    """Every contestant's medians, and the network's processor time."""
    found, absent = contestants(options, folder)
    results, network = {}, None
    try:
        for size, kind, pictures in jobs(options, folder):
            if network is None:
                network = network_time(found["u2cl"], pictures, folder)
            able = [name for name in found if found[name].can(kind)]
            print(f"{size} {kind}: {', '.join(able)}", file=sys.stderr)
            results.setdefault(size, {})[kind] = turns(options, {name: found[name] for name in able}, kind, pictures)
    finally:
        for contestant in found.values():
            contestant.close()
    return {"results": results, "absent": absent, "network": network}


def turns(options, found, kind, pictures):
    """name → the medians of its turns."""
    samples = {name: [] for name in found}
    with tempfile.TemporaryDirectory() as out:
        for number in range(options.rounds):
            for name in rotated(list(found), number):
                samples[name].append(found[name].measure(kind, pictures, out))
    return {
        name: {"rate": statistics.median(rates), "cpu": statistics.median(times), "rounds": len(rates)}
        for name, (rates, times) in ((name, zip(*rounds)) for name, rounds in samples.items())
    }


def network_time(u2cl, pictures, folder):
    """The processor's seconds that the network takes for a picture, the median of three runs."""
    return statistics.median(seconds_of(u2cl.timings("mask", pictures, folder), {"network"}) for _ in range(3))


def fed(options, folder):
    """The pictures a second that a core feeds to a device whose network takes no time."""
    u2cl = pretended(options, folder)
    results = {}
    for size, kind, pictures in jobs(options, folder):
        print(f"{size} {kind}", file=sys.stderr)
        stages = set(STAGES) - {"network"}
        with tempfile.TemporaryDirectory() as out:
            times = [u2cl.timings(kind, pictures, out) for _ in range(options.rounds)]
        cpu = statistics.median(seconds_of(time, stages) for time in times)
        each = {stage: statistics.median(seconds_of(time, {stage}) for time in times) for stage in STAGES}
        results.setdefault(size, {})[kind] = {"cpu": cpu, "stages": each}
    return {"fed": results}


STAGES = ["read", "decode", "resize", "network", "refine", "foreground", "blend", "encode", "write"]


def seconds_of(timings, stages):
    """The processor's seconds that some stages take for a picture."""
    rows = {row["stage"]: row for row in timings["stages"]}
    count = rows["decode"]["pictures"]
    return sum(row["cpuSeconds"] for stage, row in rows.items() if stage in stages) / count
