"""Makes pairs.tsv, curves.tsv and real.tsv: what pysodmetrics and SciPy say of the seeded pairs.

    pip install pysodmetrics scipy 'numpy<2.3.5' pillow
    python make_golden.py [FOLDER OF MASKS]

With a folder of real masks (ECSSD's every eighth) it makes real.tsv as well; the masks are no part of the project.
"""

import pathlib
import sys

import numpy as np
from PIL import Image

import oracle
import recipe

FOLDER = pathlib.Path(__file__).parent
COLUMNS = oracle.COLUMNS + oracle.OWN_COLUMNS


def table(pairs, reference):
    yield "\t".join(["name", "height", "width", "map", "mask"] + COLUMNS)
    for name, prediction, truth in pairs:
        reference.step(prediction, truth)
        scores = reference.last() | oracle.own(prediction, truth)
        head = [name, *truth.shape, recipe.checksum(prediction), recipe.checksum(truth)]
        yield "\t".join([str(value) for value in head] + [f"{scores[key]:.12g}" for key in COLUMNS])


def write(name, lines):
    (FOLDER / name).write_text("\n".join(lines) + "\n")


def main():
    reference = oracle.Reference()
    write("pairs.tsv", table(((index, *recipe.synthetic(index)) for index in range(recipe.PAIRS)), reference))
    curves = reference.curves()
    rows = zip(*curves.values())
    write("curves.tsv", ["\t".join(curves)] + ["\t".join(f"{value:.12g}" for value in row) for row in rows])
    if len(sys.argv) > 1:
        paths = sorted(pathlib.Path(sys.argv[1]).glob("*.png"))
        masks = [(path.stem, np.array(Image.open(path).convert("L"))) for path in paths]
        pairs = ((name, recipe.degraded(index, mask), mask) for index, (name, mask) in enumerate(masks))
        write("real.tsv", table(pairs, oracle.Reference()))


main()
