"""Requests, as clients write them: right ones, broken ones, and some that are cut off."""

import functools
import struct
import zlib
from dataclasses import dataclass
from urllib.parse import urlencode

from ..shared.http import form
from ..shared.png import SIGNATURE


@dataclass(frozen=True)
class Request:
    """A request, the codes that may answer it, and the digest of the right answer.

    Of one that is cut off, only `sent` bytes of the body are sent."""

    kind: str
    method: str
    path: str
    type: str
    body: bytes
    codes: tuple = (200,)
    digest: bytes | None = None
    sent: int | None = None


def request(generator, jobs):
    """The next request: 2 % are broken, 1 % are cut off."""
    job = generator.choice(jobs)
    chance = generator.random()
    if chance < 0.02:
        return generator.choice(BROKEN)(generator, job)
    good = right(generator, job)
    if chance < 0.03:
        return Request("cut off", "POST", good.path, good.type, good.body, sent=generator.randrange(len(good.body)))
    return good


def right(generator, job):
    """A request for a job: a form, a form with the options in the address, or the bytes as the body."""
    way = generator.choice(["form", "address", "bytes"])
    fields = job.options if way == "form" else {}
    is_mask = job.options["output"] == "mask" and generator.random() < 0.5
    route = "/v1/mask" if is_mask else "/v1/remove"
    path = route if way == "form" else f"{route}?{urlencode(job.options)}"
    kind, body = ("application/octet-stream", job.picture) if way == "bytes" else form(fields, {"image": job.picture})
    return Request(way, "POST", path, kind, body, digest=job.digest)


def noise(generator, job):
    """Bytes that are no picture."""
    body = generator.randbytes(1 + generator.randrange(5000))
    return Request("noise", "POST", "/v1/remove", "image/png", body, (422,))


def truncated(generator, job):
    """The first bytes of a picture, as if they were all."""
    body = job.picture[: 1 + len(job.picture) // 3]
    return Request("truncated", "POST", "/v1/remove", "image/png", body, (422,))


def huge(generator, job):
    """A PNG of 80 megapixels in 80 kB."""
    return Request("huge", "POST", "/v1/remove", *form({}, {"image": black(10_000, 8_000)}), (413,))


@functools.cache
def black(width, height):
    """A black picture."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(bytes((width + 1) * height))
    return SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def chunk(kind, body):
    """A chunk of a PNG file."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def nothing(generator, job):
    """A form without a picture."""
    return Request("no picture", "POST", "/v1/remove", *form({"output": "mask"}, {}), (400,))


def unknown_option(generator, job):
    """An option that there is not."""
    return Request("unknown option", "POST", "/v1/remove", *form({"rotate": "90"}, {"image": job.picture}), (400,))


def wrong_value(generator, job):
    """A value out of range."""
    return Request("wrong value", "POST", "/v1/mask", *form({"quality": "101"}, {"image": job.picture}), (400,))


def bad_form(generator, job):
    """A form that ends early, though the body does not."""
    kind, body = form({}, {"image": job.picture})
    return Request("bad form", "POST", "/v1/remove", kind, body[:-20], (400,))


def wrong_method(generator, job):
    """GET where there is only POST."""
    return Request("wrong method", "GET", "/v1/mask", "", b"", (405,))


def unknown_path(generator, job):
    """A path that there is not."""
    return Request("unknown path", "POST", "/v1/upscale", "image/png", job.picture, (404,))


BROKEN = [noise, truncated, huge, nothing, unknown_option, wrong_value, bad_form, wrong_method, unknown_path]
