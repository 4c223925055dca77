"""Times u2cl and rembg in turn on one picture, whole processes, with the same weights, and compares their memory.

    python -m venv rembg && rembg/bin/pip install 'rembg[cpu,cli]'   # outside the tree
    rembg/bin/python -m benchmarks rembg .build/static/release/u2cl u2netp.onnx [--picture photo.jpg]

rembg runs as its users run it, `rembg i`, with u2net_custom for the weights. Both make a cut-out, or a mask with
--only-mask. The picture is made, 1280×720, unless one is given. Times are of the whole process, memory is the most that
wait4 saw it hold. Ratios are of medians: below 1, u2cl is better. Exits with 1 where u2cl misses the project's goals: a
quarter of the time, two fifths of the memory.
"""

from ..shared.options import parser


def parsed(arguments):
    options = parser("rembg", __doc__)
    options.add_argument("u2cl", help="the binary")
    options.add_argument("weights", help="an ONNX file")
    options.add_argument("--picture", help="a JPEG file; default: one is made")
    options.add_argument("--rounds", type=int, default=7, help="turns of both; default: 7")
    options.add_argument("--only-mask", action="store_true", help="make masks instead of cut-outs")
    options.add_argument("--device", default="auto", help="u2cl's device; default: auto")
    return options.parse_args(arguments)
