"""The C library, libu2cl.so, through ctypes: u2cl.h describes every function.

The library is loaded when it is first used, so that a process that imports u2cl and forks may use it in its children.
ctypes lets other threads run Python during each call.
"""

from __future__ import annotations

import atexit
import ctypes
import logging
import os
import threading
from ctypes import (
    CFUNCTYPE, POINTER, Structure, byref, c_char_p, c_double, c_float, c_int32, c_size_t, c_ssize_t, c_uint32,
    c_uint64, c_void_p, sizeof,
)
from pathlib import Path
from typing import Any, Callable, Optional

from ._errors import Error, LibraryError, error

#: The version of the binary interface that this package was written for: U2CL_ABI_VERSION.
ABI_VERSION = 0

LOG_FUNCTION = CFUNCTYPE(None, c_void_p, c_char_p)
PROGRESS_FUNCTION = CFUNCTYPE(c_int32, c_void_p, c_uint64, c_uint64)

logger = logging.getLogger("u2cl")


class Sized(Structure):
    """A structure that begins with its own size."""

    struct_size: int

    def __init__(self, **members: Any) -> None:
        super().__init__(**members)
        self.struct_size = sizeof(self)


class Pixels(Sized):
    _fields_ = [
        ("struct_size", c_size_t), ("data", c_void_p), ("byte_count", c_size_t), ("width", c_size_t),
        ("height", c_size_t), ("stride", c_ssize_t), ("format", c_int32),
    ]


class DecodingOptions(Sized):
    _fields_ = [("struct_size", c_size_t), ("pixel_limit", c_uint64)]


class EncodingOptions(Sized):
    _fields_ = [
        ("struct_size", c_size_t), ("format", c_int32), ("quality", c_int32), ("keeps_metadata", c_int32)
    ]


class SetupOptions(Sized):
    _fields_ = [
        ("struct_size", c_size_t), ("threads", c_uint32), ("keeps_memory", c_int32), ("command", c_char_p)
    ]


class DetectorOptions(Sized):
    _fields_ = [
        ("struct_size", c_size_t), ("model", c_char_p), ("device", c_char_p), ("precision", c_int32),
        ("strict", c_int32), ("input_size", c_uint32), ("batch", c_uint32), ("resampling", c_int32),
        ("mask_resampling", c_int32), ("normalization", c_int32), ("background", c_uint32), ("maps", c_int32),
        ("task", c_int32), ("ignores_tunings", c_int32), ("cache", c_char_p), ("progress", PROGRESS_FUNCTION),
        ("progress_context", c_void_p),
    ]


class DetectOptions(Sized):
    _fields_ = [
        ("struct_size", c_size_t), ("output", c_int32), ("progress", PROGRESS_FUNCTION), ("progress_context", c_void_p)
    ]


class Map(Sized):
    _fields_ = [
        ("struct_size", c_size_t), ("name", c_char_p), ("values", POINTER(c_float)), ("channels", c_size_t),
        ("height", c_size_t), ("width", c_size_t), ("are_probabilities", c_int32),
    ]


class ConfidenceValues(Sized):
    _fields_ = [
        ("struct_size", c_size_t), ("is_known", c_int32), ("stands_out", c_int32), ("maximum", c_float),
        ("minimum", c_float), ("area", c_float),
    ]


class CompositionOptions(Sized):
    _fields_ = [
        ("struct_size", c_size_t), ("kind", c_int32), ("edges", c_int32), ("threshold", c_double),
        ("feather", c_double), ("inverts", c_int32), ("trims", c_int32), ("trim_pixels", c_uint32),
        ("in_8_bits", c_int32), ("trim_fraction", c_double), ("backdrop", c_void_p), ("backdrop_color", c_uint32),
        ("color", c_uint32), ("blur_radius", c_double), ("background", c_uint32), ("certain_background", c_double),
        ("certain_foreground", c_double), ("certain_distance", c_double),
    ]


class PullOptions(Sized):
    _fields_ = [
        ("struct_size", c_size_t), ("source", c_char_p), ("sha256", c_char_p), ("replaces", c_int32),
        ("progress", PROGRESS_FUNCTION), ("progress_context", c_void_p),
    ]


class BenchOptions(Sized):
    _fields_ = [
        ("struct_size", c_size_t), ("model", c_char_p), ("device", c_char_p), ("precision", c_int32),
        ("input_size", c_uint32), ("batch", c_uint32), ("warmup", c_uint32), ("runs", c_uint32),
        ("least_seconds", c_double), ("most_seconds", c_double),
    ]


class DetectorBenchOptions(Sized):
    _fields_ = [
        ("struct_size", c_size_t), ("width", c_uint32), ("height", c_uint32), ("output", c_int32), ("warmup", c_uint32),
        ("runs", c_uint32), ("reserved", c_int32), ("least_seconds", c_double), ("most_seconds", c_double),
        ("progress", PROGRESS_FUNCTION), ("progress_context", c_void_p),
    ]


class EvaluationOptions(Sized):
    _fields_ = [
        ("struct_size", c_size_t), ("truth_threshold", c_int32), ("resizes_maps", c_int32), ("allows_issues", c_int32),
        ("keeps_rows", c_int32), ("progress", PROGRESS_FUNCTION), ("progress_context", c_void_p),
    ]


_HANDLE = c_void_p
_OUT = POINTER(c_void_p)

#: The parameters of every function that returns a status.
_FUNCTIONS: dict[str, list[Any]] = {
    "set_log": [LOG_FUNCTION, c_void_p],
    "setup": [POINTER(SetupOptions)],
    "buffer_bytes": [_HANDLE, POINTER(c_void_p), POINTER(c_size_t)],
    "buffer_release": [_HANDLE],
    "picture_from_pixels": [POINTER(Pixels), _OUT],
    "picture_decode": [c_void_p, c_size_t, POINTER(DecodingOptions), _OUT],
    "picture_pixels": [_HANDLE, POINTER(Pixels)],
    "picture_copy": [_HANDLE, POINTER(Pixels)],
    "picture_encode": [_HANDLE, POINTER(EncodingOptions), _OUT],
    "picture_notes": [_HANDLE, _OUT],
    "picture_compose": [_HANDLE, _HANDLE, POINTER(CompositionOptions), _OUT],
    "picture_release": [_HANDLE],
    "detector_create": [POINTER(DetectorOptions), _OUT],
    "detector_info": [_HANDLE, _OUT],
    "detector_detect": [_HANDLE, _OUT, c_size_t, POINTER(DetectOptions), _OUT],
    "detector_submit": [_HANDLE, _OUT, c_size_t, POINTER(DetectOptions), _OUT],
    "detector_release": [_HANDLE],
    "pending_wait": [_HANDLE, _OUT, c_size_t],
    "pending_cancel": [_HANDLE],
    "pending_release": [_HANDLE],
    "detection_mask": [_HANDLE, _OUT],
    "detection_matte": [_HANDLE, c_int32, c_uint32, _OUT],
    "detection_labels": [_HANDLE, _OUT],
    "detection_map_count": [_HANDLE, POINTER(c_size_t)],
    "detection_map": [_HANDLE, c_size_t, POINTER(Map)],
    "detection_confidence": [_HANDLE, POINTER(ConfidenceValues)],
    "detection_compose": [_HANDLE, POINTER(CompositionOptions), _OUT],
    "detection_release": [_HANDLE],
    "models": [_OUT],
    "model_info": [c_char_p, _OUT],
    "model_pull": [c_char_p, POINTER(PullOptions), _OUT],
    "model_verify": [c_char_p, _OUT],
    "model_remove": [c_char_p, _OUT],
    "devices": [_OUT],
    "bench": [POINTER(BenchOptions), _OUT],
    "detector_bench": [_HANDLE, POINTER(DetectorBenchOptions), _OUT],
    "evaluation_create": [POINTER(EvaluationOptions), _OUT],
    "evaluation_add": [_HANDLE, _OUT, _OUT, c_size_t],
    "evaluation_add_files": [_HANDLE, POINTER(c_char_p), POINTER(c_char_p), c_size_t],
    "evaluation_add_folders": [_HANDLE, c_char_p, c_char_p],
    "evaluation_report": [_HANDLE, _OUT],
    "evaluation_release": [_HANDLE],
}

_lock = threading.Lock()
_loaded: Optional[ctypes.CDLL] = None


def _candidates() -> list[str]:
    """Where the library may be: in the wheel, where U2CL_LIBRARY says, or where the system finds it."""
    if bundled := sorted((Path(__file__).parent / "lib").glob("libu2cl*.so*")):
        return [str(bundled[0])]
    if given := os.environ.get("U2CL_LIBRARY"):
        return [given]
    return ["libu2cl.so.0"]


def _load() -> ctypes.CDLL:
    reasons: list[str] = []
    for name in _candidates():
        try:
            library = ctypes.CDLL(name)
        except OSError as reason:
            reasons.append(str(reason))
            continue
        library.u2cl_abi_version.restype = c_int32
        if (version := library.u2cl_abi_version()) != ABI_VERSION:
            reasons.append(f"{name}: its interface has version {version}, not {ABI_VERSION}")
            continue
        return library
    raise LibraryError(
        f"libu2cl.so cannot be loaded ({'; '.join(reasons)}); install a wheel of u2cl, or set U2CL_LIBRARY to its path")


def _declare(library: ctypes.CDLL) -> None:
    for name, parameters in _FUNCTIONS.items():
        function = getattr(library, f"u2cl_{name}")
        function.argtypes, function.restype = parameters, c_int32
    library.u2cl_version.restype = c_char_p
    library.u2cl_last_error.restype = c_char_p
    library.u2cl_handle_count.restype = c_size_t


def _log(_context: Any, line: bytes) -> None:
    logger.warning("%s", line.decode("utf-8", "replace"))


_log_function = LOG_FUNCTION(_log)


def library() -> ctypes.CDLL:
    """The library, loaded at the first call."""
    global _loaded
    if _loaded is None:
        with _lock:
            if _loaded is None:
                loaded = _load()
                _declare(loaded)
                loaded.u2cl_set_log(_log_function, None)
                # No Python runs in callbacks while the interpreter ends.
                atexit.register(loaded.u2cl_set_log, LOG_FUNCTION(), None)
                _loaded = loaded
    return _loaded


def call(name: str, *arguments: Any) -> None:
    """Calls a function of the library; raises the exception of its kind if it fails."""
    loaded = library()
    status = getattr(loaded, f"u2cl_{name}")(*arguments)
    if status:
        raise error(status, loaded.u2cl_last_error())


def made(name: str, *arguments: Any) -> int:
    """Calls a function that makes one handle, and returns that."""
    handle = c_void_p()
    call(name, *arguments, byref(handle))
    if handle.value is None:
        raise Error(f"u2cl_{name} made nothing")
    return handle.value


def taken(handle: int) -> bytes:
    """The bytes of a buffer, which is released."""
    try:
        address, size = c_void_p(), c_size_t()
        call("buffer_bytes", handle, byref(address), byref(size))
        return ctypes.string_at(address, size.value) if address.value else b""
    finally:
        call("buffer_release", handle)


class Handle:
    """An object of the library, released when Python has no use for it."""

    #: The function that releases it.
    _release = ""

    def __init__(self, handle: int) -> None:
        self._handle: Optional[int] = handle
        # The end of an object may come when modules have lost their contents.
        self._end: Callable[[int], int] = getattr(library(), f"u2cl_{self._release}")

    @property
    def handle(self) -> int:
        """The handle; raises UsageError after close."""
        if self._handle is None:
            raise error(2, f"this {type(self).__name__.lower()} is closed".encode())
        return self._handle

    def close(self) -> None:
        """Releases the memory now. Other threads that use the object go on."""
        handle, self._handle = self._handle, None
        if handle is not None:
            self._end(handle)

    def __del__(self) -> None:
        handle = getattr(self, "_handle", None)
        if handle is not None:
            self._handle = None
            self._end(handle)


class Progress:
    """A function of Python as the library calls it: what it raises cancels the work, and is raised again."""

    def __init__(self, function: Optional[Callable[[int, int], object]]) -> None:
        self.raised: Optional[BaseException] = None
        self._function = function
        self.pointer = PROGRESS_FUNCTION(self._report) if function else PROGRESS_FUNCTION()

    def _report(self, _context: Any, done: int, total: int) -> int:
        try:
            # Only True cancels, so that a function that returns something else, or nothing, does not.
            return int(self._function is not None and self._function(done, total) is True)
        except BaseException as raised:
            self.raised = raised
            return 1

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, _kind: Any, failure: Any, _trace: Any) -> None:
        if self.raised is not None:
            raise self.raised from None


def encoded_text(value: Optional[object]) -> Optional[bytes]:
    """A text or path for the library."""
    return None if value is None else os.fsencode(os.fspath(value))  # type: ignore[arg-type]
