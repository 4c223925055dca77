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


def made(mode):
    """The demonstration picture in a mode of Pillow, small."""
    image = Image.open(ROOT / "Examples/demo.jpg").resize((200, 150))
    if mode == "I;16":
        # Of the levels that Pillow does not clip when it makes 8 bits of 16.
        return Image.fromarray(numpy.asarray(image.convert("L")).astype(numpy.uint16))
    if mode == "RGBA":
        return image.convert(mode).rotate(10)
    return image.convert("P").convert("PA") if mode == "PA" else image.convert(mode)


def outcome(function, form, **options):
    """The kind, mode or type, and size of a result, and its values; or nothing where it is refused."""
    try:
        result = function(form(), **options)
    except Exception:
        return None, None
    if isinstance(result, bytes):
        result = Image.open(io.BytesIO(result))
        assert result.format == "PNG"
        return ("bytes", result.mode, result.size), numpy.asarray(result)
    if isinstance(result, Image.Image):
        return ("image", result.mode, result.size), numpy.asarray(result)
    return ("array", result.dtype, result.shape), result


def agree(theirs, ours, form, options):
    """Holds a result against rembg's: what rembg refuses may be a result here, and nothing else differs."""
    kind, expected = outcome(rembg.remove, form, session=theirs, **options)
    mine, found = outcome(u2cl.remove, form, session=ours, **options)
    if kind is None:
        return
    assert mine == kind
    # A mask that is made black and white doubles what differs along its edge.
    limit = 4 if options.get("post_process_mask") else 2
    assert difference(numpy.asarray(found, numpy.uint8), numpy.asarray(expected, numpy.uint8)) <= limit


PLAIN = [options for options, limit in OPTIONS if limit == 2]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "HSV", "F", "I"])
@pytest.mark.parametrize("options", PLAIN, ids=str)
def test_modes(theirs, ours, mode, options):
    agree(theirs, ours, lambda: made(mode), options)


@pytest.mark.parametrize("options", PLAIN, ids=str)
def test_arrays(theirs, ours, options):
    array = numpy.asarray(made("RGB"))
    for form in (array, array[..., 0], array[..., :2], array[..., 0] > 99, array[::2, ::3], array[..., ::-1],
                 numpy.dstack([array, array[..., :1]]), array / 255.0, array[None], array.astype(numpy.uint16)):
        agree(theirs, ours, lambda form=form: form, options)


@pytest.mark.parametrize("options", [{}, {"only_mask": True}, {"putalpha": True}], ids=str)
@pytest.mark.parametrize("mode, format", [
    ("L", "PNG"), ("1", "PNG"), ("LA", "PNG"), ("P", "PNG"), ("RGB", "PNG"), ("RGBA", "WEBP"), ("L", "JPEG"),
    ("CMYK", "JPEG"), ("RGB", "GIF"), ("RGB", "TIFF"), ("RGB", "BMP"), ("RGB", "ICO"), ("RGB", "PPM")])
def test_files(theirs, ours, mode, format, options):
    file = io.BytesIO()
    made(mode).save(file, format)
    agree(theirs, ours, file.getvalue, options)
    agree(theirs, ours, lambda: bytearray(file.getvalue()), {**options, "force_return_bytes": True})
    agree(theirs, ours, lambda: Image.open(file), options)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientations(theirs, ours, orientation):
    file, image = io.BytesIO(), made("RGB")
    exif = image.getexif()
    exif[0x0112] = orientation
    image.save(file, "JPEG", exif=exif)
    agree(theirs, ours, file.getvalue, {})
    agree(theirs, ours, lambda: Image.open(file), {"only_mask": True})


@pytest.mark.parametrize("thresholds", [(240, 10, 10), (200, 50, 0), (255, 10, 10), (240, 0, 10), (240, 10, 40)])
def test_thresholds(theirs, ours, thresholds):
    foreground, background, erosion = thresholds
    options = {
        "alpha_matting": True, "alpha_matting_foreground_threshold": foreground,
        "alpha_matting_background_threshold": background, "alpha_matting_erode_size": erosion}
    for mode in ("RGB", "L", "RGBA"):
        expected = rembg.remove(made(mode), session=theirs, **options)
        found = u2cl.remove(made(mode), session=ours, **options)
        assert (found.mode, found.size) == (expected.mode, expected.size)
        assert difference(numpy.asarray(found)[..., 3], numpy.asarray(expected)[..., 3]) <= 6


def test_sessions(theirs, ours):
    from rembg.sessions import sessions_names

    image = made("RGB")
    (expected,), (found,) = theirs.predict(image), ours.predict(image)
    assert found.mode == expected.mode and difference(numpy.asarray(found), numpy.asarray(expected)) <= 2
    custom = u2cl.new_session("u2net_custom", model_path=str(WEIGHTS))
    assert (numpy.asarray(custom.predict(image)[0]) == numpy.asarray(found)).all()
    for name in set(sessions_names) - set(u2cl.sessions.sessions_names):
        with pytest.raises(u2cl.ModelError):
            u2cl.new_session(name)
    with pytest.raises(TypeError, match="new_session"):
        u2cl.remove(image, session=theirs)
