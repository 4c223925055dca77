"""Makes the tables in SaliencyTests/Golden: the scores of the seeded pairs by pysodmetrics and SciPy.

    pip install pysodmetrics scipy 'numpy<2.3.5' pillow
    python -m Tests.Oracle.make_scores [FOLDER OF MASKS]

Writes pairs.tsv and curves.tsv, and real.tsv if a folder of real masks is given (every eighth of ECSSD; the masks are
no part of the project).
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from . import SCORES, measures, pairs


def table(rows, reference):
    yield "\t".join(["name", "height", "width", "map", "mask"] + measures.ALL_COLUMNS)
    for name, prediction, truth in rows:
        reference.step(prediction, truth)
        scores = reference.last() | measures.own(prediction, truth)
        head = [name, *truth.shape, pairs.checksum(prediction), pairs.checksum(truth)]
        yield "\t".join([str(value) for value in head] + [f"{scores[key]:.12g}" for key in measures.ALL_COLUMNS])


def write(name, lines):
    (SCORES / name).write_text("\n".join(lines) + "\n")


def main():
    reference = measures.Reference()
    write("pairs.tsv", table(((index, *pairs.synthetic(index)) for index in range(pairs.PAIRS)), reference))
    curves = reference.curves()
    rows = zip(*curves.values())
    write("curves.tsv", ["\t".join(curves)] + ["\t".join(f"{value:.12g}" for value in row) for row in rows])
    if len(sys.argv) > 1:
        paths = sorted(Path(sys.argv[1]).glob("*.png"))
        masks = [(path.stem, np.array(Image.open(path).convert("L"))) for path in paths]
        real = ((name, pairs.degraded(index, mask), mask) for index, (name, mask) in enumerate(masks))
        write("real.tsv", table(real, measures.Reference()))


if __name__ == "__main__":
    main()
