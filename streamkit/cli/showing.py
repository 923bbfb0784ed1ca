"""Show a body on stdout in `record` and `replay`, raw or as text. Never waits, never fails.

stdout is only a view of the recording: if its reader closes it, showing stops and recording continues.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import repeat, starmap
from typing import Any, Literal

from streamkit.errors import CannotWrite
from streamkit.model.exchange import Exchange, Frame, Frames, Response
from streamkit.stdio import STDOUT, stdout_is_terminal, write_all
from streamkit.text import SafePieces
from streamkit.wire.framing import WEBSOCKET, choose
from streamkit.wire.values import Decoder, Event

ShowMode = Literal["text", "raw", "data", "none"]

_SAMPLE = 8  # events to look at to detect the API
_HEAD = 1 << 20  # bytes of a body that are kept until its API is known
_TEXTS = ("text", "refusal")


def mode_for(requested: str | None) -> ShowMode:
    """Return the requested mode; by default, text for a terminal and raw for everything else."""
    if requested in ("text", "raw", "data", "none"):
        return requested  # type: ignore[return-value]
    return "text" if stdout_is_terminal() else "raw"


class View:
    """Shows one body on stdout: `raw` bytes, the `text` that its chunks add, or the `data` of its events, one per line.

    Raises CannotWrite and BrokenPipeError if stdout fails; with `on_lost`, that is called instead (but not for a reader
    that has left), and nothing more is shown.
    """

    def __init__(self, mode: ShowMode, on_lost: Callable[[CannotWrite], None] | None = None) -> None:
        self._mode = mode
        self._on_lost = on_lost
        self._terminal = stdout_is_terminal()
        self._safe = SafePieces() if self._terminal else None
        self._reader = TextExtractor() if mode in ("text", "data") else None
        self._open = True
        self._column = 0

    def head(self, data: bytes) -> None:
        """Show the bytes of a pipe's status line and headers, in raw mode."""
        if self._mode == "raw":
            self._write(data)

    def response(self, response: Response) -> None:
        """Take the status and headers, which determine how the body is decoded."""
        if self._reader is not None:
            self._reader.response = response

    def frame(self, data: bytes) -> None:
        """Show these bytes."""
        if self._reader is None:
            if self._mode == "raw":
                self._write(data)
        elif self._mode == "text":
            self._show(self._reader.text(data))
        else:
            self._show("".join(f"{line}\n" for line in self._reader.data(data)))

    def close(self) -> None:
        """The body has ended: show what was pending, and end the terminal's line."""
        if self._reader is not None:
            rest = self._reader.rest(text=self._mode == "text")
            self._show(rest)
            if self._safe is not None:
                self._write(self._safe.close().encode("utf-8", "replace"))
        if self._column and (self._terminal or self._mode == "text"):
            self._write(b"\n")

    def _show(self, text: str) -> None:
        if text:
            self._write((self._safe.feed(text) if self._safe else text).encode("utf-8", "replace"))

    def _write(self, data: bytes) -> None:
        if not self._open or not data:
            return
        self._column = 0 if data.endswith(b"\n") else 1
        try:
            write_all(STDOUT, data)
        except OSError as error:
            self._open = False
            if isinstance(error, BrokenPipeError):
                if self._on_lost is None:
                    raise
            elif self._on_lost is None:
                raise CannotWrite("-", error) from error
            else:
                self._on_lost(CannotWrite("-", error))


class TextExtractor:
    """Extracts the text of a body as it arrives. The framing is chosen as for a whole body, the API by its first chunks."""

    def __init__(self) -> None:
        self.response: Response | None = None
        self._decoder: Decoder | None = None
        self._head: list[bytes] = []
        self._size = 0  # bytes in the head
        self._waiting: list[tuple[bytes, str]] = []  # the data and the type of events
        self._api: object | None = None
        self._chunk: Callable[[bytes, str], dict[str, Any] | None] | None = None
        self._sampled = 0

    def data(self, data: bytes) -> list[str]:
        """Return the data of the events that these bytes complete."""
        return [payload.decode("utf-8", "replace") for payload, _ in self._events(data)]

    def text(self, data: bytes) -> str:
        """Return the text added by the events that these bytes complete."""
        if self._size < _HEAD and self._api is None:
            self._head.append(data)
            self._size += len(data)
        return self._text_of_events(self._events(data))

    def rest(self, *, text: bool) -> str:
        """Return what the end of the body completes; the whole body if its API is unknown."""
        items = self._decoder.close() if self._decoder else []
        events = [(item.data, item.name) for item in items if isinstance(item, Event)]
        if not text:
            return "".join(f"{data.decode('utf-8', 'replace')}\n" for data, _ in events)
        shown = self._text_of_events(events)
        if self._api is None and self._head:
            return b"".join(self._head).decode("utf-8", "replace")
        return shown

    def _events(self, data: bytes) -> list[tuple[bytes, str]]:
        """Return the data and the type of the events that these bytes complete."""
        if self._decoder is None:
            kind = self.response.header("content-type") if self.response else None
            websocket = Exchange(response=self.response).websocket
            self._decoder = (WEBSOCKET if websocket else choose(kind, data[:1024])).decoder()
        events = self._decoder.feed_columns(data)
        return list(zip(events.data, events.names or repeat("message"), strict=False))

    def _text_of_events(self, events: list[tuple[bytes, str]]) -> str:
        from streamkit.apis import APIS, UNKNOWN, interpret

        self._waiting += events
        if self._api is None and self._waiting and self._sampled < _SAMPLE:
            self._sampled += len(events)
            stream = interpret(Exchange(frames=Frames.of([Frame(data) for data in self._head]), response=self.response))
            self._api = APIS[stream.api] if stream.api != UNKNOWN else None
        if self._api is None:
            if self._sampled >= _SAMPLE:
                self._waiting.clear()  # unknown API: nothing will read them
            return ""
        waiting, self._waiting = self._waiting, []
        return "".join(starmap(self._text_of_event, waiting))

    def _text_of_event(self, data: bytes, name: str) -> str:
        from streamkit.apis import Api

        api = self._api
        assert isinstance(api, Api)
        if self._chunk is None:
            self._chunk = api.chunk_decoder()
        chunk = self._chunk(data, name)
        deltas = api.deltas(chunk) if chunk is not None else ()
        return "".join(delta.text for delta in deltas if delta.kind in _TEXTS and delta.choice == 0)
