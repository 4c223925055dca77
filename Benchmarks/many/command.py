"""Measures a whole folder, or the memory over many pictures."""

import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from ..shared.process import memory as resident
from ..shared.u2cl import U2CL
from .pictures import make


def run(options):
    with tempfile.TemporaryDirectory() as scratch:
        (soak if options.soak else compare)(options, Path(scratch))


def soak(options, scratch):
    """Prints the resident memory while small pictures are masked."""
    make(scratch / "in", options.soak, (40, 160), options.seed)
    _, moments, memory = mask(options, scratch / "in", scratch / "out", "--size", "64")
    early = next(size for count, size in memory if count >= min(1000, options.soak // 10))
    late = [size for _, size in memory if size][-1]
    for count, size in memory[:: max(1, len(memory) // 12)]:
        print(f"{count:6} masks  {size:.1f} MiB")
    print(f"{len(moments)} masks, {late - early:+.1f} MiB from the first 1000 to the end")


def compare(options, scratch):
    """Prints the rate of whole runs beside the rate of the network alone."""
    (scratch / "out").mkdir()
    broken = make(scratch / "in", options.count, (200, 2000), options.seed)
    ratios = []
    before = network(options)
    for turn in range(options.rounds):
        out = scratch / "out" / str(turn)
        seconds, moments, memory = mask(options, scratch / "in", out, "--batch", str(options.batch))
        # Loading and compiling are done before the first mask.
        rate = (len(moments) - 1) / (moments[-1] - moments[0])
        # A machine's speed drifts over minutes: the network alone is timed before and after.
        after = network(options)
        alone, before = (before + after) / 2, after
        ratios.append(rate / alone)
        print(
            f"{len(moments)} masks of {options.count} pictures, {broken} broken: {seconds:.1f} s, {rate:.2f} a second;"
            f" the network alone {alone:.2f}; ratio {rate / alone:.2f};"
            f" memory {max((size or 0) for _, size in memory or [(0, 0)]):.0f} MiB"
        )
    print(f"median ratio {sorted(ratios)[len(ratios) // 2]:.2f}")


def mask(options, folder, out, *extra):
    """Seconds of the whole process, the moments of its masks, and (masks, MiB) at every hundredth."""
    command = [options.u2cl, "run", folder, "-r", "-o", out, "--quiet", *choices(options), *extra]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    memory, moments = [], []
    for count, _ in enumerate(process.stdout, 1):
        moments.append(time.perf_counter())
        if count % 100 == 0:
            memory.append((count, resident(process.pid)))
    process.wait()
    return time.perf_counter() - start, moments, memory


def network(options):
    """Pictures a second of the network alone, by the median run."""
    u2cl = U2CL(options.u2cl, options.device)
    report = u2cl.json(
        "bench", *choices(options), "--batch", options.batch, "--no-peak", "--min-time", 5, "--max-time", 20, limit=600
    )
    return options.batch / statistics.median_high(u2cl.phase(report, "run"))


def choices(options):
    """The arguments that `run` and `bench` have in common."""
    return ["--device", options.device, *(["--model", options.model] if options.model else [])]
