"""Compares the numbers of both, then their speed."""

import csv
import os
import subprocess
import tempfile
import time
from pathlib import Path

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):  # Before NumPy is imported.
    os.environ[name] = "1"

import numpy as np  # noqa: E402

from Tests.Oracle import measures  # noqa: E402

from .pairs import read, write_seeded  # noqa: E402

CORES = os.sched_getaffinity(0)
TOLERANCE = 1e-6
ROUNDS = 5


def run(options):
    """0 where the numbers agree, else 1."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        good = compare(options.u2cl, *write_seeded(folder), folder)
        if options.maps and options.masks:
            good &= compare(options.u2cl, options.maps, options.masks, folder)
            race(options.u2cl, options.maps, options.masks, folder)
    return 0 if good else 1


def compare(u2cl, maps, masks, folder):
    """Prints the largest difference of every measure; gives whether all are small enough."""
    evaluate(u2cl, maps, masks, folder / "scores.csv", CORES)
    with open(folder / "scores.csv") as file:
        ours = {row["picture"]: row for row in csv.DictReader(file)}
    reference, worst, undefined = measures.Reference(), dict.fromkeys(measures.ALL_COLUMNS, 0.0), 0
    for name, prediction, truth in read(maps, masks):
        reference.step(prediction, truth)
        for column, expected in (reference.last() | measures.own(prediction, truth)).items():
            if np.isnan(expected):
                undefined += 1
            else:
                difference = abs(float(ours[name][column]) - expected) / max(1, abs(expected))
                worst[column] = max(worst[column], difference)
    print(f"{len(ours)} pairs; largest difference (relative above 1); {undefined} values undefined in the reference")
    for column, difference in worst.items():
        print(f"  {column:18} {difference:.1e}")
    return max(worst.values()) <= TOLERANCE


def race(u2cl, maps, masks, folder):
    """Prints the median times of a pair, in turn."""
    one, two, scores = {min(CORES)}, set(sorted(CORES)[:2]), folder / "scores.csv"
    contestants = {
        "pysodmetrics, one core": lambda: time_reference(maps, masks, one, with_own=False),
        "with SciPy's boundary F, one core": lambda: time_reference(maps, masks, one, with_own=True),
        "u2cl, one core": lambda: evaluate(u2cl, maps, masks, scores, one),
        "u2cl, two cores": lambda: evaluate(u2cl, maps, masks, scores, two),
    }
    times = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        for name, seconds in contestants.items():
            times[name].append(seconds())
    medians = {name: float(np.median(values)) for name, values in times.items()}
    count = len(list(masks.glob("*.png")))
    for name, median in medians.items():
        print(f"  {name:34} {median / count * 1e3:8.2f} ms a pair  {median / medians['u2cl, one core']:6.2f}×")


def evaluate(u2cl, maps, masks, scores, cores):
    """Seconds of u2cl, which writes its scores."""
    os.sched_setaffinity(0, cores)
    start = time.perf_counter()
    command = [u2cl, "eval", "--maps", maps, "--masks", masks, "--csv", scores, "--quiet", "--fresh"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def time_reference(maps, masks, cores, with_own):
    """Seconds of the other packages."""
    os.sched_setaffinity(0, cores)
    start = time.perf_counter()
    reference = measures.Reference()
    for _, prediction, truth in read(maps, masks):
        reference.step(prediction, truth)
        if with_own:
            measures.own(prediction, truth)
    return time.perf_counter() - start
