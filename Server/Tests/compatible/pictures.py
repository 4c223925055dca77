"""Pictures that are made up: a disc that stands out."""

import io
import struct
import zlib

import numpy as np
from PIL import Image


def disc(width=640, height=480, center=(0.4, 0.55), radius=0.22):
    """A red disc on a bluish gradient, with some texture. The radius is a part of the smaller side."""
    y, x = np.mgrid[0:height, 0:width]
    distance = np.hypot(x - center[0] * width, y - center[1] * height) / (radius * min(width, height))
    inside = np.clip((1.02 - distance) / 0.04, 0, 1)[..., None]
    noise = np.random.default_rng(1).integers(0, 12, (height, width, 1))
    back = np.stack([60 + 40 * x / width, 110 + 30 * y / height, 170 + 0 * x], axis=-1) + noise
    front = np.stack([220 - 40 * distance, 40 + 20 * distance, 50 + 0 * x], axis=-1) + noise
    return Image.fromarray(np.clip(front * inside + back * (1 - inside), 0, 255).astype(np.uint8))


def encoded(picture, kind="JPEG"):
    buffer = io.BytesIO()
    picture.save(buffer, kind, **({"quality": 95} if kind == "JPEG" else {}))
    return buffer.getvalue()


def flat(width=200, height=150):
    """A picture in which nothing stands out."""
    return Image.new("RGB", (width, height), (0, 0, 0))


def decoded(content):
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


def array(content):
    """The pixels of a file, as integers that may be subtracted."""
    return np.asarray(decoded(content)).astype(int)


def difference(one, other):
    assert one.shape == other.shape, f"{one.shape} is not {other.shape}"
    return float(np.abs(one - other).mean())


PICTURE = encoded(disc())
WITH_ALPHA = encoded(Image.merge("RGBA", (*disc(320, 240).split(), Image.linear_gradient("L").resize((320, 240)))), "PNG")
BROKEN = PICTURE[:3000]


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


# A PNG that says that it has 400 million pixels.
BOMB = (
    b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 20000, 20000, 8, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(bytes(100_000))) + chunk(b"IEND", b""))
