"""Seeded pairs of a map and a mask, the same pixels as those of SaliencyTests/Recipe.swift.

Only whole numbers are computed with, so both languages agree. Needs numpy.
"""

import numpy as np

PAIRS = 240


class SplitMix64:
    """The numbers of TestSupport's SeededGenerator."""

    GAMMA = 0x9E3779B97F4A7C15
    MASK = (1 << 64) - 1

    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        return int(self.array(1)[0] % np.uint64(bound))

    def array(self, count):
        with np.errstate(over="ignore"):
            steps = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(self.GAMMA)
            z = np.uint64(self.state) + steps
            z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        self.state = (self.state + count * self.GAMMA) & self.MASK
        return z ^ (z >> np.uint64(31))

    def pixels(self, height, width, bound):
        return (self.array(height * width) % np.uint64(bound)).astype(np.int64).reshape(height, width)


def ellipse(random, height, width):
    """How far inside an ellipse each pixel is: positive inside; and what it is at the centre."""
    cy, cx = random.below(height), random.below(width)
    ry, rx = 1 + random.below(height), 1 + random.below(width)
    y, x = np.mgrid[0:height, 0:width]
    full = (ry * rx) ** 2
    return full - ((y - cy) * rx) ** 2 - ((x - cx) * ry) ** 2, full


def rectangle(random, height, width):
    top, left = random.below(height), random.below(width)
    bottom, right = top + random.below(height), left + random.below(width)
    y, x = np.mgrid[0:height, 0:width]
    return ((y >= top) & (y <= bottom) & (x >= left) & (x <= right)) * 255


def mask_of(kind, random, height, width):
    if kind == 0:
        return (ellipse(random, height, width)[0] >= 0) * 255
    if kind == 1:
        return rectangle(random, height, width)
    if kind == 2:
        first, second = ellipse(random, height, width)[0], ellipse(random, height, width)[0]
        return ((first >= 0) | (second >= 0)) * 255
    if kind == 3:
        return np.zeros((height, width), np.int64)
    if kind == 4:
        return np.full((height, width), 255)
    if kind == 5:
        mask = np.zeros((height, width), np.int64)
        y = random.below(height)
        mask[y, random.below(width)] = 255
        return mask
    if kind == 6:  # Levels on both sides of the threshold.
        inside, full = ellipse(random, height, width)
        return np.clip(128 + inside * 127 // full, 0, 255)
    density = 1 + random.below(9)
    return (random.pixels(height, width, 10) < density) * 255


def map_of(kind, random, mask):
    height, width = mask.shape
    y, x = np.mgrid[0:height, 0:width]
    if kind == 0:
        return mask * 3 // 4 + random.pixels(height, width, 64)
    if kind == 1:
        return np.full((height, width), random.below(256))
    if kind == 2:
        return random.pixels(height, width, 256)
    if kind == 3:
        return np.roll(mask, (2, 3), axis=(0, 1))
    if kind == 4:
        return (x * 7 + y * 3) // 4 % 256
    if kind == 5:
        inside, full = ellipse(random, height, width)
        return np.clip(128 + inside * 127 // full, 0, 255)
    if kind == 6:  # Narrow, so that normalization stretches it.
        return 100 + mask // 16 + random.pixels(height, width, 9)
    padded = np.pad(mask, 2)  # A 5×5 mean, zeros beyond the border.
    return sum(padded[dy : dy + height, dx : dx + width] for dy in range(5) for dx in range(5)) // 25


def synthetic(index):
    """The map and the mask of a number."""
    random = SplitMix64(index)
    height, width = 1 + random.below(97), 1 + random.below(131)
    if index % 30 == 0:
        height = 1
    if index % 30 == 1:
        width = 1
    if index % 24 == 5:
        height, width = height + 120, width + 150
    if index % 10 == 3:  # Around the width of one machine word and of two.
        width = 63 + index // 10 % 3 + 64 * (index // 30 % 2)
    mask = mask_of(index % 8, random, height, width)
    return map_of(index // 8 % 8, random, mask).astype(np.uint8), mask.astype(np.uint8)


def degraded(index, mask):
    """A map of a real mask."""
    return map_of(index % 8, SplitMix64(1000 + index), mask.astype(np.int64)).astype(np.uint8)


def checksum(pixels):
    """Of the pixels in order: Σ (index + 1) · value, modulo 2³²."""
    flat = pixels.astype(np.uint64).ravel()
    return int((flat * np.arange(1, flat.size + 1, dtype=np.uint64)).sum() % np.uint64(1 << 32))
