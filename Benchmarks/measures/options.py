"""Compares `u2cl eval` with pysodmetrics and SciPy, picture by picture, and times both on one core and on two.

    pip install pysodmetrics scipy 'numpy<2.3.5' pillow
    python -m benchmarks measures .build/release/u2cl [--maps FOLDER --masks FOLDER]

The 240 seeded pairs of Tests/Oracle are written as PNG, every other mask with 1 bit a pixel. --maps and --masks add
real pairs, which are also timed, from files to numbers. Exits with 1 where a measure differs by more than 1e-6.
"""

from pathlib import Path

from ..shared.options import parser


def parsed(arguments):
    options = parser("measures", __doc__)
    options.add_argument("u2cl", help="the binary")
    options.add_argument("--maps", type=Path, help="a folder of predicted maps")
    options.add_argument("--masks", type=Path, help="a folder of their true masks")
    return options.parse_args(arguments)
