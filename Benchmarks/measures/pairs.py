"""Pairs of a map and a mask as files."""

import numpy as np
from PIL import Image

from Tests.Oracle import pairs as seeded


def write_seeded(folder):
    """Writes the seeded pairs; gives the folders of maps and masks."""
    maps, masks = folder / "maps", folder / "masks"
    maps.mkdir()
    masks.mkdir()
    for index in range(seeded.PAIRS):
        prediction, truth = seeded.synthetic(index)
        Image.fromarray(prediction).save(maps / f"{index:03}.png")
        mask = Image.fromarray(truth)
        is_binary = set(np.unique(truth)) <= {0, 255}
        (mask.convert("1", dither=0) if is_binary and index % 2 else mask).save(masks / f"{index:03}.png")
    return maps, masks


def read(maps, masks):
    """(name, map, mask) of every mask."""
    for path in sorted(masks.glob("*.png")):
        yield path.stem, grey(maps / path.name), grey(path)


def grey(path):
    return np.array(Image.open(path).convert("L"))
