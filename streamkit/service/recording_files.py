"""Choose the file that an exchange is recorded to, and its name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from streamkit.files import FilePart, Output, Parts, create, create_next
from streamkit.model.exchange import Request
from streamkit.redact.redactor import redact_text

_WORD = re.compile(r"[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*")
_LONGEST_WORD = 40
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME = 60


class OneFile:
    """Records all exchanges to one file, each through its own part. `recovered` lists parts of an earlier run that was killed."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.recovered = parts.recovered
        self.close = parts.close

    def __call__(self, _: Request | None) -> FilePart:
        """Create the part of the next exchange. Raises CannotWrite."""
        return self._parts.part()


def one_file(path: str, *, force: bool = False, append: bool = False) -> OneFile:
    """Return a function that records all exchanges to one file. Raises OutputExists, OutputBusy, CannotWrite."""
    return OneFile(Parts(path, force=force, append=append))


def a_file_each(folder: str) -> Callable[[Request | None], Output | FilePart]:
    """Return a function that records each exchange to its own file, named from time, host, path, model and a short hash."""
    return lambda request: create_next(Path(folder) / file_name(datetime.now(UTC), request), temporary=True)


class Destination:
    """The file that a command records to: one exchange, or several concurrent ones, each in its own part.

    With `append`, an exchange also has a part, so that several commands can append to one file. The file is opened
    immediately, so that an existing file is reported before a request is sent. Without `path`, the file is `default` or the
    next free name after it. Raises OutputExists, OutputBusy, CannotWrite.
    """

    def __init__(self, path: str | None, default: Path, *, force: bool, append: bool, several: bool) -> None:
        self._single: Output | None = None
        self._parts: Parts | None = None
        if path is None:
            self._single = create_next(default, temporary=True)
            path = self._single.path
            if several:
                self._single.close()
                self._single, self._parts = None, Parts(path, append=True)
        elif (several or append) and path != "-":
            self._parts = Parts(path, force=force, append=append)
        else:
            self._single = create(path, force=force, append=append, temporary=True)
        self.path = path
        self.recovered = self._parts.recovered if self._parts is not None else []

    def __enter__(self) -> Destination:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file, and remove it if it was created here and is empty."""
        if self._single is not None:
            self._single.close()
        elif self._parts is not None:
            self._parts.close()

    def open(self, _: Request | None = None) -> Output | FilePart:
        """Return the file for the next exchange; the caller closes it."""
        if self._single is not None:
            return self._single
        assert self._parts is not None
        return self._parts.part()


def default_path(host: str | None, model: str | None) -> Path:
    """Return `recordings/<UTC>-<host>-<model>.jsonl`, with safe characters only and no secrets."""
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    named = (now, *(redact_text(word or "")[0] for word in (host, model)))
    words = (_UNSAFE.sub("_", word).strip("._-")[:_LONGEST_NAME] for word in named)
    return Path("recordings") / f"{'-'.join(filter(None, words))}.jsonl"


def file_name(at: datetime, request: Request | None) -> str:
    """Return a file name that contains only letters, digits, dots within words and dashes."""
    words = [at.strftime("%Y%m%dT%H%M%S.%fZ")]
    if request is not None:
        body = request.body
        fields = body.json if body else None
        model = fields.get("model") if isinstance(fields, dict) else None
        digest_input = f"{request.method} {request.url}\n".encode() + (body.bytes if body else b"")
        words += [_plain(request.host), _plain(request.path), _plain(model if isinstance(model, str) else "")]
        words.append(hashlib.sha256(digest_input).hexdigest()[:8])
    return "-".join(filter(None, words)) + ".jsonl"


def _plain(text: str) -> str:
    return "-".join(_WORD.findall(text))[:_LONGEST_WORD].strip("-.")
