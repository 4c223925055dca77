"""Measures all that is worth measuring on a machine with a GPU, in one call of less than nine minutes.

Compares u2cl with its reference and PyTorch with float64, runs the tests on the device, measures the device's ceilings
and u2cl's layers beside them, times u2cl and PyTorch in turn, and tunes. A step that fails is a line in the report.

    python -m benchmarks gpu-pack --tests .build/release/u2clPackageTests.xctest   # here: fills gpu-pack/
    python -m benchmarks gpu gpu-pack/u2cl --loader gpu-pack/lib                   # on the machine with the GPU
    python -m benchmarks gpu .build/static/release/u2cl --device cpu --quick       # a dry run without a GPU

The machine needs Python 3.11 with PyTorch, gpu-pack/, and of the repository benchmarks.py, Benchmarks/, Tests/Oracle/
and Examples/demo.jpg (tests also read Tests/ and Kernels/). Run the command in the folder that holds them.
"""

from pathlib import Path

from ..shared.options import parser
from ..shared.repository import RESULTS

NETWORKS = ["u2netp", "u2net"]


def parsed(arguments):
    options = parser("gpu", __doc__)
    add_places(options.add_argument_group("places"))
    add_limits(options.add_argument_group("time"))
    add_cases(options.add_argument_group("cases"))
    parsed = options.parse_args(arguments)
    beside = parsed.u2cl.with_name("tests.tar.xz")
    parsed.tests = parsed.tests or (beside if beside.exists() else None)
    if parsed.quick:
        parsed.sizes, parsed.batches = [64, 96], [1, 2]
        parsed.rounds, parsed.runs, parsed.warmup = 2, 3, 1
    return parsed


def add_places(group):
    add = group.add_argument
    add("u2cl", type=Path, help="the binary, such as gpu-pack/u2cl (see gpu-pack)")
    add("--device", default="gpu", help="u2cl's device; cpu for a dry run without a GPU; default: gpu")
    add("--loader", type=Path, help="a folder with libOpenCL.so.1 and other libraries that u2cl needs")
    add("--driver", type=Path, help="libnvidia-opencl.so.1, where it is not found")
    add("--shared", type=Path, help="a folder with models/u2netp-fp16.onnx and images/horse.jpg")
    add("--tests", type=Path, help="the packed tests; default: tests.tar.xz beside the binary")
    add("--out", type=Path, default=RESULTS, help="the folder of the results; default: Benchmarks/results")
    add("--machine", help="the machine's name in the results; default: the GPU's name")


def add_limits(group):
    add = group.add_argument
    add("--budget", type=float, default=510, help="seconds for everything; default: 510")
    add("--test-time", type=float, default=75, help="seconds for each kind of tests at most; default: 75")
    add("--tuning-time", type=float, default=90, help="seconds kept for tunings, the last step; default: 90")
    add("--turn", type=float, default=2, help="seconds that a turn should not exceed; default: 2")


def add_cases(group):
    add = group.add_argument
    add("--networks", nargs="+", choices=NETWORKS, default=NETWORKS, help="default: both")
    add("--sizes", nargs="+", type=int, default=[320, 1024], help="sides of the input; default: 320 1024")
    add("--batches", nargs="+", type=int, default=[1, 16, 4], help="batch sizes; default: 1 16 4")
    add("--rounds", type=int, default=3, help="turns of every engine in a case; default: 3")
    add("--runs", type=int, default=15, help="runs that count in one turn, if there is time; default: 15")
    add("--warmup", type=int, default=3, help="runs before them that do not count; default: 3")
    add("--quick", action="store_true", help="small pictures and few runs, to see that everything works")
