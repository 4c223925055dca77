"""Scores of maps against ground truth."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from ctypes import byref, c_char_p, c_void_p
from dataclasses import dataclass
from itertools import islice
from typing import Any, Optional, Union

from ._errors import UsageError
from ._library import EvaluationOptions, Handle, Progress, call, encoded_text, made, taken
from ._session import Source, as_picture

#: The number of pictures in memory at once.
_CHUNK = 64


@dataclass(frozen=True)
class Measures:
    """Measures between 0 and 1, by the names of ``u2cl eval --json``. All but ``mae`` are better where they are
    greater."""

    #: The greatest F-measure of the mean precision and recall, as the U²-Net paper has it.
    maxF_pr: float
    maxF: float
    meanF: float
    #: At twice each map's mean.
    adaptiveF: float
    #: The mean absolute error.
    mae: float
    weightedF: float
    #: The structure measure.
    sMeasure: float
    maxE: float
    meanE: float
    adaptiveE: float
    #: Of boundaries, within 3 pixels.
    relaxedBoundaryF: float
    #: Intersection over union at a probability of one half.
    iou50: float
    maxIoU: float


@dataclass(frozen=True)
class Row:
    """The measures of a pair."""

    #: The number of the pair, from 0 on.
    index: int
    #: The path of the map; None for a picture in memory.
    map: Optional[str]
    #: The path of the ground truth; None for a picture in memory.
    truth: Optional[str]
    measures: Measures


@dataclass(frozen=True)
class Issue:
    """A pair that could not be scored, or a file without a counterpart."""

    #: ``missing``, ``extra``, ``unreadable`` or ``wrongSize``.
    kind: str
    path: str
    description: str


@dataclass(frozen=True)
class Evaluation:
    """The result of ``evaluate``."""

    #: The number of pairs that were scored.
    pictures: int
    #: Over all pairs.
    measures: Measures
    #: ``threshold``, ``precision``, ``recall``, ``fMeasure``, ``eMeasure`` and ``iou``, each of 256 values.
    curves: dict[str, list[float]]
    #: The number of ground truths without foreground, where F and IoU are 0.
    empty_truths: int
    #: The number of maps that were resized.
    resized_maps: int
    issues: list[Issue]
    #: What else the user should know; one line each.
    notes: list[str]
    #: The measures of each pair, if they were requested.
    rows: list[Row]


class _Evaluation(Handle):
    _release = "evaluation_release"


def evaluate(
    predictions: Union[str, os.PathLike[str], Iterable[Source]], truths: Union[str, os.PathLike[str], Iterable[Source]],
    *, truth_threshold: int = 0, resize_maps: bool = False, allow_issues: bool = False, rows: bool = False,
    progress: Optional[Callable[[int, int], object]] = None,
) -> Evaluation:
    """Scores maps against ground truth, with the measures of ``u2cl eval``.

    :param predictions: a folder, or pictures in any form, also from a generator; colours count as grey.
    :param truths: likewise. Files of two folders belong together by their names without extension, and pictures by
        their order.
    :param truth_threshold: the least level of a foreground pixel, 1 to 255; 1 for masks of 0 and 1. 0 is 129.
    :param resize_maps: whether maps of another size than their ground truth are resized.
    :param allow_issues: whether pairs that cannot be scored are left out, instead of failing.
    :param rows: whether the result has the measures of each pair.
    :param progress: hears how many pairs are scored, of how many (0 if that is not known), and cancels by returning
        True.
    """
    paths = isinstance(predictions, (str, os.PathLike)), isinstance(truths, (str, os.PathLike))
    if paths[0] != paths[1]:
        raise UsageError("give two folders, or two lists of pictures")
    counter = _Counter(progress)
    with Progress(counter.hear if progress else None) as reporting:
        options = EvaluationOptions(
            truth_threshold=truth_threshold, resizes_maps=bool(resize_maps), allows_issues=bool(allow_issues),
            keeps_rows=bool(rows), progress=reporting.pointer)
        evaluation = _Evaluation(made("evaluation_create", byref(options)))
        if paths[0]:
            call("evaluation_add_folders", evaluation.handle, encoded_text(predictions), encoded_text(truths))
        else:
            _add_all(evaluation, predictions, truths, counter)  # type: ignore[arg-type]
        report = json.loads(taken(made("evaluation_report", evaluation.handle)))
    return _result(report)


class _Counter:
    """Adds the pairs of earlier calls to the progress of a call."""

    def __init__(self, function: Optional[Callable[[int, int], object]]) -> None:
        self.before = 0
        self.total: Optional[int] = None
        self._function = function

    def hear(self, done: int, total: int) -> object:
        assert self._function
        return self._function(self.before + done, total if self.total is None else self.total)


def _add_all(
    evaluation: _Evaluation, predictions: Iterable[Source], truths: Iterable[Source], counter: _Counter
) -> None:
    known = [len(sources) for sources in (predictions, truths) if hasattr(sources, "__len__")]  # type: ignore[arg-type]
    counter.total = known[0] if known else 0
    maps, expected = iter(predictions), iter(truths)
    while True:
        chunk = list(islice(maps, _CHUNK)), list(islice(expected, _CHUNK))
        if len(chunk[0]) != len(chunk[1]):
            raise UsageError("there are more maps than ground truths, or fewer")
        if not chunk[0]:
            return
        _add(evaluation, *chunk)
        counter.before += len(chunk[0])


def _add(evaluation: _Evaluation, maps: list[Source], truths: list[Source]) -> None:
    count = len(maps)
    if all(isinstance(source, (str, os.PathLike)) for source in maps + truths):
        names = [(c_char_p * count)(*(encoded_text(source) for source in sources)) for sources in (maps, truths)]
        call("evaluation_add_files", evaluation.handle, *names, count)
        return
    pictures = [[as_picture(source) for source in sources] for sources in (maps, truths)]
    handles = [(c_void_p * count)(*(picture.handle for picture in side)) for side in pictures]
    call("evaluation_add", evaluation.handle, *handles, count)


def _result(report: dict[str, Any]) -> Evaluation:
    return Evaluation(
        pictures=report["pictures"], measures=Measures(**report["measures"]), curves=report["curves"],
        empty_truths=report["emptyTruths"], resized_maps=report["resizedMaps"],
        issues=[Issue(**issue) for issue in report["issues"]], notes=report["notes"],
        rows=[
            Row(row["index"], row.get("map"), row.get("truth"), Measures(**row["measures"])) for row in report["rows"]
        ])
