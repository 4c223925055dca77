"""Measures the Python package `u2cl` beside rembg's in-process, and beside u2cl run on a folder.

    make library && python -m venv rembg && rembg/bin/pip install 'rembg[cpu]'        # the latter outside the tree
    rembg/bin/python -m benchmarks python u2netp.onnx

All take turns in one run with the same weights; ratios are of medians.

    session  an array of 1280×720 to one of RGBA, both warm, each in a process of its own, and the peak of its memory
    start    a fresh interpreter: import, load, and the first result, from a warm cache
    folder   pictures of 1280×720 to cut-outs: four threads, and session.stream, beside u2cl run; whole processes
    memory   resident and traced memory over many calls with small pictures, cancelled and failing ones among them

Goals: session within 0.4 of rembg's time and 0.3 of its peak; start within 0.4 s and 0.2 of rembg's; folder at least
0.95 of u2cl run's rate; memory within 8 MiB. Exits with 1 where one is missed.
"""

import os
from pathlib import Path

from ..shared.machine import processor
from ..shared.options import parser
from ..shared.repository import BINARY, RESULTS, ROOT

PARTS = ["session", "start", "folder", "memory"]


def parsed(arguments):
    options = parser("python", __doc__)
    add = options.add_argument
    add("weights", type=Path, help="an ONNX file of a U²-Net")
    add("parts", nargs="*", metavar="PART", help=f"what to measure, of {', '.join(PARTS)}; default: all")
    add("--u2cl", default=BINARY, help="the binary; default: what `make build` makes")
    add("--device", default="auto", help="u2cl's device; default: auto")
    add("--library", default=os.environ.get("U2CL_LIBRARY", ROOT / ".build/library/lib/libu2cl.so.0"), type=Path,
        help="the C library; default: what `make library` makes")  # fmt: skip
    add("--rounds", type=int, default=9, help="turns of each; default: 9")
    add("--count", type=int, default=100, help="pictures in the folder; default: 100")
    add("--calls", type=int, default=10000, help="calls with small pictures; default: 10000")
    add("--machine", default=processor(), help="the machine's name in the results; default: the processor's name")
    add("--out", type=Path, default=RESULTS, help="the folder of the results; default: Benchmarks/results")
    chosen = options.parse_args(arguments)
    unknown = sorted(set(chosen.parts) - set(PARTS))
    if unknown:
        options.error(f"{unknown[0]!r} is none of {', '.join(PARTS)}")
    chosen.parts = chosen.parts or PARTS
    return chosen
