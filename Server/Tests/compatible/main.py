#!/usr/bin/env python3
"""Runs clients of rembg, remove.bg, Photoroom and Triton against a server, and checks each parameter and each error.

    main.py SERVER --weights U2NETP.onnx [--rembg PYTHON] [--only NAME ...]

SERVER is a binary of u2cl-serve; it is started on free ports, with the weights as its model u2netp. PYTHON is an
interpreter that has rembg 2.0.86: its masks are compared with the server's. Needs the packages of requirements.txt.
Prints a line for each check; ends with 1 if one has failed.
"""

import argparse
import sys
import tempfile
import time
import traceback
from pathlib import Path

import inference
import photoroom
import rembg_clients
import remove_bg
import urls
from server import Server

SUITES = {suite.__name__: suite for suite in (rembg_clients, remove_bg, photoroom, inference, urls)}


def checks(suite):
    return [(name, value) for name, value in vars(suite).items() if name.startswith("check_")]


def run(name, check, context):
    start = time.perf_counter()
    try:
        note = check(context) or ""
    except Exception as error:
        trace = traceback.extract_tb(error.__traceback__)[-1]
        print(f"FAILED {name}: {type(error).__name__} {error} ({Path(trace.filename).name}:{trace.lineno})", flush=True)
        return False
    print(f"ok     {name} {note} {time.perf_counter() - start:.2f} s", flush=True)
    return True


class Context:
    """What checks use."""

    def __init__(self, options, folder, address):
        self.options, self.folder, self.address = options, folder, address


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("server", type=Path)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--rembg", type=Path)
    parser.add_argument("--only", nargs="*", choices=SUITES, default=list(SUITES))
    options = parser.parse_args()
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in options.only:
            suite, place = SUITES[name], Path(folder) / name
            place.mkdir()
            with Server(options.server, options.weights, place, getattr(suite, "OPTIONS", [])) as server:
                context = Context(options, place, server.address)
                failures += sum(not run(f"{name}.{check}", body, context) for check, body in checks(suite))
    print(f"{failures} failed" if failures else "all passed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
