"""Pictures for the tests of the page, drawn here, and comparisons of results."""

import io
import pathlib

import numpy
from PIL import Image, ImageDraw

ROOT = pathlib.Path(__file__).resolve().parents[3]
DEMO = (ROOT / "Examples" / "demo.jpg").read_bytes()


def encoded(image, format="PNG", **options):
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def ball(width=320, height=240, color=(210, 40, 40)):
    """A ball on a grey ground, as PNG."""
    image = Image.new("RGB", (width, height), (200, 205, 210))
    radius = min(width, height) // 3
    box = [width // 2 - radius, height // 2 - radius, width // 2 + radius, height // 2 + radius]
    ImageDraw.Draw(image).ellipse(box, fill=color)
    return encoded(image)


def plain(color, size=(64, 48)):
    return encoded(Image.new("RGB", size, color))


def noise(width, height, quality=92):
    """A picture that hardly compresses, as JPEG, with a ball in its middle."""
    small = numpy.random.default_rng(1).integers(90, 170, (height // 2, width // 2, 3), dtype=numpy.uint8)
    image = Image.fromarray(small).resize((width, height))
    radius = min(width, height) // 3
    box = [width // 2 - radius, height // 2 - radius, width // 2 + radius, height // 2 + radius]
    ImageDraw.Draw(image).ellipse(box, fill=(210, 40, 40))
    return encoded(image, "JPEG", quality=quality)


def decoded(data, mode=None):
    """The pixels of an encoded picture, `[height, width, channels]`."""
    image = Image.open(io.BytesIO(data))
    return numpy.asarray(image.convert(mode or image.mode)).astype(int)


def over(cutout, background):
    """A cut-out, RGBA, over a colour or a picture, RGB."""
    alpha = cutout[..., 3:] / 255
    return cutout[..., :3] * alpha + numpy.asarray(background) * (1 - alpha)
