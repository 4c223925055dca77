"""What the tests share. U2CL_TEST_DEVICE names the device, and the library is the one that was built last, or
that of the installed package with U2CL_TEST_INSTALLED."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
BUILT = ROOT / ".build/library/lib/libu2cl.so.0"
if BUILT.exists() and not os.environ.get("U2CL_TEST_INSTALLED"):
    os.environ.setdefault("U2CL_LIBRARY", str(BUILT))
os.environ.setdefault("POCL_WORK_GROUP_SPECIALIZATION", "0")

import u2cl  # noqa: E402


@pytest.fixture(scope="session")
def session():
    """A small detector."""
    return u2cl.Session(device=os.environ.get("U2CL_TEST_DEVICE", "auto"), size=64)


@pytest.fixture(scope="session")
def demo():
    """The bytes of a picture, a JPEG of 640×480."""
    return (ROOT / "Examples/demo.jpg").read_bytes()


@pytest.fixture
def photo():
    """A made-up picture [height, width, 3]: a disc on a gradient."""
    return disc(90, 120)


def disc(height, width, seed=0):
    import numpy

    y, x = numpy.mgrid[0:height, 0:width]
    inside = (x - width / 2) ** 2 + (y - height / 2) ** 2 < (min(height, width) / 3) ** 2
    picture = numpy.stack([x * 255 // width, y * 255 // height, (x + y) % 256], axis=-1)
    picture[inside] = (240, 90 + seed, 60)
    return picture.astype(numpy.uint8)
