"""Removes backgrounds with U²-Net on any GPU or CPU, through OpenCL.

    from u2cl import remove, Session

    cutout = remove(open("photo.jpg", "rb").read())          # as rembg: bytes, Pillow or NumPy in, the same kind out

    session = Session("u2netp", device="gpu")                # a model on a device
    for result in session.stream(paths, "cutout"):           # decoding, computing and encoding overlap
        ...

NumPy and Pillow are optional: u2cl reads and writes PNG, JPEG, WebP and BMP itself.
"""

from . import models, sessions
from ._bench import Speed, bench
from ._devices import devices, problems, setup, version
from ._errors import (
    CancelledError, DeviceError, Error, FileError, ForkedError, InternalError, LibraryError, ModelError,
    OutOfMemoryError, UsageError, VerificationError,
)
from ._evaluate import Evaluation, Issue, Measures, Row, evaluate
from ._pictures import Picture
from ._remove import new_session, remove
from ._session import Confidence, Detection, Session, compose

__version__ = "0.1.0"

__all__ = [
    "CancelledError", "Confidence", "Detection", "DeviceError", "Error", "Evaluation", "FileError", "ForkedError",
    "InternalError", "Issue", "LibraryError", "Measures", "ModelError", "OutOfMemoryError", "Picture", "Row", "Session",
    "Speed", "UsageError", "VerificationError", "bench", "compose", "devices", "evaluate", "models", "new_session",
    "problems", "remove", "sessions", "setup", "version",
]
