"""What is known about an exchange when it has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from streamkit.frozen import dataclass
from streamkit.model.exchange import End, Request

if TYPE_CHECKING:
    from streamkit.apis import Incremental
    from streamkit.model.measurement import TokenCount
    from streamkit.model.stream import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is known about an exchange when it has ended.

    `path` is None if nothing could be written; `lost` is true if some lines could not. `request` is None for a pipe. Secrets
    are removed from the request, `error` and the file; `redactions` counts them. `size` is the size of the body in bytes.
    `lines` contains the lines of the recording if `Recorders.keep` is true. If `Recorders.interpret` is true, the last three
    fields are set; `first_token` is in nanoseconds after the request.
    """

    path: str | None
    request: Request | None
    status: int | None
    reason: str
    error: str | None = None
    frames: int = 0
    size: int = 0
    redactions: int = 0
    lost: bool = False
    lines: tuple[bytes, ...] = ()
    verdict: Verdict | None = None
    first_token: int | None = None
    tokens: TokenCount | None = None

    @property
    def complete(self) -> bool:
        """Whether the exchange ended normally: a complete stream, or a whole plain response."""
        if self.lost or self.reason != "eof" or (self.status is not None and not 200 <= self.status < 300):
            return False
        return self.verdict == "complete" or (self.verdict == "not-a-stream" and self.size > 0)

    def __str__(self) -> str:
        frames = f"{self.frames} frame{'' if self.frames == 1 else 's'}"
        source = "stdin"
        if self.request is not None:
            target = urlsplit(self.request.url)
            source = f"{self.request.method} {target.netloc}{target.path}"
        file = f"{self.path}{' (not all of it)' if self.lost else ''}" if self.path else "not recorded"
        return f"{source}: {self.status or 'no answer'}, {self.reason}, {frames}: {file}"


def interpretation(incremental: Incremental, end: End) -> dict[str, Any]:
    """Return the fields of an Outcome that depend on the stream, which has ended."""
    from streamkit.metrics import METRICS, measure
    from streamkit.model.measurement import TokenCount

    stream = incremental.close(end)
    samples = measure(stream, [METRICS["time_to_first_token"], METRICS["output_tokens"]]).samples
    first, tokens = samples["time_to_first_token"].values, samples["output_tokens"]
    return {
        "verdict": stream.verdict,
        "first_token": int(first[0]) if first else None,
        "tokens": TokenCount(int(tokens.values[0]), tokens.source) if tokens.values else None,
    }
