"""Asks u2cl's server many times, in many ways, and compares each answer with what `u2cl run` makes, byte for byte.

    python -m benchmarks soak --requests 100000 --size 64
    python -m benchmarks soak --requests 5000

Pictures of 16 to 1500 pixels a side are made from a seed, as PNG, JPEG and WebP; `u2cl run` makes every kind of result
of each before the server starts. Requests are forms, or bytes as the body with the options in the address. Two in a
hundred are broken, and one is cut off while it is sent. Needs nothing but Python's standard library.

Exits with 1 if an answer or a code was wrong, if a descriptor was left open, or if the server, idle, held 10 MiB more
at the end than after the first thousand requests. Results go to DATE-MACHINE-soak-N.{json,md}.
"""

from pathlib import Path

from ..shared.machine import processor
from ..shared.options import parser
from ..shared.repository import BINARY, RESULTS
from ..serve.options import SERVER


def parsed(arguments):
    options = parser("soak", __doc__)
    add = options.add_argument
    add("--requests", type=int, default=100_000, help="requests; default: 100000")
    add("--clients", type=int, default=16, help="clients at once; default: 16")
    add("--size", type=int, help="side of the network's input; a small one costs little. Default: the model's own")
    add("--pictures", type=int, default=48, help="pictures that are made; default: 48")
    add("--seed", type=int, default=7, help="seed of the pictures and of the requests; default: 7")
    add("--server", type=Path, default=SERVER, help="u2cl-serve; default: what `make server` makes")
    add("--u2cl", type=Path, default=BINARY, help="u2cl; default: what `make build` makes")
    add("--device", default="auto", help="the device; default: auto")
    add("--argument", action="append", default=[], help="one argument more for u2cl-serve, as --argument=--threads=4")
    add("--keep", type=Path, help="a folder for pictures, right answers, and wrong answers with their requests")
    add("--machine", default=processor(), help="the machine's name in the results; default: the processor's name")
    add("--out", type=Path, default=RESULTS, help="the folder of the results; default: Benchmarks/results")
    return options.parse_args(arguments)
