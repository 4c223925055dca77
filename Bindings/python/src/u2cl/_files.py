"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import uuid


def write_whole(path: str, data: bytes) -> None:
    """Writes a file whole or not at all, whatever ends the process: by a temporary file beside it and a rename.

    A device or a pipe, such as /dev/null, is written into, and not replaced.

    :raises OSError: with the path of the file.
    """
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            with open(path, "wb") as file:
                file.write(data)
        else:
            _replace(path, data)
    except OSError as failure:
        raise OSError(failure.errno, failure.strerror, path) from None


def _replace(path: str, data: bytes) -> None:
    folder, last = os.path.split(path)
    temporary = os.path.join(folder, f".{last[:100]}.{uuid.uuid4().hex}.tmp")
    try:
        with open(temporary, "xb") as file:
            file.write(data)
        os.replace(temporary, path)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
