"""``remove`` and ``new_session`` as rembg 2.0.86 has them."""

from __future__ import annotations

import operator
import os
import threading
import warnings
from typing import TYPE_CHECKING, Any, Optional, Union, cast, overload

from . import models
from ._errors import FileError, ModelError, UsageError
from ._pictures import Picture
from ._session import MAPS, MASKS, Detection, Session, compose, is_image, like, upright

if TYPE_CHECKING:
    import numpy
    from PIL import Image

    Array = numpy.ndarray[Any, Any]

_lock = threading.Lock()
_default: Optional[Session] = None


#: Models of rembg that are other networks.
_FOREIGN = ("birefnet", "bria", "ben_custom", "sam", "withoutbg", "atlascloud")
#: The classes of u2net_cloth_seg that make up each mask, by the parameter ``cloth_category`` of rembg.
_CLOTHES = {"upper": (1,), "lower": (2,), "full": (3,), "attire": (1, 2, 3)}


def new_session(
    model_name: Union[str, os.PathLike[str]] = "u2cl-default", *args: Any, sess_opts: Any = None,
    providers: Any = None, pull: bool = True, model_path: Union[str, os.PathLike[str], None] = None, **kwargs: Any,
) -> Session:
    """A session for ``remove``, which resizes as rembg does.

    :param model_name: a model of ``models.list()``, or a file.
    :param sess_opts: of ONNX Runtime; has no effect here, which a warning tells. So has ``providers``.
    :param pull: whether a published model that is not installed is downloaded and verified, as by rembg.
    :param model_path: the file of ``"u2net_custom"`` or ``"dis_custom"``; any folder will do.
    :param kwargs: the parameters of ``Session``.
    """
    if args or sess_opts is not None or providers is not None:
        warnings.warn("options of ONNX Runtime have no effect in u2cl; name a device", RuntimeWarning, stacklevel=2)
    kwargs.setdefault("resample", "lanczos")
    return Session(_model(model_name, model_path, pull), **kwargs)


def _model(
    name: Union[str, os.PathLike[str]], path: Union[str, os.PathLike[str], None], pull: bool
) -> Union[str, os.PathLike[str], None]:
    """What ``Session`` takes for a model's name in rembg; a published model is installed first."""
    if name in ("u2net_custom", "dis_custom"):
        if path is None:
            raise ModelError(f"{name} needs model_path, the file of its weights")
        return os.path.expanduser(path)
    if name == "u2cl-default":
        return None
    known = models.list()
    if isinstance(name, str) and name.startswith(_FOREIGN) and not os.path.exists(name):
        raise ModelError(f"{name} is no U²-Net, and only rembg has it; u2cl has "
                         + ", ".join(model["name"] for model in known))
    if pull and any(model["name"] == name and model["state"] == "absent" for model in known):
        models.pull(str(name))
    return name


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
    :param bgcolor: red, green, blue and alpha, from 0 to 255, of a colour behind the result.
    :param force_return_bytes: whether data is the bytes of a file whatever its type, and so is the result.
    :param kwargs: ``putalpha=True`` keeps the colours and replaces alpha; ``cc`` or ``cloth_category`` is ``"upper"``,
        ``"lower"``, ``"full"`` or ``"attire"`` for models of clothes; the rest are for ``new_session``.
    """
    put_alpha = kwargs.pop("putalpha", False)
    if vitmatte or vitmatte_model is not None:
        raise UsageError("ViTMatte is not part of u2cl; use alpha_matting or decontaminate")
    color = None if bgcolor is None else _rgba(bgcolor)
    matting = _matting(
        alpha_matting_foreground_threshold, alpha_matting_background_threshold, alpha_matting_erode_size
    ) if alpha_matting and not only_mask and not post_process_mask else None
    if session is None:
        session = new_session(*args, **kwargs) if args or kwargs else _default_session()
    elif not hasattr(session, "submit"):
        raise TypeError(f"session is a {type(session).__name__}; u2cl.new_session makes one for u2cl.remove")
    source: Any = bytes(memoryview(data)) if force_return_bytes else data
    picture = _opened(source)
    # The network of rembg sees the colours of transparent pixels as they are.
    opaque = picture.converted(picture.format.replace("A", "")) if "RGBA" in picture.format else picture
    parses = session.task == "parsing"
    detection = session.detect([opaque], output=MAPS if matting or parses else MASKS)[0]
    results: list[Any] = []
    for mask in _class_masks(detection, kwargs) if parses else [detection.mask()]:
        if post_process_mask:
            mask = Picture.from_array(_post_processed(mask.array()))
        if only_mask:
            results.append(mask)
        elif matting and not parses:
            results.append(detection.compose("cutout", edges="matted", in_8_bits=True, **matting))
        elif put_alpha:
            results.append(_with_alpha(source, picture, mask))
        elif decontaminate or alpha_matting:
            results.append(compose(opaque, mask, "cutout", in_8_bits=True))
        else:
            results.append(compose(picture, mask, "plain-cutout", in_8_bits=True))
    result = results[0] if len(results) == 1 else _stacked(results)
    if color is not None and not only_mask:
        result = _over(_as_rgba(result), color)
    return like(source, result) if isinstance(result, Picture) else _like_image(source, result)


def _matting(foreground: float, background: float, erosion: float) -> Optional[dict[str, float]]:
    """The options of matting for rembg's; None where nothing is certain foreground or background, and rembg takes
    colours out of the edges instead."""
    if not (foreground < 255 and background > 0):
        return None
    if background >= foreground:
        raise UsageError(
            f"alpha_matting_background_threshold is {background}, and has to be less than "
            f"alpha_matting_foreground_threshold, {foreground}")
    # The structure of rembg's erosion has this many pixels on a side; without one, it erodes by a pixel.
    return {"certain_foreground": foreground / 255, "certain_background": background / 255,
            "certain_distance": min(1000.0, erosion / 2) if erosion > 0 else 1.0}


def _rgba(color: Any) -> tuple[int, int, int, int]:
    """A colour of three or four whole numbers, as Pillow takes it."""
    try:
        values = [min(255, max(0, operator.index(value))) for value in color]
        red, green, blue, alpha = values if len(values) == 4 else (*values, 255)
    except (TypeError, ValueError):
        raise UsageError(f"bgcolor is {color!r}, and takes red, green, blue and alpha from 0 to 255") from None
    return red, green, blue, alpha


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


def _class_masks(detection: Detection, options: dict[str, Any]) -> list[Picture]:
    """The mask of every class but the background, or of the class of clothes that is asked for."""
    import numpy

    labels = detection.labels().array()
    category = options.get("cc") or options.get("cloth_category")
    count = next(iter(detection.maps().values())).shape[0]
    wanted = [_CLOTHES[category]] if category in _CLOTHES else [(index,) for index in range(1, count)]
    return [Picture.from_array(numpy.where(numpy.isin(labels, classes), 255, 0).astype(numpy.uint8))
            for classes in wanted]


def _stacked(pictures: list[Any]) -> Picture:
    import numpy

    return Picture.from_array(numpy.concatenate([numpy.asarray(_as_rgba(picture)) for picture in pictures]))


def _with_alpha(source: Any, picture: Picture, mask: Picture) -> Any:
    """The picture with the mask as its alpha: RGBA, or an image of LA or PA where Pillow makes that of the source."""
    image = _image_of(source)
    if image is not None and image.mode in ("1", "L", "LA", "P", "PA"):
        # Old versions of Pillow add no alpha to black and white.
        image = upright(image.convert("L") if image.mode == "1" else image)
        image.putalpha(mask.image())
        return image
    rgba = bytearray(picture.converted("RGBA8").view())
    rgba[3::4] = mask.view()
    return Picture.from_rows(bytes(rgba), picture.width, picture.height, "RGBA8")


def _image_of(source: Any) -> Any:
    """The image that Pillow sees in a source; None for a Picture, and without Pillow."""
    if is_image(source):
        return source
    try:
        import io

        from PIL import Image

        if isinstance(source, Picture):
            return None
        if isinstance(source, (bytes, bytearray, memoryview)):
            image = Image.open(io.BytesIO(source))
            # PNG has no palette with alpha.
            return image if image.mode in ("1", "L", "LA") else None
        return Image.fromarray(source) if source.shape[2:] in ((), (2,)) else None
    except Exception:
        return None


def _as_rgba(result: Any) -> Picture:
    return result if isinstance(result, Picture) else Picture.from_image(result.convert("RGBA"))


def _like_image(source: Any, image: Any) -> Any:
    """An image of LA or PA in the form of its source."""
    if is_image(source):
        return image
    if hasattr(source, "__array_interface__"):
        import numpy

        return numpy.asarray(image)
    import io

    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def _over(picture: Picture, color: tuple[int, int, int, int]) -> Picture:
    """A picture of RGBA8 over a colour, as ``PIL.Image.alpha_composite``."""
    import numpy

    top = picture.converted("RGBA8").array().astype(numpy.uint32)
    red, green, blue, opacity = color
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
