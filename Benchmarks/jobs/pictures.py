"""Folders of pictures of one size."""

import random
import struct
import zlib

from PIL import Image, ImageDraw, ImageFilter, ImageOps

from ..shared import png

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


def make(folder, size, samples, count, seed, photos=None):
    """Writes `count` pictures of a size; gives their paths."""
    folder.mkdir(parents=True)
    sources = sorted(path for path in photos.iterdir() if path.suffix.lower() in SUFFIXES) if photos else []
    paths = []
    for index in range(count):
        if sources:
            with Image.open(sources[index % len(sources)]) as photo:
                image = ImageOps.fit(photo.convert("RGB"), (size.width, size.height), Image.Resampling.BICUBIC)
        else:
            image = figure(random.Random(seed + index), size.width, size.height)
        paths.append(folder / f"{index:03}.{'png' if samples == 'rgb16' else 'jpg'}")
        if samples == "rgb16":
            write_rgb16(paths[-1], image)
        else:
            image.convert("L" if samples == "grey" else "RGB").save(paths[-1], quality=90)
    return paths


def figure(generator, width, height):
    """A figure like a person in front of a room, with some grain."""
    unit = min(width, height) / 720
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    canvas = ImageDraw.Draw(image)
    for _ in range(40):
        x, y, side = generator.randrange(width), generator.randrange(height), generator.randint(10, 120) * unit
        canvas.rectangle((x, y, x + side, y + side), fill=tuple(generator.randint(60, 130) for _ in range(3)))
    image = image.filter(ImageFilter.GaussianBlur(4 * unit))
    canvas, middle = ImageDraw.Draw(image), width * generator.uniform(0.3, 0.7)
    skin, cloth = (224, 172, 140), tuple(generator.randint(20, 220) for _ in range(3))
    canvas.ellipse((middle - 100 * unit, 80 * unit, middle + 100 * unit, 300 * unit), fill=skin)
    canvas.rounded_rectangle((middle - 200 * unit, 290 * unit, middle + 200 * unit, height), 120 * unit, fill=cloth)
    noise = Image.effect_noise(image.size, 12).convert("RGB")
    return Image.blend(image, noise, 0.06)


def write_rgb16(path, image):
    """Writes a picture as a PNG of 16 bits."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    width, height = image.size
    rgb = image.tobytes()
    wide = bytearray(2 * len(rgb))
    wide[0::2] = wide[1::2] = rgb  # v · 257
    stride = 6 * width
    rows = b"".join(b"\0" + wide[y * stride : (y + 1) * stride] for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    path.write_bytes(
        png.SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")
    )
