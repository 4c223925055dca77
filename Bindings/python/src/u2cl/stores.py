"""Folders of files: on this machine, or in a store such as S3 that pyarrow or fsspec reaches."""

# pyright: reportMissingTypeStubs=false
from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from typing import Any, Protocol

from ._errors import FileError
from ._files import write_whole


class Store(Protocol):
    """A folder. Names are relative to it, with ``/`` between their parts."""

    def names(self) -> Iterator[str]:
        """The names of all files, at any depth; none if there is no folder. Hidden files are left out."""
        ...

    def read(self, name: str) -> bytes:
        """The bytes of a file; raises FileError."""
        ...

    def write(self, name: str, data: bytes) -> None:
        """Writes a file whole or not at all, whatever ends the process; raises FileError."""
        ...


class LocalFolder:
    """A folder of this machine, or of a file system that is mounted here."""

    def __init__(self, path: str) -> None:
        self._path = path or "."

    def names(self) -> Iterator[str]:
        for folder, folders, files in os.walk(self._path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            below = os.path.relpath(folder, self._path)
            for name in sorted(files):
                if not name.startswith("."):
                    yield name if below == "." else f"{below}/{name}"

    def read(self, name: str) -> bytes:
        try:
            with open(os.path.join(self._path, name), "rb") as file:
                return file.read()
        except OSError as failure:
            raise _failure("read", name, failure) from None

    def write(self, name: str, data: bytes) -> None:
        path = os.path.join(self._path, name)
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            write_whole(path, data)
        except OSError as failure:
            raise _failure("written", name, failure) from None


class RemoteFolder:
    """A folder of a file system of pyarrow. Stores of objects show an object when its upload has ended."""

    def __init__(self, filesystem: Any, path: str) -> None:
        self._files = filesystem
        self._path = path.rstrip("/")
        # Stores of objects have no rename; their uploads are whole or not there.
        self._renames = filesystem.type_name in ("local", "hdfs", "abfs")

    def names(self) -> Iterator[str]:
        from pyarrow import fs

        selector = fs.FileSelector(self._path, recursive=True, allow_not_found=True)
        try:
            found = self._files.get_file_info(selector)
        except OSError as failure:
            raise _failure("listed", self._path, failure) from None
        for entry in sorted(found, key=lambda entry: entry.path):
            name = entry.path[len(self._path) + 1 :]
            if entry.is_file and not any(part.startswith(".") for part in name.split("/")):
                yield name

    def read(self, name: str) -> bytes:
        try:
            with self._files.open_input_stream(f"{self._path}/{name}") as file:
                return file.read()
        except OSError as failure:
            raise _failure("read", name, failure) from None

    def write(self, name: str, data: bytes) -> None:
        path = f"{self._path}/{name}"
        folder, last = path.rsplit("/", 1)
        target = f"{folder}/.{last[:100]}.{uuid.uuid4().hex}.tmp" if self._renames else path
        try:
            if self._renames:
                self._files.create_dir(folder, recursive=True)
            with self._files.open_output_stream(target) as file:
                file.write(data)
            if self._renames:
                self._files.move(target, path)
        except OSError as failure:
            raise _failure("written", name, failure) from None


def open_store(where: str) -> Store:
    """A folder by its path or URI, such as ``s3://bucket/folder?region=eu-central-1``.

    Credentials are found as pyarrow finds them: in the environment, or by the machine's role.
    """
    if "://" not in where:
        return LocalFolder(where)
    try:
        return RemoteFolder(*filesystem(where))
    except ImportError:
        raise FileError(f"{where}: pyarrow is needed for this store; pip install pyarrow") from None


def filesystem(where: str) -> tuple[Any, str]:
    """The file system of pyarrow, and the path in it, of a path or URI: for engines that read by themselves."""
    from pyarrow import fs

    if "://" not in where:
        return fs.LocalFileSystem(), os.path.abspath(where)
    try:
        return fs.FileSystem.from_uri(where)
    except (OSError, ValueError) as unknown:
        try:
            import fsspec

            remote, path = fsspec.core.url_to_fs(where)
        except (ImportError, ValueError):
            raise FileError(f"{where}: {unknown}") from None
        return fs.PyFileSystem(fs.FSSpecHandler(remote)), path


def absolute(where: str) -> str:
    """A path from the root, because workers have other working directories; a URI as it is."""
    return where if "://" in where else os.path.abspath(where)


def join(where: str, name: str) -> str:
    """The path or URI of what lies in a folder."""
    path, question, parameters = where.partition("?") if "://" in where else (where, "", "")
    return f"{path.rstrip('/')}/{name}{question}{parameters}"


def _failure(what: str, name: str, failure: OSError) -> FileError:
    reason = failure.strerror or str(failure).split("\n")[0] or type(failure).__name__
    return FileError(f"'{name}' cannot be {what}: {reason}")
