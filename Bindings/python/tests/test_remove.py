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


def test_models_of_rembg(tmp_path):
    names = u2cl.sessions.sessions_names
    assert names[0] == "u2cl-default" and {"u2net", "u2netp", "silueta", "isnet-general-use"} <= set(names)
    assert set(u2cl.sessions.sessions) == set(names)
    for name in ("bria-rmbg", "birefnet-general", "sam", "ben_custom", "withoutbg"):
        with pytest.raises(ValueError, match=f"{name} is no U²-Net.* u2cl-default, u2netp") as failure:
            u2cl.new_session(name)
        assert isinstance(failure.value, u2cl.ModelError) and "\n" not in str(failure.value)
    with pytest.raises(u2cl.ModelError, match="model_path"):
        u2cl.new_session("u2net_custom")
    with pytest.raises(u2cl.Error, match="nowhere"):
        u2cl.new_session("u2net_custom", model_path=tmp_path / "nowhere.onnx", device="reference")


def test_wrong_arguments(session, photo):
    with pytest.raises(TypeError, match="new_session"):
        u2cl.remove(photo, session="u2netp")
    for color in ("red", (1, 2), (1.5, 2, 3, 255), 7):
        with pytest.raises(u2cl.UsageError, match="bgcolor"):
            u2cl.remove(photo, session=session, bgcolor=color)
    for data in ("photo.jpg", Image.fromarray(photo), 5):
        with pytest.raises(TypeError, match="bytes-like"):
            u2cl.remove(data, session=session, force_return_bytes=True)
    with pytest.raises(u2cl.UsageError, match="alpha_matting_background_threshold is 240"):
        u2cl.remove(photo, session=session, alpha_matting=True, alpha_matting_foreground_threshold=10,
                    alpha_matting_background_threshold=240)


def test_transparent_pixels_keep_their_colours(session, photo):
    clear = numpy.dstack([photo, numpy.zeros(photo.shape[:2], numpy.uint8)])
    mask = u2cl.remove(photo, session=session, only_mask=True)
    assert (u2cl.remove(clear, session=session, only_mask=True) == mask).all()
    assert (u2cl.remove(clear, session=session)[..., 3] == 0).all()
    assert (u2cl.remove(clear, session=session, putalpha=True)[..., 3] == mask).all()


@pytest.mark.parametrize("mode, made", [("L", "LA"), ("LA", "LA"), ("1", "LA"), ("P", "PA"), ("RGB", "RGBA")])
def test_put_alpha_keeps_the_mode(session, photo, mode, made):
    image = Image.fromarray(photo).convert(mode)
    found = u2cl.remove(image, session=session, putalpha=True)
    assert found.mode == made and image.mode == mode
    assert u2cl.remove(image, session=session, putalpha=True, bgcolor=(1, 2, 3, 255)).mode == "RGBA"
    if mode in ("L", "RGB"):
        assert (u2cl.remove(numpy.asarray(image), session=session, putalpha=True) == numpy.asarray(found)).all()
        file = io.BytesIO()
        image.save(file, "PNG")
        assert Image.open(io.BytesIO(u2cl.remove(file.getvalue(), session=session, putalpha=True))).mode == made
