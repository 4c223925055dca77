"""Runs both in turn and compares time and memory."""

import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from .picture import draw

MOST_TIME, MOST_MEMORY = 0.25, 0.4  # u2cl's share of rembg's.


def run(options):
    """0 where u2cl keeps within its shares, else 1."""
    with tempfile.TemporaryDirectory() as scratch:
        samples = measured(commands(options, Path(scratch)), options, Path(scratch, "log"))
    medians = {name: [statistics.median(column) for column in zip(*rows)] for name, rows in samples.items()}
    for name, (seconds, memory) in medians.items():
        fastest = min(row[0] for row in samples[name])
        print(f"{name:6} {seconds * 1e3:7.0f} ms (fastest {fastest * 1e3:.0f})  {memory:6.0f} MiB")
    time_ratio, memory_ratio = (ours / theirs for ours, theirs in zip(medians["u2cl"], medians["rembg"]))
    print(f"ratio  {time_ratio:7.2f}     {memory_ratio:21.2f}")
    return 0 if time_ratio <= MOST_TIME and memory_ratio <= MOST_MEMORY else 1


def commands(options, scratch):
    """name → command."""
    rembg = shutil.which("rembg", path=os.path.dirname(sys.executable) + os.pathsep + os.environ.get("PATH", ""))
    if not rembg:
        sys.exit("rembg is not installed here: pip install 'rembg[cpu,cli]'")
    picture = options.picture or str(scratch / "picture.jpg")
    if not options.picture:
        draw(picture)
    weights = os.path.realpath(options.weights)
    theirs = [rembg, "i", "-m", "u2net_custom", "-x", f'{{"model_path": "{weights}"}}']
    theirs += [*(["-om"] if options.only_mask else []), picture, str(scratch / "rembg.png")]
    ours = [options.u2cl, "run", "-m", weights, "--device", options.device, "--resample", "lanczos", "--quiet"]
    ours += ["--output", "mask" if options.only_mask else "cutout", picture, "-o", str(scratch / "u2cl.png")]
    return {"rembg": theirs, "u2cl": ours}


def measured(contestants, options, log):
    """name → (seconds, MiB) of every round; a round before them fills the caches."""
    samples = {name: [] for name in contestants}
    home = os.path.dirname(os.path.realpath(options.weights))
    for number in range(options.rounds + 1):
        for name, command in contestants.items():
            sample = process(command, str(log), home)
            if number:
                samples[name].append(sample)
    return samples


def process(command, log, home):
    """Seconds and MiB of a whole process; rembg takes weights from `home` alone."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    actions = [(os.POSIX_SPAWN_OPEN, number, log, flags, 0o600) for number in (1, 2)]
    start = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ | {"U2NET_HOME": home}, file_actions=actions)
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - start
    if status:
        sys.exit(f"{' '.join(command)} failed:\n{Path(log).read_text()[-2000:]}")
    return seconds, usage.ru_maxrss / 1024
