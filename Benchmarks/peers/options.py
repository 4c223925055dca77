"""Times u2cl and other engines in turn, in one run, on one CPU: the same network, seeded weights, input and threads.

    make bench-peers ARGUMENTS="--quick"

`make bench-peers` builds u2cl, installs the engines in .venv/peers (python -m benchmarks.peers.setup), and runs this
command there. Before the runs, every engine's seven maps are compared with those that the network must answer, computed
in float64. Ratios are of medians: below 1, u2cl is faster. Results go to DATE-MACHINE-peers.{json,md}.
"""

from pathlib import Path

from ..shared.machine import processor
from ..shared.options import parser
from ..shared.repository import BINARY, RESULTS
from .engines import ENGINES

NETWORKS = ["u2netp", "u2net"]
CONTESTANTS = ["u2cl", "u2cl-intel", *ENGINES]


def parsed(arguments):
    options = parser("peers", __doc__)
    add = options.add_argument
    add("--u2cl", default=BINARY, help="the binary; default: what `make build` makes")
    add("--device", default="cpu", help="u2cl's device; default: cpu")
    add("--networks", nargs="+", choices=NETWORKS, default=NETWORKS, help="default: both")
    engines = {"nargs": "+", "choices": CONTESTANTS, "default": CONTESTANTS, "metavar": "ENGINE"}
    add("--engines", **engines, help=f"of {', '.join(CONTESTANTS)}; default: all")
    add("--size", type=int, default=320, help="side of the input; default: 320")
    add("--threads", type=int, default=2, help="threads, and processor cores, of every engine; default: 2")
    add("--rounds", type=int, default=7, help="turns of every engine; default: 7")
    add("--runs", type=int, default=6, help="runs that count in one turn; default: 6")
    add("--warmup", type=int, default=2, help="runs before them that do not count; default: 2")
    add("--quick", action="store_true", help="two rounds of two runs, to see that everything works")
    add("--machine", default=processor(), help="the machine's name in the results; default: the processor's name")
    add("--out", type=Path, default=RESULTS, help="the folder of the results; default: Benchmarks/results")
    parsed = options.parse_args(arguments)
    if parsed.quick:
        parsed.rounds, parsed.runs, parsed.warmup = 2, 2, 1
    return parsed
