"""Times `u2cl run` on a folder of mixed pictures beside the network alone, and watches its memory over many.

    pip install pillow
    python -m benchmarks many .build/static/release/u2cl [--model FILE] [--count 1000] [--batch 1]
    python -m benchmarks many .build/static/release/u2cl --soak 10000

The pictures are made from a seed: 200 to 2000 pixels a side, PNG, JPEG and WebP, grey, opaque and with alpha, one in a
hundred cut short. The soak masks many small pictures at --size 64 and reads the process's resident memory meanwhile.
"""

from ..shared.options import parser


def parsed(arguments):
    options = parser("many", __doc__)
    options.add_argument("u2cl", help="the binary")
    options.add_argument("--model", help="a model's file or name; default: the built-in model")
    options.add_argument("--device", default="auto", help="u2cl's device; default: auto")
    options.add_argument("--batch", type=int, default=1, help="batch size; default: 1")
    options.add_argument("--count", type=int, default=1000, help="number of pictures; default: 1000")
    options.add_argument("--rounds", type=int, default=3, help="turns of both; default: 3")
    options.add_argument("--soak", type=int, default=0, help="number of small pictures, to measure the memory alone")
    options.add_argument("--seed", type=int, default=7, help="seed of the pictures; default: 7")
    return options.parse_args(arguments)
