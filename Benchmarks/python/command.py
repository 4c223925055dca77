"""Measures the parts in turn and writes the results."""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ..jobs.kinds import SIZES
from ..jobs.pictures import make
from ..shared.machine import machine
from ..shared.repository import ROOT
from ..shared.results import save, slug
from ..shared.samples import rotated, summary
from ..shared.worker import EngineError, Worker, one_line
from .folder import WAYS
from .report import missed, report

NAMES = ["u2cl", "rembg"]


def run(options):
    """0 where all goals are met, else 1."""
    described = machine() | {"name": options.machine}
    parts = {"session": session, "start": start, "folder": folder, "memory": memory}
    with tempfile.TemporaryDirectory() as scratch:
        weights = shutil.copy(options.weights, Path(scratch, "weights.onnx"))
        measure = Measure(options, Path(scratch), str(weights))
        results = {name: parts[name](measure) for name in options.parts}
    document = {"schema": 1, "kind": "python", "machine": described, "results": results}
    text = report(document)
    print(text)
    for path in save(options.out, f"{described['date']}-{slug(options.machine)}-python", document, text):
        print(path, file=sys.stderr)
    return 1 if missed(results) else 0


class Measure:
    """What the parts share."""

    def __init__(self, options, scratch, weights):
        self.options, self.scratch, self.weights = options, scratch, weights
        paths = [str(ROOT), str(ROOT / "Bindings/python/src"), os.environ.get("PYTHONPATH")]
        self.environment = os.environ | {
            "U2CL_LIBRARY": str(options.library), "POCL_WORK_GROUP_SPECIALIZATION": "0",
            "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        }  # fmt: skip

    def module(self, name, *arguments):
        """Standard output of a module of this package in a fresh interpreter."""
        return self.command([sys.executable, "-m", f"benchmarks.python.{name}", *map(str, arguments)])

    def command(self, command):
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        if done.returncode:
            raise EngineError(one_line(f"{' '.join(map(str, command))}: {done.stderr[-300:]}"))
        return done.stdout


def session(measure):
    """name → seconds of warm calls, and MiB of the process at its peak."""
    log = measure.scratch / "log"
    arguments = [measure.weights, measure.options.device]
    workers = {
        name: Worker("benchmarks.python.engines", [name, *arguments], log, measure.environment) for name in NAMES
    }
    seconds, peaks = {name: [] for name in NAMES}, {}
    try:
        for worker in workers.values():
            worker.ask("load", 300)
        for number in range(measure.options.rounds + 1):
            for name in rotated(NAMES, number):
                answer = workers[name].ask("call", 300, count=5)
                peaks[name] = answer["peak"]
                if number:
                    seconds[name] += answer["seconds"]
    finally:
        for worker in workers.values():
            worker.close()
    return {name: summary(seconds[name]) | {"peak": peaks[name]} for name in NAMES}


def start(measure):
    """name → seconds from the import to the first result in fresh interpreters; the first of each does not count."""
    samples = {name: [] for name in NAMES}
    for number in range(measure.options.rounds + 1):
        for name in rotated(NAMES, number):
            output = measure.module("engines", name, measure.weights, measure.options.device, "first")
            if number:
                samples[name].append([float(text) for text in output.split()])
    pairs = {name: list(zip(*values)) for name, values in samples.items()}
    return {name: summary(walls) | {"cpu": statistics.median(cpu)} for name, (walls, cpu) in pairs.items()}


def folder(measure):
    """kind of file → way → pictures a second of whole processes, and their processor's seconds for each picture."""
    options, rates = measure.options, {}
    jpeg = make(measure.scratch / "jpeg", SIZES["720p"], "rgb", options.count, 7)[0].parent
    png = measure.scratch / "png"
    png.mkdir()
    for path in sorted(jpeg.iterdir()):
        convert(path, png / f"{path.stem}.png")
    for kind, place in {"jpeg": jpeg, "png": png}.items():
        samples = {way: [] for way in ["run", *WAYS]}
        for number in range(max(2, options.rounds // 3)):
            for way in rotated(list(samples), number):
                samples[way].append(whole(measure, way, place))
        rates[kind] = {way: described(values, options.count) for way, values in samples.items()}
    return rates


def described(values, count):
    """The rates of (wall, processor) seconds of runs on `count` pictures."""
    walls, processor = zip(*values)
    return summary([count / wall for wall in walls]) | {"cpu": statistics.median(processor) / count}


def convert(source, target):
    from PIL import Image

    Image.open(source).save(target, compress_level=1)


def whole(measure, way, place):
    """Seconds of a process that cuts out a folder, and those of the processor."""
    options, out = measure.options, measure.scratch / "out"
    shutil.rmtree(out, ignore_errors=True)
    begin, before = time.perf_counter(), processor_time()
    if way == "run":
        choices = ["-m", measure.weights, "--device", options.device, "--output", "cutout", "--quiet"]
        measure.command([str(options.u2cl), "run", str(place), "-o", str(out), *choices])
    else:
        measure.module("folder", way, measure.weights, options.device, place, out)
    seconds, busy = time.perf_counter() - begin, processor_time() - before
    found = len(list(out.iterdir()))
    if found != options.count:
        raise EngineError(f"{way} made {found} of {options.count} cut-outs")
    return seconds, busy


def processor_time():
    """The processor's seconds of all processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def memory(measure):
    """See memory.py."""
    options = measure.options
    return json.loads(measure.module("memory", measure.weights, options.device, options.calls))
