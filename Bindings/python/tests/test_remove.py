"""remove() by itself: kinds of data and options. test_rembg.py compares it with rembg."""

import io

import numpy
import pytest
from PIL import Image

import u2cl


def test_kinds(session, photo, demo):
    assert isinstance(u2cl.remove(demo, session=session), bytes)
    assert Image.open(io.BytesIO(u2cl.remove(demo, session=session))).mode == "RGBA"
    array = u2cl.remove(photo, session=session)
    image = u2cl.remove(Image.fromarray(photo), session=session)
    assert isinstance(array, numpy.ndarray) and isinstance(image, Image.Image) and image.mode == "RGBA"
    assert (numpy.asarray(image) == array).all()
    assert isinstance(u2cl.remove(bytearray(demo), session=session, force_return_bytes=True), bytes)
    assert u2cl.remove(photo, session=session, only_mask=True).shape == photo.shape[:2]
    assert isinstance(u2cl.remove(u2cl.Picture.from_array(photo), session=session), u2cl.Picture)
    for other in (3, None, "photo.jpg", [1, 2]):
        with pytest.raises(ValueError, match="not supported"):
            u2cl.remove(other, session=session)
    with pytest.raises(u2cl.UsageError):
        u2cl.remove(photo, session=session, vitmatte=True)


def test_is_what_pillow_composes(session, photo):
    mask = Image.fromarray(u2cl.remove(photo, session=session, only_mask=True))
    for image in (Image.fromarray(photo), Image.fromarray(photo).convert("L"),
                  Image.fromarray(photo).convert("RGBA").rotate(10)):
        mask = u2cl.remove(image, session=session, only_mask=True)
        expected = Image.composite(image, Image.new("RGBA", image.size, 0), mask)
        assert (numpy.asarray(u2cl.remove(image, session=session)) == numpy.asarray(expected)).all()


@pytest.mark.parametrize("color", [(0, 0, 0, 255), (9, 200, 30, 255), (250, 3, 77, 128), (1, 2, 3, 0)])
def test_background_color(session, photo, color):
    cutout = u2cl.remove(Image.fromarray(photo), session=session)
    expected = Image.alpha_composite(Image.new("RGBA", cutout.size, color), cutout)
    found = u2cl.remove(Image.fromarray(photo), session=session, bgcolor=color)
    assert (numpy.asarray(found) == numpy.asarray(expected)).all()


def test_put_alpha(session, photo):
    mask = u2cl.remove(photo, session=session, only_mask=True)
    found = u2cl.remove(photo, session=session, putalpha=True)
    assert (found[..., :3] == photo).all() and (found[..., 3] == mask).all()


def test_matting(session, photo):
    for options in ({"alpha_matting": True}, {"decontaminate": True},
                    {"alpha_matting": True, "alpha_matting_erode_size": 0}):
        assert u2cl.remove(photo, session=session, **options).shape == (*photo.shape[:2], 4)
    with pytest.raises(u2cl.UsageError):
        u2cl.remove(photo, session=session, alpha_matting=True, alpha_matting_background_threshold=250)


def test_sessions():
    with pytest.warns(RuntimeWarning, match="ONNX Runtime"):
        session = u2cl.new_session(providers=["CPUExecutionProvider"], device="reference", size=32)
    image = Image.new("RGB", (20, 10))
    assert [mask.size for mask in session.predict(image)] == [(20, 10)]
