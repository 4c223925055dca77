"""Times u2cl and other engines in turn, in one run, on one CPU: the same network, seeded weights, input and threads.

Before that, every engine's seven maps are compared with what the network must answer, computed in float64.
Ratios are of medians: below 1, u2cl is faster. Results go to Benchmarks/Results/DATE-MACHINE-peers.{json,md}.
"""

import argparse
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

from support import report
from support.u2cl import U2CL
from support.worker import EngineError

from .contestants import Peer, U2CLPeer
from .engines import ENGINES

ROOT = Path(__file__).resolve().parents[2]
NETWORKS = ("u2netp", "u2net")
PAUSE = 0.2  # Seconds between turns, in which the last engine's threads stop spinning.


def main():
    options = parsed()
    machine = report.machine() | {"name": options.machine}
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if len(cores) > options.threads:
        os.sched_setaffinity(0, cores[: options.threads])
    folder = exported(options)
    results = {name: compared(name, folder / name, options) for name in options.networks}
    document = {
        "schema": 1,
        "kind": "peers",
        "machine": machine,
        "settings": {
            key: getattr(options, key) for key in ("size", "threads", "rounds", "runs", "warmup", "device")
        },
        "networks": results,
    }
    name = f"{machine['date']}-{report.slug(options.machine)}-peers"
    text = markdown(document)
    print(text)
    for path in report.save(options.out, name, document, text):
        print(path, file=sys.stderr)
    if any("disagrees" in entry for entries in results.values() for entry in entries.values()):
        raise SystemExit("some engines disagree: see the table")


def parsed():
    parser = argparse.ArgumentParser(prog="make bench-peers", description=__doc__.partition("\n")[0])
    known = ["u2cl", "u2cl-intel", *ENGINES]
    parser.add_argument("--u2cl", default=ROOT / ".build/static/release/u2cl", help="the binary to measure")
    parser.add_argument("--device", default="cpu", help="u2cl's device")
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=NETWORKS)
    parser.add_argument("--engines", nargs="+", choices=known, default=known)
    parser.add_argument("--size", type=int, default=320, help="side of the input")
    parser.add_argument("--threads", type=int, default=2, help="threads, and processor cores, of every engine")
    parser.add_argument("--rounds", type=int, default=7, help="turns of every engine")
    parser.add_argument("--runs", type=int, default=6, help="runs that count in one turn")
    parser.add_argument("--warmup", type=int, default=2, help="runs before them that do not")
    parser.add_argument("--quick", action="store_true", help="two rounds of two runs, to see that all works")
    parser.add_argument("--machine", default=report.processor(), help="the machine's name in the results")
    parser.add_argument("--out", type=Path, default=ROOT / "Benchmarks/Results", help="the folder of the results")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.runs, options.warmup = 2, 2, 1
    return options


def exported(options):
    """The folder of the networks in every form, made anew where what makes it has changed."""
    here = Path(__file__).parent
    sources = [here / "export.py", here / "requirements.txt", here.parent / "support/network.py"]
    key = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
    base = ROOT / ".venv/peers/exports" / f"{key}-{options.size}"
    for name in options.networks:
        if (base / name / "done").exists():
            continue
        print(f"exporting {name} to {base}", file=sys.stderr)
        (base / name).mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "peers.export", name, str(options.size), str(base / name)]
        log = base / f"{name}.log"
        with open(log, "wb") as stream:
            if subprocess.run(command, stdout=stream, stderr=subprocess.STDOUT).returncode:
                raise SystemExit(f"{name} could not be exported: see {log}")
        (base / name / "done").touch()
    return base


def contestants(folder, options):
    """id → contestant, in the order of the table."""
    environment = os.environ | {
        "POCL_MAX_PTHREAD_COUNT": str(options.threads),
        "POCL_CPU_MAX_CU_COUNT": str(options.threads),
    }
    intel = ROOT / ".venv/opencl-vendors/intel"
    found = {"u2cl": U2CLPeer(U2CL(options.u2cl, options.device, environment), folder, options.size, "u2cl")}
    if (intel / "intel.icd").exists():
        binary = U2CL(options.u2cl, options.device, environment | {"OCL_ICD_VENDORS": str(intel)})
        found["u2cl-intel"] = U2CLPeer(binary, folder, options.size, "u2cl on Intel's OpenCL")
    for key, engine in ENGINES.items():
        found[key] = Peer(key, engine, folder, options.threads)
    return {key: found[key] for key in options.engines if key in found}


def compared(name, folder, options):
    """id → result of one network: agreement first, then time, in turn."""
    entries, running = {}, {}
    peers = contestants(folder, options)
    for key, peer in peers.items():
        print(f"{name}: {peer.title}: checking", file=sys.stderr)
        try:
            entries[key] = peer.load() | {"rounds": []}
            running[key] = peer
        except EngineError as error:
            entries[key] = {"title": peer.title, "precision": peer.precision, "missing": str(error)}
    for number in range(options.rounds):
        # Each round begins with another engine, so that none always runs after the same one.
        order = list(running)
        for key in order[number % len(order) :] + order[: number % len(order)] if order else []:
            turn(running, key, entries[key], options)
        print(f"{name}: round {number + 1} of {options.rounds}", file=sys.stderr)
    for peer in peers.values():
        peer.close()
    for entry in entries.values():
        samples = [sample for samples in entry.get("rounds", []) for sample in samples]
        if samples:
            entry["run"] = report.summary(samples)
    return with_ratios(entries)


def turn(running, key, entry, options):
    """One engine's turn in a round; one that fails takes no further part."""
    time.sleep(PAUSE)
    try:
        entry["rounds"].append(running[key].run(options.runs, options.warmup))
    except EngineError as error:
        entry["failed"] = str(error)
        del running[key]


def with_ratios(entries):
    """Adds what u2cl's median is in parts of each peer's, over the whole run and in its best and worst round."""
    own = entries.get("u2cl", {})
    for key, entry in entries.items():
        if key == "u2cl" or "run" not in entry or "run" not in own:
            continue
        pairs = zip(own["rounds"], entry["rounds"])
        by_round = [report.summary(a)["median"] / report.summary(b)["median"] for a, b in pairs]
        entry["ratio"] = {
            "median": own["run"]["median"] / entry["run"]["median"],
            "least": min(by_round),
            "most": max(by_round),
        }
    return entries


def markdown(document):
    """The report that people read."""
    machine, settings = document["machine"], document["settings"]
    lines = [
        f"# u2cl and other engines on {machine['name']}",
        "",
        f"{machine['date']}, commit {machine['commit']}, {machine['system']}, load average "
        f"{machine['load']} at the start. "
        f"{settings['size']}×{settings['size']}, batch 1, {settings['threads']} threads, seeded weights. "
        f"All engines in turn in one run: {settings['rounds']} rounds of {settings['runs']} runs each, after "
        f"{settings['warmup']} that do not count. Milliseconds.",
        "",
        "u2cl / it: ratio of medians (and of the medians of single rounds); below 1, u2cl is faster. "
        "Difference: the largest of any pixel of the seven maps from float64.",
    ]
    for name, entries in document["networks"].items():
        lines += ["", f"## {name}", "", report.table(HEAD, [row(entry) for entry in entries.values()])]
        fastest = fastest_peer(entries)
        if fastest:
            ratio = fastest["ratio"]["median"]
            lines += ["", f"u2cl takes **{ratio:.2f}×** the time of the fastest float32 peer, {fastest['title']}."]
    return "\n".join(lines) + "\n"


HEAD = ["engine", "version", "precision", "median", "min", "p90", "u2cl / it", "difference"]


def row(entry):
    """One engine's row."""
    title = f"{entry['title']} ({entry['note']})" if entry.get("note") else entry["title"]
    if "missing" in entry:
        return [title, "–", entry["precision"], f"not measured: {entry['missing']}", "", "", "", ""]
    times = ["–"] * 3
    if "run" in entry:
        times = [report.milliseconds(entry["run"][key]) for key in ("median", "min", "p90")]
    ratio = entry.get("ratio")
    ratios = f"{ratio['median']:.2f} ({ratio['least']:.2f}–{ratio['most']:.2f})" if ratio else "–"
    difference = f"{max(entry['differences']):.1e}"
    remarks = [entry[key] for key in ("disagrees", "failed") if key in entry]
    return [title, entry["version"], entry["precision"], *times, ratios, ", ".join([difference, *remarks])]


def fastest_peer(entries):
    """The float32 engine with the least median that is not u2cl and agrees."""
    others = [entry for key, entry in entries.items() if not key.startswith("u2cl") and "ratio" in entry]
    peers = [entry for entry in others if entry["precision"] == "float32" and "disagrees" not in entry]
    return min(peers, key=lambda entry: entry["run"]["median"], default=None)


if __name__ == "__main__":
    main()
