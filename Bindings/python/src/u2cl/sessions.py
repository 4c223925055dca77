"""What programs take from ``rembg.sessions``: the names of the models, and the class of a session."""

from __future__ import annotations

from typing import Any

from . import models
from ._session import Session as BaseSession

__all__ = ["BaseSession", "sessions", "sessions_class", "sessions_names"]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    # The library is loaded when it is asked, and not when this module is imported.
    if name == "sessions_names":
        return [model["name"] for model in models.list()]
    if name == "sessions":
        return {model["name"]: BaseSession for model in models.list()}
    if name == "sessions_class":
        return [BaseSession for _ in models.list()]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
