"""How fast engines are beside ``u2cl run``, and what their start costs.

    scripts/test-integrations --throughput [--photos FOLDER] [--count 200] [--rounds 3] [--engines dask,ray]

In each round, the command and each engine make the same cut-outs in turn, of a few pictures and of many. The
difference of the two times tells the rate without the start, and the rest of the shorter time is the start. The
processor's time is that of all processes of an engine; other work on the machine disturbs it little.
"""

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from datetime import date
from itertools import cycle
from pathlib import Path

HERE = Path(__file__).parent
FEW = 8
SPARK = "--master local[{0},4] --conf spark.task.cpus={0} --conf spark.ui.enabled=false pyspark-shell"


def write_photos(sources, folder, count):
    """As many distinct files: JPEG files with a comment of their own, of the same pictures."""
    folder.mkdir()
    for index, source in zip(range(count), cycle(sorted(sources))):
        data, comment = source.read_bytes(), f"{index:08}".encode()
        assert data[:2] == b"\xff\xd8", f"{source} is not JPEG"
        segment = b"\xff\xfe" + (2 + len(comment)).to_bytes(2, "big") + comment
        (folder / f"{index:05}.jpg").write_bytes(data[:2] + segment + data[2:])


def command(engine, pictures, results):
    """The words of a command line."""
    if engine == "u2cl run":
        return [os.environ["U2CL"], "run", pictures, "-r", "-o", results, "--output", "cutout", "--quiet",
                "--manifest", f"{results}/.manifest/1.jsonl"]
    extra = ["--runner", "DirectRunner"] if engine == "beam" else []
    return [sys.executable, HERE / engine / "cutouts.py", pictures, results, *extra]


def seconds(engine, pictures, results, log):
    """The time of a whole run, and that of the processor."""
    cores = len(os.sched_getaffinity(0))
    environment = {**os.environ, "PYSPARK_SUBMIT_ARGS": SPARK.format(cores), "PYTHONWARNINGS": "ignore",
                   "RAY_worker_niceness": "0"}
    mark = environment["U2CL_TRIAL"] = str(uuid.uuid4())
    start, spent = time.monotonic(), {}
    running = subprocess.Popen(
        list(map(str, command(engine, pictures, results))), stdout=log, stderr=subprocess.STDOUT, env=environment)
    while running.poll() is None:
        spent.update(processor_times(mark.encode()))
        time.sleep(0.1)
    taken = time.monotonic() - start
    assert running.returncode == 0, f"{engine} failed; see {log.name}"
    assert len(list(results.glob("*.png"))) == len(list(pictures.iterdir()))
    shutil.rmtree(results)
    return taken, sum(spent.values())


def processor_times(mark):
    """The processor's time so far of each process with a mark in its environment, in seconds."""
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and mark in (entry / "environ").read_bytes():
                words = (entry / "stat").read_text().rpartition(")")[2].split()
                yield entry.name, (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
        except OSError:
            continue


def measure(engines, few, many, scratch, rounds):
    """The rates and starts of each engine in each round."""
    found = {engine: [] for engine in engines}
    count = len(list(many.iterdir())) - FEW
    with open(scratch / "log", "w") as log:
        for engine in engines:  # Compiled programs are kept; the first run makes them.
            seconds(engine, few, scratch / "out", log)
        for _ in range(rounds):
            for engine in engines:
                (short, less), (long, more) = (seconds(engine, folder, scratch / "out", log) for folder in (few, many))
                rate, cost = count / (long - short), (more - less) / count
                found[engine].append((rate, short - FEW / rate, cost, less - FEW * cost))
                words = "{}: {:.2f} a second, start {:.1f} s; processor {:.3f} s a picture, start {:.1f} s"
                print(words.format(engine, *found[engine][-1]), file=sys.stderr)
    return found


def report(found):
    """A table in Markdown: medians of the rounds, and of the ratios within a round."""
    yield "| engine | pictures a second | of `u2cl run` | start | processor a picture | of `u2cl run` | start |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    base = found["u2cl run"]
    for engine, rounds in found.items():
        rate, start, cost, once = (statistics.median(values) for values in zip(*rounds))
        ratios = [statistics.median(own[at] / other[at] for own, other in zip(rounds, base)) for at in (0, 2)]
        yield (f"| {engine} | {rate:.2f} | {ratios[0]:.0%} | {start:.1f} s | {cost:.3f} s | {ratios[1]:.0%} "
               f"| {once:.1f} s |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, help="folder of JPEG files; Examples/demo.jpg by default")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engines", default="dask,ray,spark,beam")
    options = parser.parse_args()
    sources = list(options.photos.glob("*.jp*g")) if options.photos else [HERE.parent / "Examples/demo.jpg"]
    with tempfile.TemporaryDirectory(prefix="u2cl-") as folder:
        scratch = Path(folder)
        few, many = scratch / "few", scratch / "many"
        write_photos(sources, few, FEW)
        write_photos(sources, many, FEW + options.count)
        found = measure(["u2cl run", *options.engines.split(",")], few, many, scratch, options.rounds)
    print(f"{date.today()}, {len(os.sched_getaffinity(0))} cores, {platform.processor() or platform.machine()}, "
          f"{options.count} pictures, {options.rounds} rounds, load {os.getloadavg()[1]:.1f}\n")
    print("\n".join(report(found)))


if __name__ == "__main__":
    main()
