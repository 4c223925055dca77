"""Measures u2cl's server beside rembg's, `u2cl run` on the same folder, and one picture at a time in process.

    python -m venv rembg && rembg/bin/pip install 'rembg[cpu,cli]'      # outside the tree
    python -m benchmarks serve u2netp.onnx pictures/ --rembg rembg/bin/rembg

All take turns in one run with the same weights, on cut-out PNGs; medians of the turns count. A server is started for
each turn. Its clients are threads of one process that keep their connections and ask again as soon as they have an
answer; a refused one (503) waits as long as the answer says. Only answers between the end of the warm-up and the end of
the time count. A server's memory is the most that its process held (VmHWM) with that many clients, and what it holds 3
seconds after the last of them (VmRSS).

In process: `u2cl run --watch`, from the moment a picture is in the folder to the line that says its result is written.

Exits with 1 where the project's goals are missed. Results go to DATE-MACHINE-serve.{json,md}.
"""

from pathlib import Path

from ..shared.machine import processor
from ..shared.options import parser
from ..shared.repository import BINARY, RESULTS

SERVER = BINARY.with_name("u2cl-serve")


def parsed(arguments):
    options = parser("serve", __doc__)
    add = options.add_argument
    add("weights", type=Path, help="an ONNX file of a U²-Net of 320×320, for all")
    add("pictures", type=Path, help="a folder of JPEG files, all used in turn")
    add("--server", type=Path, default=SERVER, help="u2cl-serve; default: what `make server` makes")
    add("--u2cl", type=Path, default=BINARY, help="u2cl; default: what `make build` makes")
    add("--rembg", type=Path, help="the program rembg; default: it is left out")
    add("--clients", type=int, nargs="+", default=[1, 4, 16, 200], help="numbers of clients; default: 1 4 16 200")
    add("--rembg-clients", type=int, nargs="+", default=[1, 4, 16], help="rembg's; default: 1 4 16 (200 take 14 GiB)")
    add("--seconds", type=float, default=20, help="time of each number of clients; default: 20")
    add("--rounds", type=int, default=3, help="turns of each; default: 3")
    add("--folder", type=int, default=200, help="pictures of `u2cl run` in a turn; default: 200")
    add("--device", default="auto", help="u2cl's device; default: auto")
    add("--argument", action="append", default=[], help="one argument more for u2cl-serve, as --argument=--batch=4")
    add("--machine", default=processor(), help="the machine's name in the results; default: the processor's name")
    add("--out", type=Path, default=RESULTS, help="the folder of the results; default: Benchmarks/results")
    return options.parse_args(arguments)
