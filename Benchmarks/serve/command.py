"""Measures all in turn, judges, and writes the results."""

import statistics
import sys
import tempfile
from pathlib import Path

from ..shared.machine import machine
from ..shared.results import save, slug
from ..shared.samples import rotated
from .contestants import Folder, InProcess, ours, rembg
from .goals import goals
from .report import report

SETTINGS = ("seconds", "rounds", "device", "argument", "folder")


def run(options):
    """0 where the goals are reached, else 1."""
    described = machine() | {"name": options.machine}
    with tempfile.TemporaryDirectory() as scratch:
        turns = measured(options, Path(scratch))
    results = {name: medians(samples) for name, samples in turns.items()}
    settings = {key: getattr(options, key) for key in SETTINGS} | {"weights": options.weights.name}
    document = {"schema": 1, "kind": "serve", "machine": described, "settings": settings, "results": results}
    document["goals"] = goals(results)
    text = report(document)
    print(text)
    for path in save(options.out, f"{described['date']}-{slug(options.machine)}-serve", document, text):
        print(path, file=sys.stderr)
    return 0 if all(goal["isReached"] for goal in document["goals"]) else 1


def measured(options, folder):
    """name → what each turn has found."""
    found = {"run": Folder(options, folder), "process": InProcess(options, folder), "u2cl": ours(options, folder)}
    if options.rembg:
        found["rembg"] = rembg(options, folder)
    turns = {name: [] for name in found}
    for number in range(options.rounds):
        for name in rotated(list(found), number):
            print(f"round {number + 1} of {options.rounds}: {name}", file=sys.stderr)
            turns[name].append(found[name].turn())
    return turns


def medians(turns):
    """The turns of one contestant in one; memory is the most of all, and errors are the sum."""
    first = turns[0]
    if "clients" in first:
        counts = {count: medians([turn["clients"][count] for turn in turns]) for count in first["clients"]}
        return {"clients": counts, "memoryAfter": max(turn["memoryAfter"] for turn in turns)}
    result = {}
    if "rate" in first:
        result["rate"] = statistics.median(turn["rate"] for turn in turns)
    if "answers" in first:
        result |= percentiles([turn["answers"] for turn in turns])
    if "memory" in first:
        refused = percentiles([turn["refusals"] for turn in turns])
        refused["count"] = sum(len(turn["refusals"]) for turn in turns)
        result |= {"refusals": refused, "memory": max(turn["memory"] for turn in turns)}
        result["errors"] = sum(turn["errors"] for turn in turns)
        result["firstError"] = next((turn["firstError"] for turn in turns if turn["firstError"]), None)
    return result


def percentiles(rounds):
    """The medians of the rounds' percentiles, and the longest of all; None where there is no sample."""
    rounds = [samples for samples in rounds if samples]
    if not rounds:
        return {"p50": None, "p99": None, "longest": None}

    def at(share):
        return statistics.median(samples[min(len(samples) - 1, int(share * len(samples)))] for samples in rounds)

    return {"p50": at(0.5), "p99": at(0.99), "longest": max(samples[-1] for samples in rounds)}
