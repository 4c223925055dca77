"""One network, all engines in turn."""

import sys
import time

from ..shared.samples import flat, rotated, summary
from ..shared.worker import EngineError
from .contestants import contestants

PAUSE = 0.2  # Seconds between turns, in which the last engine's threads stop spinning.


def compared(name, folder, options):
    """key → result of one network: agreement first, then time, in turn."""
    peers = contestants(folder, options)
    entries = {key: checked(name, peer) for key, peer in peers.items()}
    running = {key: peer for key, peer in peers.items() if "missing" not in entries[key]}
    for number in range(options.rounds):
        for key in rotated(list(running), number):
            turn(running, key, entries[key], options)
        print(f"{name}: round {number + 1} of {options.rounds}", file=sys.stderr)
    for peer in peers.values():
        peer.close()
    for entry in entries.values():
        samples = flat(entry.get("rounds", []))
        if samples:
            entry["run"] = summary(samples)
    return with_ratios(entries)


def checked(name, peer):
    """The entry of an engine that is loaded; `missing` in it says why one is not."""
    print(f"{name}: {peer.title}: checking", file=sys.stderr)
    try:
        return peer.load() | {"rounds": []}
    except EngineError as error:
        return {"title": peer.title, "precision": peer.precision, "missing": str(error)}


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
        by_round = [summary(a)["median"] / summary(b)["median"] for a, b in pairs]
        entry["ratio"] = {
            "median": own["run"]["median"] / entry["run"]["median"],
            "least": min(by_round),
            "most": max(by_round),
        }
    return entries
