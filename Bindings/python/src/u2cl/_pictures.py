"""Pictures: pixels that the library holds, which NumPy and Pillow see without a copy."""

from __future__ import annotations

import ctypes
import json
import os
from ctypes import POINTER, Structure, byref, c_char_p, c_int, c_ssize_t, c_ubyte, c_void_p, py_object, pythonapi
from typing import TYPE_CHECKING, Any, Optional, Union

from ._errors import FileError, UsageError
from ._library import DecodingOptions, EncodingOptions, Handle, Pixels, call, made, taken

if TYPE_CHECKING:
    import numpy
    from PIL import Image

#: The number of each format in u2cl.h, its channels and the bytes of a sample.
FORMATS: dict[str, tuple[int, int, int]] = {
    "GRAY8": (1, 1, 1), "RGB8": (2, 3, 1), "RGBA8": (3, 4, 1), "BGR8": (4, 3, 1), "BGRA8": (5, 4, 1),
    "GRAY16": (6, 1, 2), "RGB16": (7, 3, 2), "RGBA16": (8, 4, 2),
}
_NAMES = {number: name for name, (number, _, _) in FORMATS.items()}
_BY_SHAPE = {(1, 1): "GRAY8", (3, 1): "RGB8", (4, 1): "RGBA8", (1, 2): "GRAY16", (3, 2): "RGB16", (4, 2): "RGBA16"}

#: The number of each format of files in u2cl.h.
FILE_FORMATS = {"png": 0, "jpeg": 1, "jpg": 1, "webp": 2, "tiff": 3, "tif": 3, "avif": 4}


class _Buffer(Structure):
    """Py_buffer: memory of another object, its shape and its strides."""

    _fields_ = [
        ("buf", c_void_p), ("obj", c_void_p), ("len", c_ssize_t), ("itemsize", c_ssize_t), ("readonly", c_int),
        ("ndim", c_int), ("format", c_char_p), ("shape", POINTER(c_ssize_t)), ("strides", POINTER(c_ssize_t)),
        ("suboffsets", POINTER(c_ssize_t)), ("internal", c_void_p),
    ]


_get_buffer = pythonapi.PyObject_GetBuffer
_get_buffer.argtypes, _get_buffer.restype = [py_object, POINTER(_Buffer), c_int], c_int
_release_buffer = pythonapi.PyBuffer_Release
_release_buffer.argtypes, _release_buffer.restype = [POINTER(_Buffer)], None

#: PyBUF_STRIDES | PyBUF_FORMAT: memory may be read-only, and rows may have gaps.
_STRIDES_AND_FORMAT = 0x0018 | 0x0004


class Picture(Handle):
    """Pixels that never change: RGB or RGBA with straight alpha, or the grey of a mask or matte, of 8 or 16 bits.

    ``numpy.asarray(picture)`` is a read-only view without a copy: ``[height, width]``, or the same with channels.
    """

    _release = "picture_release"

    def __init__(self, handle: int) -> None:
        super().__init__(handle)
        self._pixels: Optional[Pixels] = None

    @classmethod
    def decode(cls, data: Union[bytes, bytearray, memoryview], *, pixel_limit: int = 0) -> Picture:
        """The picture of a file's bytes: PNG, JPEG, WebP, BMP and, with libvips, HEIC, AVIF, TIFF and others."""
        view = _Buffer()
        _get_buffer(data, byref(view), 0)
        try:
            options = DecodingOptions(pixel_limit=pixel_limit)
            return cls(made("picture_decode", view.buf, view.len, byref(options)))
        finally:
            _release_buffer(byref(view))

    @classmethod
    def open(cls, path: Union[str, os.PathLike[str]], *, pixel_limit: int = 0) -> Picture:
        """The picture of a file."""
        with open(path, "rb") as file:
            data = file.read()
        name = os.fsdecode(path)
        if not data:
            raise FileError(f"{name}: the file is empty")
        try:
            return cls.decode(data, pixel_limit=pixel_limit)
        except FileError as failure:
            raise FileError(str(failure).replace("'picture'", name, 1)) from None

    @classmethod
    def from_array(cls, array: Any, *, format: Optional[str] = None) -> Picture:
        """The picture of anything with the buffer protocol, such as a NumPy array.

        :param array: ``[height, width]`` or ``[height, width, 3 or 4]``, of 8 or 16 bits without sign. Rows may have
            gaps between them; other strides are copied first.
        :param format: a key of ``FORMATS`` where blue comes first: ``"BGR8"`` or ``"BGRA8"``.
        """
        view = _Buffer()
        _get_buffer(array, byref(view), _STRIDES_AND_FORMAT)
        try:
            shape, strides = view.shape[: view.ndim], view.strides[: view.ndim]
            channels = 1 if view.ndim == 2 else shape[2] if view.ndim == 3 else 0
            kind = (view.format or b"B").decode().lstrip("@=<")
            size = {"B": 1, "H": 2}.get(kind, 0)
            name = format or _BY_SHAPE.get((channels, size))
            if name is None or FORMATS.get(name, (0, 0, 0))[1:] != (channels, size):
                raise TypeError(
                    f"an array of shape {tuple(shape)} and type {kind!r} is no picture; it takes [height, width] or "
                    "[height, width, 3 or 4] of uint8 or uint16")
            pixel = channels * size
            if 0 in shape:
                raise UsageError(f"an array of shape {tuple(shape)} has no pixels")
            packed = strides[1] == pixel and (view.ndim == 2 or strides[2] == size) and strides[0] >= shape[1] * pixel
            if not packed:
                return cls.from_rows(memoryview(array).tobytes(), shape[1], shape[0], name)
            pixels = Pixels(data=view.buf, width=shape[1], height=shape[0], stride=strides[0], format=FORMATS[name][0])
            return cls(made("picture_from_pixels", byref(pixels)))
        finally:
            _release_buffer(byref(view))

    @classmethod
    def from_rows(cls, data: bytes, width: int, height: int, name: str) -> Picture:
        """The picture of rows of pixels that follow one another; the format is a key of ``FORMATS``."""
        address = ctypes.cast(ctypes.c_char_p(data), c_void_p)
        pixels = Pixels(data=address, byte_count=len(data), width=width, height=height, format=FORMATS[name][0])
        return cls(made("picture_from_pixels", byref(pixels)))

    @classmethod
    def from_image(cls, image: Image.Image) -> Picture:
        """The picture of an image of Pillow, as it is: see ``PIL.ImageOps.exif_transpose`` for its orientation."""
        if image.mode in ("I;16", "I;16L"):
            return cls.from_rows(image.tobytes(), image.width, image.height, "GRAY16")
        if image.mode not in ("L", "RGB", "RGBA"):
            has_alpha = image.mode in ("LA", "PA", "La", "RGBa") or "transparency" in image.info
            image = image.convert("RGBA" if has_alpha else "RGB")
        name = {"L": "GRAY8", "RGB": "RGB8", "RGBA": "RGBA8"}[image.mode]
        return cls.from_rows(image.tobytes(), image.width, image.height, name)

    def _view(self) -> Pixels:
        if self._pixels is None:
            pixels = Pixels()
            call("picture_pixels", self.handle, byref(pixels))
            self._pixels = pixels
        return self._pixels

    @property
    def width(self) -> int:
        """The width in pixels."""
        return int(self._view().width)

    @property
    def height(self) -> int:
        """The height in pixels."""
        return int(self._view().height)

    @property
    def format(self) -> str:
        """``GRAY8``, ``GRAY16``, ``RGB8``, ``RGBA8``, ``RGB16`` or ``RGBA16``."""
        return _NAMES[self._view().format]

    @property
    def shape(self) -> tuple[int, ...]:
        """``(height, width)`` of grey, and ``(height, width, channels)`` of colours."""
        channels = FORMATS[self.format][1]
        return (self.height, self.width) if channels == 1 else (self.height, self.width, channels)

    @property
    def notes(self) -> list[str]:
        """What the user should know, such as that a file has more pictures, or that nothing stands out."""
        return json.loads(taken(made("picture_notes", self.handle)))

    @property
    def __array_interface__(self) -> dict[str, Any]:
        """The pixels where they lie, read-only, for NumPy. The array keeps the picture."""
        pixels = self._view()
        kind = "|u1" if FORMATS[self.format][2] == 1 else "=u2".replace("=", _byte_order())
        return {"version": 3, "shape": self.shape, "typestr": kind, "data": (pixels.data, True)}

    def view(self) -> memoryview:
        """The bytes of the pixels where they lie, rows one after another. The view keeps the picture."""
        pixels = self._view()
        memory = (c_ubyte * pixels.byte_count).from_address(pixels.data)
        memory._picture = self  # type: ignore[attr-defined]
        return memoryview(memory).cast("B").toreadonly()

    def tobytes(self) -> bytes:
        """A copy of the pixels, rows one after another."""
        pixels = self._view()
        return ctypes.string_at(pixels.data, pixels.byte_count)

    def array(self) -> numpy.ndarray[Any, Any]:
        """The pixels as a NumPy array: read-only, without a copy."""
        import numpy

        return numpy.asarray(self)

    def image(self) -> Image.Image:
        """The pixels as an image of Pillow, of 8 bits; mattes become masks of 8 bits."""
        from PIL import Image

        picture = self.converted(self.format.replace("16", "8"))
        mode = {"GRAY8": "L", "RGB8": "RGB", "RGBA8": "RGBA"}[picture.format]
        return Image.frombytes(mode, (picture.width, picture.height), picture.view())

    def converted(self, format: str) -> Picture:
        """The picture in another format, a key of ``FORMATS``; it itself if it has that format."""
        if format == self.format:
            return self
        number, channels, size = FORMATS[format]
        memory = bytearray(self.width * self.height * channels * size)
        self.copy_into(memory, format=format)
        address = (c_ubyte * len(memory)).from_buffer(memory)
        pixels = Pixels(
            data=ctypes.addressof(address), byte_count=len(memory), width=self.width, height=self.height, format=number)
        return Picture(made("picture_from_pixels", byref(pixels)))

    def copy_into(self, target: Any, *, format: Optional[str] = None) -> None:
        """Writes the pixels into memory of the caller, such as a NumPy array of the picture's height and width.

        :param target: ``[height, width]`` or ``[height, width, channels]`` with rows that may have gaps, or plain bytes
            of rows one after another.
        :param format: the format to write, a key of ``FORMATS``; by default that of the target's shape.
        """
        view = _Buffer()
        _get_buffer(target, byref(view), _STRIDES_AND_FORMAT | 1)
        try:
            shape, strides = view.shape[: view.ndim], view.strides[: view.ndim]
            if view.ndim == 1:
                name = format or self.format
                pixels = Pixels(data=view.buf, byte_count=view.len, width=self.width, height=self.height)
            else:
                channels = 1 if view.ndim == 2 else shape[2]
                name = format or _BY_SHAPE.get((channels, view.itemsize), "")
                if FORMATS.get(name, (0, 0, 0))[1:] != (channels, view.itemsize):
                    raise TypeError(f"memory of shape {tuple(shape)} takes no pixels of {name or 'any format'}")
                pixel = channels * view.itemsize
                if strides[1] != pixel or (view.ndim == 3 and strides[2] != view.itemsize):
                    raise UsageError("the pixels of a row have to follow one another in memory")
                pixels = Pixels(data=view.buf, width=shape[1], height=shape[0], stride=strides[0])
            pixels.format = FORMATS[name][0]
            call("picture_copy", self.handle, byref(pixels))
        finally:
            _release_buffer(byref(view))

    def encode(self, format: str = "png", *, quality: int = 0, keep_metadata: bool = False) -> bytes:
        """The picture as a file.

        :param format: ``"png"``, ``"jpeg"``, ``"webp"`` or, with libvips, ``"tiff"`` or ``"avif"``.
        :param quality: of JPEG, WebP and AVIF, 1 to 100; WebP of 100 is lossless. 0 is 90.
        :param keep_metadata: whether EXIF and XMP of the decoded file are stored.
        """
        number = FILE_FORMATS.get(format.lower())
        if number is None:
            raise UsageError(f"{format!r} is none of the formats {', '.join(FILE_FORMATS)}")
        options = EncodingOptions(format=number, quality=quality, keeps_metadata=keep_metadata)
        return taken(made("picture_encode", self.handle, byref(options)))

    def save(self, path: Union[str, os.PathLike[str]], *, quality: int = 0, keep_metadata: bool = False) -> None:
        """Writes a file, whose name tells the format."""
        data = self.encode(format_of(path), quality=quality, keep_metadata=keep_metadata)
        with open(path, "wb") as file:
            file.write(data)

    def _repr_png_(self) -> bytes:
        """What Jupyter shows."""
        return self.encode()

    def __repr__(self) -> str:
        return "<u2cl.Picture, closed>" if self._handle is None else f"<u2cl.Picture {self.format} {self.shape}>"


def format_of(path: Union[str, os.PathLike[str]]) -> str:
    """The format that a file's name tells; ``"png"`` if it has no ending."""
    return os.path.splitext(os.fspath(path))[1][1:] or "png"


def _byte_order() -> str:
    import sys

    return "<" if sys.byteorder == "little" else ">"
