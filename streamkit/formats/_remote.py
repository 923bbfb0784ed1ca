"""Inputs in object stores: URLs that fsspec opens (`s3://bucket/folder`). Needs the extra `s3`, or fsspec with another store's package."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from io import BytesIO
from typing import IO, Any, BinaryIO

from streamkit.errors import UnreadableInput
from streamkit.patterns import pattern

_VERSIONS = ("ETag", "etag", "md5Hash", "LastModified", "last_modified", "mtime", "created")
# What was listed within `listed_once`, by URL; None outside.
_listed: ContextVar[dict[str, list[tuple[str, int, str]]] | None] = ContextVar("listed", default=None)
_SMALL = 1 << 20  # bytes of a file that is fetched as a whole, together with others
_TOGETHER = 16  # files
_URL = pattern(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


def is_url(path: str) -> bool:
    """Return whether a path is a URL."""
    return "://" in path and _URL.match(path) is not None


def remote_files(url: str) -> Iterator[tuple[str, int, str]]:
    """Yield the URL, the size in bytes and the version of every file at a URL: of itself, below it, or that match its pattern;
    sorted by name. The version is the tag, digest or time that the store gives; empty if it gives none.

    Raises UnreadableInput if the store cannot be listed.
    """
    known = _listed.get()
    if known is None:
        yield from _listing(url)
        return
    if url not in known:
        known[url] = list(_listing(url))
    yield from known[url]


@contextmanager
def listed_once() -> Iterator[None]:
    """Within this context each URL is listed once, although a command asks several times what there is."""
    token = _listed.set({})
    try:
        yield
    finally:
        _listed.reset(token)


def _listing(url: str) -> Iterator[tuple[str, int, str]]:
    system, root = _system(url)
    try:
        found: dict[str, Any] = (
            system.glob(root, detail=True) if any(mark in root for mark in "*?[") else system.find(root, detail=True)
        )
    except Exception as error:  # libraries of stores have exceptions of their own
        raise _unreadable(url, error) from error
    files = sorted((name, about) for name, about in found.items() if about.get("type") == "file")
    for name, about in files:
        version = next((str(about[key]) for key in _VERSIONS if about.get(key)), "")
        yield str(system.unstrip_protocol(name)), int(about.get("size") or 0), version


def open_remote(url: str) -> IO[bytes]:
    """Return the file at a URL, open for reading. Raises UnreadableInput.

    Read it in blocks: line by line takes fifty times as long.
    """
    system, root = _system(url)
    try:
        file: IO[bytes] = system.open(root, "rb")
    except Exception as error:
        raise _unreadable(url, error) from error
    return file


class _Fetched(BytesIO):
    """The bytes of a remote file; `name` is its URL."""

    name = ""


class SmallFiles:
    """The small remote files among the inputs of a command, fetched several at a time: a store answers many requests in the time
    that it takes to answer one.

    `files` are the paths and sizes of the inputs in the order in which they will be read; sizes that are not known are None.
    """

    def __init__(self, files: Iterable[tuple[str, int | None]]) -> None:
        self._small = (path for path, size in files if is_url(path) and size is not None and size <= _SMALL)
        self._next = next(self._small, None)
        self._fetched: dict[str, bytes] = {}

    def open(self, path: str) -> BinaryIO | None:
        """Return a file that was fetched. None for all other inputs, and for what could not be fetched: to read it tells why."""
        if path == self._next:
            self._fetch()
        data = self._fetched.pop(path, None)
        if data is None:
            return None
        file = _Fetched(data)
        file.name = path
        return file

    def _fetch(self) -> None:
        urls: list[str] = []
        store = str(self._next).partition("://")[0]
        while self._next is not None and len(urls) < _TOGETHER and self._next.startswith(f"{store}://"):
            urls.append(self._next)
            self._next = next(self._small, None)
        self._fetched.clear()
        try:
            system, _ = _system(urls[0])
            roots = {_system(url)[1]: url for url in urls}
            found = system.cat(list(roots), on_error="return")
        except Exception:  # libraries of stores have exceptions of their own
            return
        self._fetched = {roots[root]: data for root, data in found.items() if root in roots and isinstance(data, bytes)}


def _system(url: str) -> tuple[Any, str]:
    try:
        import fsspec
    except ImportError:
        raise UnreadableInput(url, "needs a library", remedy="pip install 'llm-streamkit[s3]'") from None
    try:
        system, root = fsspec.core.url_to_fs(url)
    except (ImportError, ValueError) as error:  # a protocol that is unknown, or whose package is not installed
        raise _unreadable(url, error) from None
    return system, str(root)


def _unreadable(url: str, error: Exception) -> UnreadableInput:
    what = (
        "no such file" if isinstance(error, FileNotFoundError) else f"cannot be read ({error or type(error).__name__})"
    )
    return UnreadableInput(url, what)
