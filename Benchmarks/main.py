"""Chooses the benchmark that the command line names.

A benchmark is a package with two modules: `options`, whose `parsed(arguments)` needs the standard library alone, so
that `--help` works everywhere, and `command`, whose `run(options)` measures and gives the exit status.
"""

import argparse
import sys
from importlib import import_module

from .shared.worker import EngineError

BENCHMARKS = {
    "gpu": "u2cl and PyTorch on a GPU: differences, layers, runs in turn, tunings",
    "gpu-pack": "pack u2cl for a machine with a GPU and nothing else",
    "peers": "u2cl and other engines on a CPU, in turn (make bench-peers)",
    "rembg": "u2cl and rembg on one picture, whole processes in turn",
    "many": "u2cl run on a folder of mixed pictures, and its memory over many",
    "jobs": "whole jobs: pictures a second and processor time, by result and size, beside rembg and others",
    "serve": "u2cl's server beside rembg's, and beside u2cl run on a folder",
    "soak": "many requests of mixed kinds to u2cl's server, each answer compared with u2cl run's",
    "python": "the Python package beside rembg in process, and beside u2cl run on a folder",
    "measures": "u2cl eval and pysodmetrics: their numbers and their speed",
}


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Benchmarks of u2cl.")
    commands = parser.add_subparsers(dest="name", metavar="BENCHMARK", required=True)
    for name, purpose in BENCHMARKS.items():
        commands.add_parser(name, help=purpose, add_help=False)
    name = parser.parse_args(sys.argv[1:2]).name
    package = f"{__package__}.{name.replace('-', '_')}"
    options = import_module(f"{package}.options").parsed(sys.argv[2:])
    try:
        sys.exit(import_module(f"{package}.command").run(options))
    except ModuleNotFoundError as error:
        sys.exit(f"{error.name} is not installed: see python -m benchmarks {name} --help")
    except EngineError as error:
        sys.exit(str(error))
