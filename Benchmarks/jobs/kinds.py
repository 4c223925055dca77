"""What is made, and of which pictures."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of result."""

    title: str
    arguments: tuple  # Of `u2cl run`.
    samples: str = "rgb"  # The pictures: rgb, grey (both JPEG) or rgb16 (PNG).


@dataclass(frozen=True)
class Size:
    """A size of pictures, and how many are enough."""

    width: int
    height: int
    count: int


KINDS = {
    "mask": Kind("mask", ("--output", "mask")),
    "cutout": Kind("cut-out PNG", ("--output", "cutout")),
    "cutout-webp": Kind("cut-out WebP", ("--output", "cutout", "--format", "webp")),
    "composite": Kind("composite JPEG", ("--output", "composite", "--format", "jpeg")),
    "blur": Kind("blur JPEG", ("--output", "blur", "--format", "jpeg")),
    "overlay": Kind("overlay JPEG", ("--output", "overlay", "--format", "jpeg")),
    "cutout-16": Kind("cut-out PNG, 16 bits", ("--output", "cutout"), "rgb16"),
    "grey": Kind("cut-out PNG of a grey picture", ("--output", "cutout"), "grey"),
}

SIZES = {"720p": Size(1280, 720, 40), "12mp": Size(4000, 3000, 8), "48mp": Size(8000, 6000, 4)}
