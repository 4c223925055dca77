"""The models that are built in, installed, or can be pulled."""

from __future__ import annotations

import builtins
import json
import os
from collections.abc import Callable
from ctypes import byref
from typing import Any, Optional, Union

from ._library import Progress, PullOptions, encoded_text, made, taken


def list() -> builtins.list[dict[str, Any]]:
    """Every model: its name, its state (``builtIn``, ``installed`` or ``absent``), path, size, licence and purpose."""
    return json.loads(taken(made("models")))["models"]


def folders() -> builtins.list[str]:
    """The folders that are searched; models are installed into the first one."""
    return json.loads(taken(made("models")))["folders"]


def info(model: Union[str, os.PathLike[str], None] = None) -> dict[str, Any]:
    """What is known of a model without running it; None for the built-in one."""
    return json.loads(taken(made("model_info", encoded_text(model))))


def pull(
    name: str, *, source: Union[str, os.PathLike[str], None] = None, sha256: Optional[str] = None,
    replace: bool = False, progress: Optional[Callable[[int, int], object]] = None,
) -> dict[str, Any]:
    """Installs a model: downloads and verifies its file, and only then names it.

    :param source: an address, a file, or a folder with the file; by default the published address.
    :param sha256: the SHA-256 that the file must have beside the published checksum.
    :param replace: whether an installed file that is not the published one is replaced.
    :param progress: hears how many bytes have arrived; what has arrived is kept if it cancels by returning True.
    """
    with Progress(progress) as reporting:
        options = PullOptions(
            source=encoded_text(source), sha256=encoded_text(sha256), replaces=bool(replace),
            progress=reporting.pointer)
        return json.loads(taken(made("model_pull", name.encode(), byref(options))))


def verify(name: Optional[str] = None) -> builtins.list[dict[str, Any]]:
    """Compares the installed files of a model, or of all, with the published checksums."""
    return json.loads(taken(made("model_verify", encoded_text(name))))


def remove(name: str) -> builtins.list[str]:
    """Removes the files of a model, and returns their paths."""
    return json.loads(taken(made("model_remove", name.encode())))
