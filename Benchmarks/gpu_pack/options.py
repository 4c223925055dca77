"""Packs u2cl for a machine with a GPU and nothing else: the stripped binary and the shared libraries it needs.

    python -m benchmarks gpu-pack [--shared FOLDER] [--tests FILE] [BINARY] [FOLDER]

The machine must have glibc 2.35 or later, libstdc++ and libgcc: its drivers may need newer ones than ours.
"""

from pathlib import Path

from ..shared.options import parser
from ..shared.repository import BINARY


def parsed(arguments):
    options = parser("gpu-pack", __doc__)
    options.add_argument("binary", nargs="?", type=Path, default=BINARY, help="default: what `make build` makes")
    options.add_argument("folder", nargs="?", type=Path, default=Path("gpu-pack"), help="default: gpu-pack")
    options.add_argument(
        "--shared", type=Path,
        help="also pack the authors' weights and a picture from this folder, for the comparison; never publish them",
    )  # fmt: skip
    options.add_argument(
        "--tests", type=Path,
        help="also pack the built tests (.build/release/u2clPackageTests.xctest) with Swift's libraries",
    )  # fmt: skip
    return options.parse_args(arguments)
