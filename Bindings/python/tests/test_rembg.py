"""remove() beside rembg's with the same weights. Needs rembg, and the weights of U2CL_SHARED."""

import io
import os
import shutil
from pathlib import Path

import numpy
import pytest
from conftest import ROOT
from PIL import Image

import u2cl

rembg = pytest.importorskip("rembg")
SHARED = Path(os.environ.get("U2CL_SHARED", ROOT.parent / "shared"))
WEIGHTS = SHARED / "models/u2netp-fp16.onnx"
pytestmark = pytest.mark.skipif(not WEIGHTS.exists(), reason=f"there is no {WEIGHTS}")
PICTURES = sorted((SHARED / "images").glob("*.jpg"))[:4] + [ROOT / "Examples/demo.jpg"]


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    home = tmp_path_factory.mktemp("rembg")
    shutil.copy(WEIGHTS, home / "u2netp.onnx")
    os.environ["U2NET_HOME"] = str(home)
    return rembg.new_session("u2net_custom", model_path=str(home / "u2netp.onnx"))


@pytest.fixture(scope="module")
def ours():
    return u2cl.new_session(str(WEIGHTS))


def difference(a, b):
    assert a.shape == b.shape and a.dtype == b.dtype
    return numpy.abs(a.astype(float) - b.astype(float)).mean()


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_masks(theirs, ours, path):
    image = Image.open(path)
    expected = numpy.asarray(rembg.remove(image, session=theirs, only_mask=True))
    assert difference(numpy.asarray(u2cl.remove(image, session=ours, only_mask=True)), expected) <= 2


OPTIONS = [
    ({}, 2), ({"only_mask": True}, 2), ({"post_process_mask": True}, 2), ({"bgcolor": (10, 200, 30, 255)}, 2),
    ({"bgcolor": (10, 200, 30, 100)}, 2), ({"putalpha": True}, 2), ({"only_mask": True, "post_process_mask": True}, 2),
    ({"decontaminate": True}, 60), ({"alpha_matting": True}, 60),
    ({"alpha_matting": True, "alpha_matting_foreground_threshold": 270, "alpha_matting_background_threshold": 20,
      "alpha_matting_erode_size": 11}, 60),
]


@pytest.mark.parametrize("options, limit", OPTIONS, ids=lambda value: str(value))
def test_options(theirs, ours, options, limit):
    data = (ROOT / "Examples/demo.jpg").read_bytes()
    image = Image.open(io.BytesIO(data))
    expected = rembg.remove(image.copy(), session=theirs, **options)
    found = u2cl.remove(image.copy(), session=ours, **options)
    assert (found.mode, found.size) == (expected.mode, expected.size)
    # Colours where nothing is visible have no meaning, so mattings are compared over grey.
    if limit > 2:
        grey = Image.new("RGBA", found.size, (128, 128, 128, 255))
        flat = [Image.alpha_composite(grey, one) for one in (found, expected)]
        assert difference(numpy.asarray(flat[0]), numpy.asarray(flat[1])) <= 4
    else:
        assert difference(numpy.asarray(found), numpy.asarray(expected)) <= limit
    for form in (data, numpy.asarray(image)):
        mine, their = u2cl.remove(form, session=ours, **options), rembg.remove(form, session=theirs, **options)
        assert type(mine) is type(their)
        if isinstance(mine, bytes):
            mine, their = (numpy.asarray(Image.open(io.BytesIO(file))) for file in (mine, their))
        assert mine.shape == their.shape and mine.dtype == their.dtype


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "LA", "CMYK", "1"])
def test_modes(theirs, ours, mode):
    image = Image.open(ROOT / "Examples/demo.jpg").convert(mode)
    expected = numpy.asarray(rembg.remove(image.copy(), session=theirs))
    assert difference(numpy.asarray(u2cl.remove(image.copy(), session=ours)), expected) <= 2
