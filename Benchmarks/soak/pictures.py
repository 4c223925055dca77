"""The pictures: PNG files of a figure, and JPEG and WebP files, which u2cl itself makes of them."""

import random

from ..shared import png


def make(folder, count, seed, u2cl):
    """Writes `count` pictures; gives their paths. Sizes are spread evenly over powers of two, odd ones among them."""
    generator = random.Random(seed)
    sources = folder / "sources"
    for place in (folder, sources):
        place.mkdir()
    for number in range(count):
        width, height = (size(generator, number) for _ in range(2))
        png.write_rgb(sources / f"{number:03}.png", width, height, figure(generator, width, height))
    # With something drawn over them, which does no harm.
    for form in ("jpeg", "webp"):
        u2cl.run(
            "run", sources, "-o", f"{folder / form}/", "--output", "overlay", "--format", form, "--name", "{stem}",
            "--size", 32, "-q", limit=900,
        )  # fmt: skip
    forms = [(sources, "png"), (folder / "jpeg", "jpg"), (folder / "webp", "webp")]
    return [place / f"{number:03}.{suffix}" for number in range(count) for place, suffix in [forms[number % 3]]]


def size(generator, number):
    """A side: 16 to 1500 pixels, nine of ten below 400."""
    return round(16 * (1500 / 16 if number % 10 == 0 else 400 / 16) ** generator.random())


def figure(generator, width, height):
    """RGB bytes: a box in front of a gradient, with some grain."""
    left, top = int(width * generator.uniform(0.1, 0.4)), int(height * generator.uniform(0.1, 0.4))
    right, bottom = int(width * generator.uniform(0.6, 0.9)), int(height * generator.uniform(0.6, 0.9))
    color = bytes(generator.randrange(256) for _ in range(3))
    grain = generator.randbytes(3 * width)
    rows = []
    for y in range(height):
        shade = 40 + 150 * y // height
        start = generator.randrange(3 * width)
        row = bytearray(shade + (value >> 4) for value in grain[start:] + grain[:start])
        if top <= y < bottom:
            row[3 * left : 3 * right] = color * (right - left)
        rows.append(row)
    return b"".join(rows)
