"""Measures whole jobs, from the files of pictures to the files of results, in a steady state: pictures a second, and
the processor's time for each, by the kind of the result and the size of the pictures.

    python -m venv rembg && rembg/bin/pip install 'rembg[cpu]' pillow          # outside the tree
    rembg/bin/python -m benchmarks jobs u2netp.onnx [--against OLD_BINARY] [--photos FOLDER]
    rembg/bin/python -m benchmarks jobs u2netp.onnx --pretended cpu

All take turns in one run with the same weights; medians count. u2cl's start does not count: the time of a run on one
picture is taken from that of a run on all. rembg, backgroundremover and transparent-background run in processes of
their own, which load their model once and are warm; one that is not installed beside this Python is left out, and the
report says so. They make masks, cut-outs and composites; the last two bring their own weights.

With --pretended no other program is measured: the network takes no time (Tests/OpenCLLayers/instant.c), and the report
says how many pictures a second one core feeds to the device. A pretended GPU's programs take minutes to compile once.
Results go to DATE-MACHINE-jobs.{json,md}.
"""

from pathlib import Path

from ..shared.machine import processor
from ..shared.options import parser
from ..shared.repository import BINARY, RESULTS
from .kinds import KINDS, SIZES

TOOLS = ["rembg", "backgroundremover", "transparent-background"]


def parsed(arguments):
    options = parser("jobs", __doc__)
    add = options.add_argument
    add("weights", type=Path, help="an ONNX file of a U²-Net")
    add("--u2cl", default=BINARY, help="the binary; default: what `make build` makes")
    add("--against", metavar="BINARY", help="an older binary, in turn with it")
    add("--device", default="auto", help="u2cl's device; default: auto")
    add("--kinds", nargs="+", choices=KINDS, default=list(KINDS), help="kinds of results; default: all")
    add("--sizes", nargs="+", choices=SIZES, default=list(SIZES), help="sizes of pictures; default: all")
    add("--tools", nargs="*", choices=TOOLS, default=TOOLS, help="other programs; default: all")
    add("--pretended", choices=["cpu", "gpu"], help="a device whose network takes no time")
    add("--photos", type=Path, help="a folder of photographs to scale; default: pictures are made from a seed")
    add("--count", type=int, help="pictures of each size; default: 40, 8 and 4")
    add("--rounds", type=int, default=5, help="turns of each; default: 5")
    add("--seed", type=int, default=7, help="seed of the pictures; default: 7")
    add("--machine", default=processor(), help="the machine's name in the results; default: the processor's name")
    add("--out", type=Path, default=RESULTS, help="the folder of the results; default: Benchmarks/results")
    return options.parse_args(arguments)
