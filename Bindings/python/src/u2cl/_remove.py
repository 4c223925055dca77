"""``remove`` and ``new_session`` as rembg 2.0.86 has them."""

from __future__ import annotations

import threading
import warnings
from typing import TYPE_CHECKING, Any, Optional, Union, cast, overload

from . import models
from ._errors import FileError, UsageError
from ._pictures import Picture
from ._session import MAPS, MASKS, Detection, Session, compose, is_image, like, upright

if TYPE_CHECKING:
    import numpy
    from PIL import Image

    Array = numpy.ndarray[Any, Any]

_lock = threading.Lock()
_default: Optional[Session] = None


def new_session(
    model_name: str = "u2cl-default", *args: Any, sess_opts: Any = None, providers: Any = None, pull: bool = True,
    **kwargs: Any,
) -> Session:
    """A session for ``remove``, which resizes as rembg does.

    :param model_name: a model of ``models.list()``, or a file.
    :param sess_opts: of ONNX Runtime; has no effect here, which a warning tells. So has ``providers``.
    :param pull: whether a published model that is not installed is downloaded and verified, as by rembg.
    :param kwargs: the parameters of ``Session``.
    """
    if args or sess_opts is not None or providers is not None:
        warnings.warn("options of ONNX Runtime have no effect in u2cl; name a device", RuntimeWarning, stacklevel=2)
    if pull and any(model["name"] == model_name and model["state"] == "absent" for model in models.list()):
        models.pull(model_name)
    kwargs.setdefault("resample", "lanczos")
    return Session(None if model_name == "u2cl-default" else model_name, **kwargs)


def _default_session() -> Session:
    """The session of calls without one, made once: rembg makes one for each call."""
    global _default
    with _lock:
        if _default is None:
            _default = new_session()
        return _default


@overload
def remove(data: Union[bytes, bytearray, memoryview], *args: Any, **kwargs: Any) -> bytes: ...
@overload
def remove(data: Image.Image, *args: Any, **kwargs: Any) -> Image.Image: ...
@overload
def remove(data: Array, *args: Any, **kwargs: Any) -> Array: ...
@overload
def remove(data: Picture, *args: Any, **kwargs: Any) -> Picture: ...


def remove(
    data: Any, alpha_matting: bool = False, alpha_matting_foreground_threshold: int = 240,
    alpha_matting_background_threshold: int = 10, alpha_matting_erode_size: int = 10,
    session: Optional[Session] = None, only_mask: bool = False, post_process_mask: bool = False,
    decontaminate: bool = False, vitmatte: bool = False, vitmatte_model: Optional[str] = None,
    bgcolor: Optional[tuple[int, int, int, int]] = None, force_return_bytes: bool = False, *args: Any, **kwargs: Any,
) -> Any:
    """Removes the background of a picture, as ``rembg.remove`` does.

    :param data: the bytes of a file, an image of Pillow, a NumPy array or a ``Picture``; the result is of the same
        kind, and PNG for bytes.
    :param alpha_matting: whether alpha is solved for around the edges, by closed-form matting.
    :param alpha_matting_foreground_threshold: the level of the mask from which a pixel is foreground.
    :param alpha_matting_background_threshold: the level of the mask up to which a pixel is background.
    :param alpha_matting_erode_size: the width in pixels by which both are eroded.
    :param session: from ``new_session``; by default one of the built-in model, which is kept.
    :param only_mask: whether the result is the mask.
    :param post_process_mask: whether the mask is smoothed and made black and white.
    :param decontaminate: whether the colours of the background are taken out of the edges.
    :param vitmatte: not supported: refused.
    :param bgcolor: red, green, blue and alpha of a colour behind the result.
    :param force_return_bytes: whether data is the bytes of a file whatever its type, and so is the result.
    :param kwargs: ``putalpha=True`` keeps the colours and replaces alpha; the rest are for ``new_session``.
    """
    put_alpha = kwargs.pop("putalpha", False)
    if vitmatte or vitmatte_model is not None:
        raise UsageError("ViTMatte is not part of u2cl; use alpha_matting or decontaminate")
    if session is None:
        session = new_session(*args, **kwargs) if args or kwargs else _default_session()
    source: Any = bytes(data) if force_return_bytes else data
    picture = _opened(source)
    # rembg takes colours out of the edges instead where nothing is certain foreground or background.
    is_certain = alpha_matting_foreground_threshold < 255 and alpha_matting_background_threshold > 0
    detail = alpha_matting and is_certain and not only_mask and not post_process_mask
    parses = session.task == "parsing"
    detection = session.detect([picture], output=MAPS if detail or parses else MASKS)[0]
    results: list[Picture] = []
    for mask in _class_masks(detection) if parses else [detection.mask()]:
        if post_process_mask:
            mask = Picture.from_array(_post_processed(mask.array()))
        if only_mask:
            results.append(mask)
        elif detail and not parses:
            # The structure of rembg's erosion has this many pixels on a side.
            results.append(detection.compose(
                "cutout", edges="matted", in_8_bits=True,
                certain_foreground=alpha_matting_foreground_threshold / 255,
                certain_background=alpha_matting_background_threshold / 255,
                certain_distance=alpha_matting_erode_size / 2))
        elif put_alpha:
            results.append(_with_alpha(picture, mask))
        else:
            kind = "cutout" if decontaminate or alpha_matting else "plain-cutout"
            results.append(compose(picture, mask, kind, in_8_bits=True))
    result = results[0] if len(results) == 1 else _stacked(results)
    if bgcolor is not None and not only_mask:
        result = _over(result, bgcolor)
    return like(source, result)


def _opened(data: Any) -> Picture:
    """The picture of what ``remove`` accepts. What the library does not read, Pillow may."""
    if isinstance(data, Picture):
        return data
    if isinstance(data, (bytes, bytearray)) or (isinstance(data, memoryview) and data.ndim == 1):
        try:
            return Picture.decode(data)
        except FileError:
            try:
                import io

                from PIL import Image

                image = Image.open(io.BytesIO(data))
                image.load()
            except Exception:
                image = None
            if image is None:
                raise
            return Picture.from_image(upright(image))
    data = cast(Any, data)
    if is_image(data):
        return Picture.from_image(upright(data))
    if hasattr(data, "__array_interface__"):
        try:
            return Picture.from_array(data)
        except TypeError:
            # Such as arrays of two channels, of bool or of float, which Pillow knows.
            from PIL import Image

            return Picture.from_image(Image.fromarray(data))
    raise ValueError(
        f"Input type {type(data)} is not supported. Try using force_return_bytes=True to force python bytes output")


def _class_masks(detection: Detection) -> list[Picture]:
    """The mask of every class but the background."""
    import numpy

    labels = detection.labels().array()
    count = next(iter(detection.maps().values())).shape[0]
    return [Picture.from_array(numpy.where(labels == index, 255, 0).astype(numpy.uint8)) for index in range(1, count)]


def _stacked(pictures: list[Picture]) -> Picture:
    import numpy

    return Picture.from_array(numpy.concatenate([picture.array() for picture in pictures]))


def _with_alpha(picture: Picture, mask: Picture) -> Picture:
    rgba = bytearray(picture.converted("RGBA8").view())
    rgba[3::4] = mask.view()
    return Picture.from_rows(bytes(rgba), picture.width, picture.height, "RGBA8")


def _over(picture: Picture, color: tuple[int, int, int, int]) -> Picture:
    """A picture of RGBA8 over a colour, as ``PIL.Image.alpha_composite``."""
    import numpy

    top = picture.converted("RGBA8").array().astype(numpy.uint32)
    red, green, blue, opacity = (int(value) for value in color)
    alpha = top[..., 3]
    # Alpha of the result times 255, and the share of the top in it, in 16 bits.
    blend = alpha * 255 + opacity * (255 - alpha)
    share = numpy.where(blend > 0, alpha * 255 * 255 * 128 // numpy.maximum(blend, 1), 0)
    result = numpy.empty(top.shape, numpy.uint8)
    for channel, value in enumerate((red, green, blue)):
        mixed = top[..., channel] * share + value * (255 * 128 - share) + (0x80 << 7)
        result[..., channel] = ((mixed >> 8) + mixed) >> 8 >> 7
    rounded = blend + 0x80
    result[..., 3] = ((rounded >> 8) + rounded) >> 8
    result[alpha == 0] = (red, green, blue, opacity)
    return Picture.from_array(result)


def _post_processed(mask: Any) -> Any:
    """The mask opened by a disc of radius 1, smoothed by a Gaussian of sigma 2, and thresholded, as by rembg."""
    import numpy

    def neighbours(plane: Any) -> Any:
        padded = numpy.pad(plane, 1, "symmetric")
        return numpy.stack([
            padded[1:-1, 1:-1], padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:]
        ])

    plane: Any = neighbours(neighbours(mask).min(axis=0)).max(axis=0).astype(numpy.float64)
    radius = 8
    weights = numpy.exp(-0.5 * (numpy.arange(-radius, radius + 1) / 2.0) ** 2)
    weights /= weights.sum()
    for axis in (0, 1):
        padding = [(radius, radius) if axis == other else (0, 0) for other in (0, 1)]
        padded = numpy.pad(plane, padding, "symmetric")
        length = plane.shape[axis]
        plane = sum(
            weight * numpy.take(padded, range(start, start + length), axis) for start, weight in enumerate(weights))
    return numpy.where(plane < 127, 0, 255).astype(numpy.uint8)
