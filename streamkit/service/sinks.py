"""What a recorder writes to and shows its body on."""

from __future__ import annotations

from typing import Protocol

from streamkit.model.exchange import Response


class Sink(Protocol):
    """Receives the lines of one exchange: a file, or a part of one."""

    path: str

    def write(self, data: bytes, /) -> None:
        """Write these bytes."""
        ...

    def close(self) -> None:
        """Close the sink when the exchange has ended."""
        ...


class PatchableSink(Protocol):
    """A sink that can overwrite a line, as needed for a frame whose last bytes could be the beginning of a secret.

    For other sinks, and while `patchable` is false, such lines are held back until more bytes arrive.
    """

    @property
    def patchable(self) -> bool:
        """Whether lines can be overwritten."""
        ...

    def position(self) -> int:
        """Return the offset after the last bytes written."""
        ...

    def patch(self, position: int, data: bytes, /) -> None:
        """Overwrite the bytes at this offset."""
        ...


class Viewer(Protocol):
    """Receives the body as it arrives, after it was written."""

    def response(self, response: Response) -> None:
        """Called with the status line and headers."""
        ...

    def frame(self, data: bytes) -> None:
        """Show a frame of the body."""
        ...

    def close(self) -> None:
        """Finish when the body has ended."""
        ...
