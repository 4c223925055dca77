"""Sessions: a model on a device."""

from __future__ import annotations

import json
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from ctypes import byref, c_size_t, c_void_p, string_at
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Optional, Union

from ._errors import CancelledError, Error, UsageError
from ._library import (
    CompositionOptions, ConfidenceValues, DetectOptions, DetectorOptions, Handle, Map, Progress, call, encoded_text,
    made, taken,
)
from ._pictures import Picture

if TYPE_CHECKING:
    from PIL import Image

#: A picture in any of its forms: a file's bytes or path, a NumPy array, an image of Pillow, or a Picture.
Source = Union[bytes, bytearray, memoryview, str, "os.PathLike[str]", Picture, "Image.Image", Any]
#: A function that hears how far work has come, done of total, and cancels it by returning True.
ProgressFunction = Callable[[int, int], object]
#: ``"RRGGBB"``, or red, green and blue from 0 to 255.
Color = Union[str, tuple[int, int, int]]

PRECISIONS = ("auto", "fp32", "fp16")
RESAMPLINGS = ("default", "bilinear", "bilinear-constant", "antialiased", "lanczos")
NORMALIZATIONS = ("min-max", "identity")
TASKS = (None, "saliency", "parsing", "portrait")
EDGES = ("default", "interpolated", "refined", "matted")
KINDS = ("cutout", "mask", "composite", "blur", "overlay", "heatmap", "contour", "plain-cutout")
MAPS, MASKS, REFINED_MATTES, REFINED_CUTOUTS, REFINED_CUTOUTS_AND_MATTES = range(5)


def choice(value: object, name: str, cases: tuple[Any, ...]) -> int:
    if value not in cases:
        raise UsageError(f"{name} is {value!r}, and is one of {', '.join(repr(case) for case in cases)}")
    return cases.index(value)


def _color(value: Optional[Color]) -> int:
    if value is None:
        return 0
    try:
        red, green, blue = bytes.fromhex(value.lstrip("#")) if isinstance(value, str) else bytes(value)
    except (ValueError, TypeError):
        raise UsageError(f"{value!r} is no colour; give 'RRGGBB' or three numbers from 0 to 255") from None
    return 0xFF000000 | red << 16 | green << 8 | blue


@dataclass(frozen=True)
class Confidence:
    """How sure the network is that something stands out."""

    #: Whether something stands out: the greatest probability is at least one half.
    stands_out: bool
    #: The greatest probability of the map.
    maximum: float
    #: The least probability of the map.
    minimum: float
    #: The part of the map whose probability is at least one half.
    area: float


class Detection(Handle):
    """What a network found in a picture."""

    _release = "detection_release"

    def mask(self) -> Picture:
        """The mask, GRAY8: 0 is background, 255 is what stands out."""
        return Picture(made("detection_mask", self.handle))

    def matte(self, edges: str = "refined", *, background: Optional[Color] = None) -> Picture:
        """The matte, GRAY16: how much of each pixel is foreground."""
        return Picture(made("detection_matte", self.handle, choice(edges, "edges", EDGES), _color(background)))

    def labels(self) -> Picture:
        """The number of each pixel's class, GRAY8, for models that parse."""
        return Picture(made("detection_labels", self.handle))

    def maps(self) -> dict[str, Any]:
        """The network's maps by name, as NumPy arrays ``[channels, height, width]`` of float32."""
        import numpy

        count = c_size_t()
        call("detection_map_count", self.handle, byref(count))
        maps: dict[str, Any] = {}
        for index in range(count.value):
            found = Map()
            call("detection_map", self.handle, index, byref(found))
            shape = (found.channels, found.height, found.width)
            data = string_at(found.values, 4 * shape[0] * shape[1] * shape[2])
            maps[found.name.decode()] = numpy.frombuffer(data, numpy.float32).reshape(shape)
        return maps

    @property
    def confidence(self) -> Optional[Confidence]:
        """How sure the network is; None if the model's task is another than to find what stands out."""
        values = ConfidenceValues()
        call("detection_confidence", self.handle, byref(values))
        if not values.is_known:
            return None
        return Confidence(bool(values.stands_out), values.maximum, values.minimum, values.area)

    def compose(self, kind: str = "cutout", **options: Any) -> Picture:
        """What ``composition`` describes, of the detection's picture."""
        return Picture(made("detection_compose", self.handle, byref(composition(kind, **options))))


def composition(
    kind: str = "cutout", *, edges: str = "default", threshold: float = 0, feather: float = 0, invert: bool = False,
    trim: bool = False, trim_pixels: int = 0, trim_fraction: float = 0, in_8_bits: bool = False,
    backdrop: Union[Color, Picture, None] = None, color: Optional[Color] = None, blur_radius: float = 0,
    background: Optional[Color] = None, certain_background: float = 0, certain_foreground: float = 0,
    certain_distance: float = 0,
) -> CompositionOptions:
    """What is made of a picture and its mask; u2cl.h describes the options, and 0 is their default.

    :param kind: one of ``KINDS``.
    :param edges: one of ``EDGES``.
    :param backdrop: the colour or Picture behind the foreground of a composite.
    :param color: of the overlay and of the contour.
    :param background: the colour that transparent pictures are laid over.
    """
    options = CompositionOptions(
        kind=choice(kind, "kind", KINDS), edges=choice(edges, "edges", EDGES), threshold=threshold, feather=feather,
        inverts=bool(invert), trims=bool(trim), trim_pixels=trim_pixels, trim_fraction=trim_fraction,
        in_8_bits=bool(in_8_bits), color=_color(color), blur_radius=blur_radius, background=_color(background),
        certain_background=certain_background, certain_foreground=certain_foreground,
        certain_distance=certain_distance)
    if isinstance(backdrop, Picture):
        options.backdrop = backdrop.handle
        options._picture = backdrop  # type: ignore[attr-defined]
    else:
        options.backdrop_color = _color(backdrop)
    return options


def compose(picture: Source, mask: Source, kind: str = "cutout", **options: Any) -> Picture:
    """Composes a picture with a mask or matte of its size; see ``composition``."""
    picture, mask = as_picture(picture), as_picture(mask)
    return Picture(made("picture_compose", picture.handle, mask.handle, byref(composition(kind, **options))))


def is_image(source: Any) -> bool:
    """Whether something is an image of Pillow, which need not be installed."""
    return hasattr(source, "getexif") and hasattr(source, "mode") and hasattr(source, "tobytes")


def as_picture(source: Source) -> Picture:
    """A picture in any of its forms as a Picture. Bytes are those of a file."""
    if isinstance(source, Picture):
        return source
    if isinstance(source, (bytes, bytearray)) or (isinstance(source, memoryview) and source.ndim == 1):
        return Picture.decode(source)
    if isinstance(source, (str, os.PathLike)):
        return Picture.open(source)
    other: Any = source
    return Picture.from_image(upright(other)) if is_image(other) else Picture.from_array(other)


def upright(image: Image.Image) -> Image.Image:
    """An image turned by its EXIF orientation."""
    from PIL import ImageOps

    return ImageOps.exif_transpose(image)


def like(source: Source, result: Picture) -> Any:
    """A result in the form of its source: a file of PNG, an image of Pillow, a NumPy array or a Picture."""
    if isinstance(source, Picture):
        return result
    if isinstance(source, (bytes, bytearray, str, os.PathLike)) or (
        isinstance(source, memoryview) and source.ndim == 1
    ):
        return result.encode()
    return result.image() if is_image(source) else result.array()


class Pending(Handle):
    """Pictures on their way."""

    _release = "pending_release"

    def __init__(self, handle: int, count: int, progress: Progress) -> None:
        super().__init__(handle)
        self._count = count
        self._progress = progress

    def wait(self) -> list[Detection]:
        """The detections. An interrupt by the keyboard cancels, if there is more than one picture."""
        if self._count == 1 or threading.current_thread() is not threading.main_thread():
            return self._found()
        # Only the main thread hears the keyboard, and only while it runs Python.
        future: Future[list[Detection]] = Future()
        thread = threading.Thread(target=self._settle, args=(future,), daemon=True, name="u2cl-wait")
        thread.start()
        try:
            return future.result()
        except KeyboardInterrupt:
            self.cancel()
            thread.join()
            raise

    def cancel(self) -> None:
        """Makes ``wait`` end with CancelledError once the batch at hand is done."""
        call("pending_cancel", self.handle)

    def _settle(self, future: Future[list[Detection]]) -> None:
        try:
            future.set_result(self._found())
        except BaseException as failure:
            future.set_exception(failure)

    def _found(self) -> list[Detection]:
        found = (c_void_p * self._count)()
        with self._progress:
            call("pending_wait", self.handle, found, self._count)
        return [Detection(handle) for handle in found if handle is not None]


class Session(Handle):
    """A model on a device.

    Every method may be called from any thread. The session computes for one thread at a time; decoding and composing
    run side by side.
    """

    _release = "detector_release"

    def __init__(
        self, model: Union[str, os.PathLike[str], None] = None, device: str = "auto", precision: str = "auto", *,
        batch: int = 1, strict: bool = False, size: int = 0, resample: str = "default", resample_mask: str = "default",
        normalization: str = "min-max", background: Optional[Color] = None, all_maps: bool = False,
        task: Optional[str] = None, use_tunings: bool = True, cache: Union[str, os.PathLike[str], None] = None,
        progress: Optional[ProgressFunction] = None,
    ) -> None:
        """Loads a model on a device, which takes seconds where its programs are not in the cache yet.

        :param model: a name, such as ``"u2netp"``, or a file (.onnx, .pth, .safetensors); None for the built-in model.
        :param device: ``"auto"``, ``"gpu"``, ``"cpu"``, ``"gpu:1"``, ``"reference"`` (no OpenCL), a number from
            ``devices()``, or part of a name.
        :param precision: ``"auto"``, ``"fp32"`` or ``"fp16"``.
        :param batch: how many pictures are computed at once.
        :param strict: whether it is an error if another device would run.
        :param size: the side of the network's square input in pixels; 0 for the model's own.
        :param resample: one of ``RESAMPLINGS``; ``"lanczos"`` is that of rembg.
        :param background: the colour that transparent pictures are laid over.
        :param all_maps: whether ``Detection.maps()`` has the side maps, too.
        :param progress: hears how many programs are compiled.
        """
        with Progress(progress) as reporting:
            options = DetectorOptions(
                model=encoded_text(model), device=device.encode(),
                precision=choice(precision, "precision", PRECISIONS), strict=bool(strict), input_size=size,
                batch=batch,
                resampling=choice(resample, "resample", RESAMPLINGS),
                mask_resampling=choice(resample_mask, "resample_mask", RESAMPLINGS),
                normalization=choice(normalization, "normalization", NORMALIZATIONS), background=_color(background),
                maps=bool(all_maps), task=choice(task, "task", TASKS), ignores_tunings=not use_tunings,
                cache=encoded_text(cache), progress=reporting.pointer)
            super().__init__(made("detector_create", byref(options)))
        info = self.info
        self.batch = int(info["batch"])
        self.model_name = str(info["model"])
        #: What the model's output is: ``saliency``, ``parsing`` or ``portrait``.
        self.task = str(info["task"])

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def info(self) -> dict[str, Any]:
        """What runs: model, device, platform, precision, why the device is not the requested one, and more."""
        return json.loads(taken(made("detector_info", self.handle)))

    def detect(
        self, pictures: Iterable[Source], *, output: int = MAPS, progress: Optional[ProgressFunction] = None
    ) -> list[Detection]:
        """What the network finds in pictures, all of which are in memory at once; ``stream`` takes any number.

        :param progress: hears how many pictures are done.
        """
        return self.submit([as_picture(picture) for picture in pictures], output=output, progress=progress).wait()

    def submit(
        self, pictures: list[Picture], *, output: int = MAPS, progress: Optional[ProgressFunction] = None
    ) -> Pending:
        """Sends pictures to the device, and returns what to wait for."""
        reporting = Progress(progress)
        handles = (c_void_p * len(pictures))(*(picture.handle for picture in pictures))
        options = DetectOptions(output=output, progress=reporting.pointer)
        return Pending(
            made("detector_submit", self.handle, handles, len(pictures), byref(options)), len(pictures), reporting)

    def mask(self, picture: Source) -> Any:
        """The mask of a picture, in the picture's own form."""
        return like(picture, self.detect([picture], output=MASKS)[0].mask())

    def matte(self, picture: Source, edges: str = "refined") -> Any:
        """The matte of a picture, of 16 bits (8 for images of Pillow), in the picture's own form."""
        return like(picture, self.detect([picture], output=REFINED_MATTES)[0].matte(edges))

    def cutout(self, picture: Source, **options: Any) -> Any:
        """The subject of a picture on a transparent background, in the picture's own form; see ``composition``."""
        return self.compose(picture, "cutout", **options)

    def compose(self, picture: Source, kind: str, **options: Any) -> Any:
        """A composition of a picture, in the picture's own form; see ``composition``."""
        return like(picture, self.detect([picture], output=_output(kind, options))[0].compose(kind, **options))

    def masks(self, pictures: Iterable[Source], *, progress: Optional[ProgressFunction] = None) -> list[Any]:
        """The masks of pictures, each in the form of its picture."""
        return _collected(self.stream(pictures, "mask"), pictures, progress)

    def mattes(
        self, pictures: Iterable[Source], edges: str = "refined", *, progress: Optional[ProgressFunction] = None
    ) -> list[Any]:
        """The mattes of pictures, each in the form of its picture."""
        return _collected(self.stream(pictures, "matte", edges=edges), pictures, progress)

    def cutouts(
        self, pictures: Iterable[Source], *, progress: Optional[ProgressFunction] = None, **options: Any
    ) -> list[Any]:
        """The cut-outs of pictures, each in the form of its picture; see ``composition``."""
        return _collected(self.stream(pictures, "cutout", **options), pictures, progress)

    def stream(
        self, pictures: Iterable[Source], kind: str = "cutout", *, threads: int = 0, return_errors: bool = False,
        as_pictures: bool = False, **options: Any,
    ) -> Iterator[Any]:
        """The results for any number of pictures, in their order, each in the form of its picture.

        While the device computes, the next pictures are decoded and the last results are composed and encoded. A few
        pictures for each thread and batch are in memory at once.

        :param pictures: read as they are needed, on this thread.
        :param kind: ``"mask"``, ``"matte"`` or another of ``KINDS``.
        :param threads: the threads that decode, compose and encode; 0 for as many as there are cores, up to 8.
        :param return_errors: whether a picture that fails gives its exception instead of ending the iteration.
        :param as_pictures: whether each result is a ``Picture``, whatever the form of its source.
        """
        count = threads or min(8, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)
        return _stream(self, iter(pictures), kind, options, max(1, count), return_errors, as_pictures)

    def predict(self, img: Image.Image, *_: Any, **__: Any) -> list[Image.Image]:
        """The masks of an image of Pillow, as a session of rembg returns them."""
        return [self.detect([img], output=MASKS)[0].mask().image()]


def _output(kind: str, options: dict[str, Any]) -> int:
    """What the device should compute for a composition."""
    edges = options.get("edges", "default")
    if kind == "matte":
        return REFINED_MATTES if edges in ("default", "refined") else MAPS
    plain = kind in ("mask", "heatmap", "plain-cutout") and edges == "default"
    if plain or edges == "interpolated":
        return MASKS
    if edges == "matted":
        return MAPS
    reshaped = any(options.get(name) for name in ("threshold", "feather", "invert"))
    if kind in ("cutout", "composite", "blur") and not reshaped:
        return REFINED_CUTOUTS_AND_MATTES if kind == "blur" or options.get("trim") else REFINED_CUTOUTS
    return REFINED_MATTES


def _collected(results: Iterator[Any], pictures: Iterable[Source], progress: Optional[ProgressFunction]) -> list[Any]:
    total = len(pictures) if hasattr(pictures, "__len__") else 0  # type: ignore[arg-type]
    found: list[Any] = []
    for result in results:
        found.append(result)
        if progress is not None and progress(len(found), total) is True:
            raise CancelledError("cancelled by the caller")
    return found


def _finished(
    source: Source, detection: Detection, kind: str, options: dict[str, Any], as_pictures: bool
) -> Any:
    if kind == "matte":
        result = detection.matte(options.get("edges", "refined"))
    else:
        result = detection.compose(kind, **options)
    detection.close()
    return result if as_pictures else like(source, result)


def _stream(
    session: Session, pictures: Iterator[Source], kind: str, options: dict[str, Any], threads: int,
    return_errors: bool, as_pictures: bool,
) -> Iterator[Any]:
    output = _output(kind, options)
    if kind != "matte":
        composition(kind, **options)  # What makes no sense is refused before anything is read.
    batch = session.batch
    pool = ThreadPoolExecutor(threads, "u2cl")
    decoding: deque[tuple[Source, Future[Picture]]] = deque()
    running: deque[tuple[list[Source], list[Optional[Error]], Optional[Pending]]] = deque()
    results: deque[Union[Future[Any], BaseException]] = deque()

    def fill() -> None:
        for source in islice(pictures, max(0, 2 * batch + threads - len(decoding))):
            decoding.append((source, pool.submit(as_picture, source)))

    def send() -> None:
        sources: list[Source] = []
        failures: list[Optional[Error]] = []
        decoded: list[Picture] = []
        while decoding and len(sources) < batch:
            source, future = decoding.popleft()
            sources.append(source)
            try:
                decoded.append(future.result())
                failures.append(None)
            except Exception as failure:
                failures.append(failure)  # type: ignore[arg-type]
        running.append((sources, failures, session.submit(decoded, output=output) if decoded else None))

    def receive() -> None:
        sources, failures, pending = running.popleft()
        found = iter(pending.wait() if pending else [])
        for source, failure in zip(sources, failures):
            results.append(failure or pool.submit(_finished, source, next(found), kind, options, as_pictures))

    def give() -> Any:
        result = results.popleft()
        try:
            if isinstance(result, BaseException):
                raise result
            return result.result()
        except Exception as failure:
            if not return_errors:
                raise
            return failure

    try:
        fill()
        while decoding or running or results:
            while decoding and len(running) < 2:
                send()
                fill()
            if running:
                receive()
            while results and (len(results) > threads or not (decoding or running)):
                yield give()
    finally:
        for _, future in decoding:
            future.cancel()
        pool.shutdown(wait=True)
