"""How fast models and sessions are."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from ctypes import byref
from dataclasses import dataclass
from typing import Any, Optional, Union, overload

from ._devices import bench as bench_model
from ._library import DetectorBenchOptions, Progress, made, taken
from ._session import MAPS, MASKS, REFINED_CUTOUTS, REFINED_MATTES, Session, choice

#: What ``bench`` lets a session compute.
OUTPUTS = {"maps": MAPS, "mask": MASKS, "matte": REFINED_MATTES, "cutout": REFINED_CUTOUTS}


@dataclass(frozen=True)
class Speed:
    """How fast a session is with full batches of pictures in memory. Times are in seconds."""

    #: The name of the model.
    model: str
    #: The name of the device.
    device: str
    #: ``float32`` or ``float16``.
    precision: str
    #: The number of pictures in a batch.
    batch: int
    #: The size of the pictures, ``(width, height)``.
    size: tuple[int, int]
    #: The time of each batch that was counted.
    samples: list[float]
    #: The least time of a batch.
    min: float
    #: The median time of a batch.
    median: float
    #: The median divided by the batch.
    per_picture: float
    #: By the median.
    pictures_per_second: float
    #: With two batches on their way, as ``Session.stream`` has them.
    overlapped_pictures_per_second: float
    #: All of u2cl_detector_bench's report.
    report: dict[str, Any]


@overload
def bench(
    model: Session, *, size: tuple[int, int] = (0, 0), output: str = "mask", warmup: int = 0, runs: int = 0,
    least_seconds: float = 0, most_seconds: float = 0, progress: Optional[Callable[[int, int], object]] = None,
) -> Speed: ...


@overload
def bench(
    model: Union[str, os.PathLike[str], None] = None, device: str = "auto", precision: str = "auto", *, size: int = 0,
    batch: int = 0, warmup: int = 0, runs: int = 0, least_seconds: float = 0, most_seconds: float = 0,
) -> dict[str, Any]: ...


def bench(model: Any = None, *arguments: Any, **options: Any) -> Any:
    """Measures how fast a session is, or a model on a device that is loaded for it. 0 is the library's default.

    Of a session: a ``Speed``. Other threads wait for the session meanwhile.

    :param size: the width and height of the made-up pictures; 640×480 by default.
    :param output: what is computed for each picture: ``"maps"``, ``"mask"``, ``"matte"`` or ``"cutout"``.
    :param progress: hears how many batches were counted, and cancels by returning True.

    Of a model: the report of ``u2cl bench --json``.

    :param size: the side of the network's input.
    :param batch: the number of pictures that are computed at once.

    Of both:

    :param warmup: the number of runs before the clock is read.
    :param runs: the least number of counted runs.
    :param least_seconds: the least time of the counted runs.
    :param most_seconds: their greatest time.
    """
    if isinstance(model, Session):
        return _speed(model, *arguments, **options)
    return bench_model(model, *arguments, **options)


def _speed(
    session: Session, *, size: tuple[int, int] = (0, 0), output: str = "mask", warmup: int = 0, runs: int = 0,
    least_seconds: float = 0, most_seconds: float = 0, progress: Optional[Callable[[int, int], object]] = None,
) -> Speed:
    names = tuple(OUTPUTS)
    number = OUTPUTS[names[choice(output, "output", names)]]
    with Progress(progress) as reporting:
        options = DetectorBenchOptions(
            width=size[0], height=size[1], output=number, warmup=warmup, runs=runs, least_seconds=least_seconds,
            most_seconds=most_seconds, progress=reporting.pointer)
        report = json.loads(taken(made("detector_bench", session.handle, byref(options))))
    height, width = report["picture"]
    return Speed(
        model=report["model"], device=report["device"], precision=report["precision"], batch=report["batch"],
        size=(width, height), samples=report["samples"], min=report["run"]["min"], median=report["run"]["median"],
        per_picture=report["secondsPerPicture"], pictures_per_second=report["picturesPerSecond"],
        overlapped_pictures_per_second=report["overlappedPicturesPerSecond"], report=report)
