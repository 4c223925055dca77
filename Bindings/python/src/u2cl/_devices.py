"""Devices, their speed, and how this process uses the library."""

from __future__ import annotations

import json
import os
from ctypes import byref
from typing import Any, Union

from ._library import BenchOptions, SetupOptions, call, encoded_text, library, made, taken
from ._session import PRECISIONS, choice


def devices() -> list[dict[str, Any]]:
    """The OpenCL devices, the best first: index, kind, name, platform, driver and more. ``problems()`` says what is
    missing where the list is empty."""
    return json.loads(taken(made("devices")))["devices"]


def problems() -> list[str]:
    """Why drivers or all of OpenCL cannot be used; one line each."""
    return json.loads(taken(made("devices")))["problems"]


def bench(
    model: Union[str, os.PathLike[str], None] = None, device: str = "auto", precision: str = "auto", *, size: int = 0,
    batch: int = 0, warmup: int = 0, runs: int = 0, least_seconds: float = 0, most_seconds: float = 0,
) -> dict[str, Any]:
    """Measures how fast a model is on a device: the report of ``u2cl bench --json``. 0 is the command's default."""
    options = BenchOptions(
        model=encoded_text(model), device=device.encode(), precision=choice(precision, "precision", PRECISIONS),
        input_size=size, batch=batch, warmup=warmup, runs=runs, least_seconds=least_seconds, most_seconds=most_seconds)
    return json.loads(taken(made("bench", byref(options))))


def setup(
    *, threads: int = 0, keep_memory: bool = False, command: Union[str, os.PathLike[str], None] = None
) -> None:
    """Sets how this process uses u2cl, before anything else does.

    :param threads: the threads that compute on the processor; 0 for ``U2CL_THREADS``, or the process's share.
    :param keep_memory: whether malloc keeps freed memory for later pictures, which is faster.
    :param command: an installed command ``u2cl``, in whose processes drivers are tried first.
    """
    options = SetupOptions(threads=threads, keeps_memory=bool(keep_memory), command=encoded_text(command))
    call("setup", byref(options))


def version() -> str:
    """The version of the library."""
    return library().u2cl_version().decode()


def handle_count() -> int:
    """The number of objects of the library that Python holds, for tests."""
    return library().u2cl_handle_count()
