"""Makes pictures and right answers, asks the server, and judges."""

import sys
import tempfile
import threading
import time
from pathlib import Path

from ..shared.machine import machine
from ..shared.markdown import table
from ..shared.process import descriptors, memory
from ..shared.results import save, slug
from ..shared.server import running
from ..shared.u2cl import U2CL
from . import jobs, pictures
from .crowd import Crowd

GROWTH = 10  # MiB.
FIRST = 1000  # Requests before the memory that counts.
SETTINGS = ("requests", "clients", "size", "pictures", "seed", "device", "argument")


def run(options):
    """0 where nothing is wrong, else 1."""
    described = machine() | {"name": options.machine}
    with tempfile.TemporaryDirectory() as scratch:
        found = soak(options, options.keep or Path(scratch))
    settings = {key: getattr(options, key) for key in SETTINGS}
    document = {"schema": 1, "kind": "soak", "machine": described, "settings": settings, **found}
    text = report(document)
    print(text)
    name = f"{described['date']}-{slug(options.machine)}-soak-{options.requests}"
    for path in save(options.out, name, document, text):
        print(path, file=sys.stderr)
    return 1 if document["faults"] else 0


def soak(options, folder):
    """What was found."""
    folder.mkdir(exist_ok=True)
    u2cl = U2CL(options.u2cl, options.device)
    paths = pictures.make(folder / "pictures", options.pictures, options.seed, u2cl)
    made = jobs.make(paths, u2cl, options.size, folder)
    print(f"{len(made)} results of u2cl run", file=sys.stderr)
    command = [options.server, "--port", "PORT", "--device", options.device, *options.argument]
    command += ["--size", options.size] if options.size else []
    with running(command, {"U2CL_FIRST_RUN": "wait"}, folder / "log") as (process, address):
        crowd = Crowd(address, made, options.seed, options.clients, options.keep)
        crowd.run(min(16, options.requests))
        first = idle(process)
        crowd.run(min(FIRST, options.requests))
        early = idle(process)
        start, before = time.perf_counter(), crowd.done
        samples = sampled(process, crowd, lambda: crowd.run(options.requests))
        seconds = time.perf_counter() - start
        late = idle(process)
        ended = process.poll()
    return judged(crowd, samples, first, early, late, ended) | {"rate": (crowd.done - before) / seconds}


def idle(process):
    """MiB and descriptors of a server that has nothing to do."""
    time.sleep(3)
    return {"memory": memory(process.pid), "descriptors": descriptors(process.pid)}


def sampled(process, crowd, work):
    """(requests, MiB, descriptors) every second while `work` is done."""
    samples, ended = [], threading.Event()

    def sample():
        while not ended.wait(1):
            held = memory(process.pid)
            if held is None:
                return
            samples.append((crowd.done, held, descriptors(process.pid)))
            if len(samples) % 60 == 0:
                print(f"{crowd.done} requests, {held:.0f} MiB, {len(crowd.wrong)} wrong", file=sys.stderr)

    thread = threading.Thread(target=sample)
    thread.start()
    work()
    ended.set()
    thread.join()
    return samples


def judged(crowd, samples, first, early, late, ended):
    """The counts, the memory and the faults."""
    faults = [f"{len(crowd.wrong)} wrong answers"] if crowd.wrong else []
    if ended is not None:
        faults.append(f"the server ended with {ended}")
    elif late["memory"] - early["memory"] >= GROWTH:
        faults.append(f"memory grew by {late['memory'] - early['memory']:.1f} MiB")
    if late["descriptors"] > first["descriptors"]:
        faults.append(f"{late['descriptors'] - first['descriptors']} descriptors are left")
    return {
        "requests": crowd.done, "kinds": dict(crowd.kinds), "codes": dict(crowd.codes), "first": first, "early": early,
        "late": late, "tenths": tenths(samples), "peak": max((held for _, held, _ in samples), default=0),
        "wrong": crowd.wrong[:20], "faults": faults,
    }  # fmt: skip


def tenths(samples):
    """(requests, median MiB) of each tenth of the samples."""
    step = max(1, len(samples) // 10)
    parts = [samples[start : start + step] for start in range(0, len(samples), step)]
    return [(part[-1][0], sorted(held for _, held, _ in part)[len(part) // 2]) for part in parts]


def report(document):
    """Markdown."""
    machine, early, late = document["machine"], document["early"], document["late"]
    lines = [
        f"# {document['requests']} requests on {machine['name']}",
        "",
        f"{machine['date']}, commit {machine['commit']}, {machine['cores']} cores, {machine['system']}. "
        f"{document['settings']['clients']} clients, {document['rate']:.0f} requests/s.",
        "",
        table(["answer", "requests"], sorted(document["codes"].items())),
        "",
        table(["kind", "requests"], sorted(document["kinds"].items())),
        "",
        table(["requests", "MiB"], [[count, f"{held:.0f}"] for count, held in document["tenths"]]),
        "",
        f"Idle after the first thousand: {early['memory']:.1f} MiB, {early['descriptors']} descriptors. Idle at "
        f"the end: {late['memory'] or 0:.1f} MiB, {late['descriptors']} descriptors. Peak: {document['peak']:.0f} MiB.",
        "",
        "; ".join(document["faults"]) or "Nothing is wrong: every good answer is that of `u2cl run`, byte for byte.",
        *(f"- {line}" for line in document["wrong"]),
    ]
    return "\n".join(lines) + "\n"
