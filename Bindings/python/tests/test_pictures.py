"""Pictures from and to bytes, buffers, NumPy and Pillow."""

import gc

import numpy
import pytest
from PIL import Image

import u2cl

SHAPES = [(5, 7), (5, 7, 3), (5, 7, 4), (1, 1), (1, 9, 3), (33, 1, 4)]


def made_up(shape, dtype, seed):
    return numpy.random.default_rng(seed).integers(0, numpy.iinfo(dtype).max, shape, dtype, endpoint=True)


@pytest.mark.parametrize("dtype", [numpy.uint8, numpy.uint16])
@pytest.mark.parametrize("shape", SHAPES)
def test_arrays_come_back(shape, dtype):
    array = made_up(shape, dtype, 1)
    picture = u2cl.Picture.from_array(array)
    assert picture.shape == shape
    assert (numpy.asarray(picture) == array).all()
    assert (numpy.asarray(u2cl.Picture.decode(picture.encode())).reshape(-1, 1)[0] >= 0).all()


def test_strides():
    array = made_up((40, 30, 4), numpy.uint8, 2)
    for view in (array[3:20, 4:], array[::2], array[:, ::3], array[::-1], array[:, ::-1], array[..., ::-1],
                 array.transpose(1, 0, 2), array[..., :3], array[..., 1], numpy.asfortranarray(array)):
        assert (numpy.asarray(u2cl.Picture.from_array(view)) == view).all(), view.strides


def test_numpy_sees_the_memory_and_keeps_it():
    picture = u2cl.Picture.from_array(made_up((300, 200, 3), numpy.uint8, 3))
    first, second = numpy.asarray(picture), picture.array()
    assert first.ctypes.data == second.ctypes.data
    assert not first.flags.writeable
    copy, view = first.copy(), picture.view()
    del picture, second
    gc.collect()
    assert (first == copy).all()
    assert bytes(view) == copy.tobytes()


def test_copies_into_memory():
    array = made_up((11, 13, 3), numpy.uint8, 4)
    picture = u2cl.Picture.from_array(array)
    target = numpy.zeros((20, 30, 4), numpy.uint8)
    picture.copy_into(target[2:13, 3:16])
    assert (target[2:13, 3:16, :3] == array).all() and (target[2:13, 3:16, 3] == 255).all()
    assert target[:2].sum() == 0 and target[13:].sum() == 0 and target[:, 16:].sum() == 0
    wide = numpy.zeros((11, 13), numpy.uint16)
    picture.copy_into(wide)
    luma = numpy.asarray(Image.fromarray(array).convert("L"))
    assert (wide == luma.astype(numpy.uint16) * 257).all()
    reversed_ = numpy.zeros((11, 13, 3), numpy.uint8)
    picture.copy_into(reversed_, format="BGR8")
    assert (reversed_ == array[..., ::-1]).all()
    with pytest.raises(u2cl.UsageError):
        picture.copy_into(numpy.zeros((10, 13, 3), numpy.uint8))
    with pytest.raises((BufferError, ValueError)):
        picture.copy_into(numpy.asarray(picture))


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "LA", "CMYK", "1", "I;16"])
def test_pillow(mode):
    image = Image.fromarray(made_up((9, 6, 3), numpy.uint8, 5))
    image = Image.fromarray(made_up((9, 6), numpy.uint16, 5)) if mode == "I;16" else image.convert(mode)
    picture = u2cl.Picture.from_image(image)
    if mode == "I;16":
        assert (numpy.asarray(picture) == numpy.asarray(image)).all()
    else:
        back = picture.image()
        assert (numpy.asarray(back) == numpy.asarray(image.convert(back.mode))).all()


def test_files(tmp_path, demo):
    picture = u2cl.Picture.decode(demo)
    assert (picture.width, picture.height, picture.format) == (640, 480, "RGB8")
    assert (numpy.asarray(u2cl.Picture.decode(memoryview(demo))) == numpy.asarray(picture)).all()
    for name in ("a.png", "b.jpg", "c.webp"):
        picture.save(tmp_path / name)
        assert Image.open(tmp_path / name).size == (640, 480)
        assert u2cl.Picture.open(tmp_path / name).shape == (480, 640, 3)
    assert picture.notes == []


@pytest.mark.parametrize("array", [
    numpy.zeros((4, 4, 2), numpy.uint8), numpy.zeros((4, 4, 3), numpy.float32), numpy.zeros((4,), numpy.uint8),
    numpy.zeros((2, 4, 4, 3), numpy.uint8), numpy.zeros((4, 4, 3), numpy.int8), numpy.zeros((4, 4, 3), numpy.int64),
])
def test_no_pictures(array):
    with pytest.raises(TypeError):
        u2cl.Picture.from_array(array)


def test_errors(demo):
    with pytest.raises(u2cl.UsageError):
        u2cl.Picture.from_array(numpy.zeros((0, 4, 3), numpy.uint8))
    with pytest.raises(u2cl.FileError, match="ends before"):
        u2cl.Picture.decode(demo[:2000])
    with pytest.raises(u2cl.UsageError):
        u2cl.Picture.decode(b"")
    with pytest.raises(FileNotFoundError):
        u2cl.Picture.open("/nowhere.png")
    with pytest.raises(u2cl.FileError, match="limit"):
        u2cl.Picture.decode(demo, pixel_limit=1000)
    picture = u2cl.Picture.decode(demo)
    with pytest.raises(u2cl.UsageError):
        picture.encode("bmp")
    picture.close()
    picture.close()
    with pytest.raises(u2cl.UsageError, match="closed"):
        picture.encode()
