"""What is asked for, and what `u2cl run` makes of it."""

import hashlib
from dataclasses import dataclass

SUFFIXES = {"png": "png", "webp": "webp", "jpeg": "jpg"}

# Options by the server's names; `run` has the same with hyphens before them.
OPTIONS = [
    {"output": "cutout"},
    {"output": "cutout", "format": "webp"},
    {"output": "cutout", "format": "webp", "quality": "100"},
    {"output": "cutout", "trim": "true"},
    {"output": "cutout", "margin": "5%", "refine": "false"},
    {"output": "cutout", "threshold": "0.5", "feather": "2"},
    {"output": "cutout", "invert": "true"},
    {"output": "mask"},
    {"output": "mask", "format": "jpeg"},
    {"output": "mask", "refine": "true", "format": "webp"},
    {"output": "mask", "threshold": "0.3"},
    {"output": "composite", "format": "jpeg"},
    {"output": "composite", "over": "2080C0"},
    {"output": "composite", "over": "FFFF00", "format": "webp", "quality": "60"},
    {"output": "blur", "format": "jpeg", "quality": "75"},
    {"output": "blur", "blur-radius": "9"},
    {"output": "overlay", "format": "jpeg"},
    {"output": "overlay", "color": "00FF80"},
    {"output": "contour", "format": "webp"},
    {"output": "heatmap", "format": "jpeg"},
]


@dataclass(frozen=True)
class Job:
    """A picture, options, and the SHA-256 of the right answer."""

    picture: bytes
    options: dict
    digest: bytes


def make(pictures, u2cl, size, folder):
    """Every picture with all options, as `u2cl run` makes them."""
    files = {picture: picture.read_bytes() for picture in pictures}
    jobs = []
    for number, options in enumerate(OPTIONS):
        out = folder / f"made-{number}"
        out.mkdir()
        u2cl.run(
            "run", *pictures, "-o", f"{out}/", "--name", "{stem}", "--device", u2cl.device, "-q",
            *(["--size", size] if size else []), *arguments(options), limit=3600,
        )  # fmt: skip
        suffix = SUFFIXES[options.get("format", "png")]
        for picture, data in files.items():
            result = (out / f"{picture.stem}.{suffix}").read_bytes()
            jobs.append(Job(data, options, hashlib.sha256(result).digest()))
    return jobs


def arguments(options):
    """The options as arguments of `u2cl run`."""
    words = []
    for name, value in options.items():
        words += {"true": [f"--{name}"], "false": [f"--no-{name}"]}.get(value, [f"--{name}", value])
    return words
