"""What goes wrong, by kind."""

from __future__ import annotations

from typing import Optional


class Error(Exception):
    """A failure of u2cl: one line for people. Its class is its kind."""

    #: The status of the C library.
    status = 10


class UsageError(Error, ValueError):
    """The call makes no sense."""

    status = 2


class DeviceError(Error, RuntimeError):
    """The device does not exist, or it failed."""

    status = 3


class ModelError(Error, ValueError):
    """The model is missing or damaged, or it does not fit."""

    status = 4


class FileError(Error, OSError):
    """A picture or a file could not be read or written."""

    status = 5


class VerificationError(Error):
    """Two results that should agree do not, such as a file and its checksum."""

    status = 6


class CancelledError(Error):
    """The caller has cancelled the work."""

    status = 7


class OutOfMemoryError(Error, MemoryError):
    """There is not enough memory for the picture."""

    status = 8


class ForkedError(Error, RuntimeError):
    """This process was forked from one that has used u2cl. Use the start method "spawn" or "forkserver"."""

    status = 9


class InternalError(Error):
    """A fault of u2cl: please report it."""

    status = 10


class LibraryError(Error, ImportError):
    """The C library libu2cl.so cannot be loaded."""


_CLASSES: dict[int, type[Error]] = {
    kind.status: kind
    for kind in (
        UsageError, DeviceError, ModelError, FileError, VerificationError, CancelledError, OutOfMemoryError,
        ForkedError, InternalError,
    )
}


def error(status: int, line: Optional[bytes]) -> Error:
    """The exception for a status and the line of u2cl_last_error."""
    text = (line or b"").decode("utf-8", "replace")
    return _CLASSES.get(status, InternalError)(text)
