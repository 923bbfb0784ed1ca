"""The mock server composed: match a request, play what was recorded, or say why nothing was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from streamkit.model.exchange import Exchange, Request
from streamkit.model.step import Step
from streamkit.service import replies
from streamkit.service.recordings import Recording, load
from streamkit.tape.matcher import Level, Match, Matcher, Reuse, plain_path
from streamkit.tape.player import RECORDED, Pace, steps

CONTROL = "/__streamkit/"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that was answered, and by what: `recording` is None where none did, `said` then tells why."""

    number: int
    method: str
    path: str
    recording: str | None
    said: str = ""

    def as_json(self) -> dict[str, Any]:
        """As `/__streamkit/requests` lists it."""
        return {
            "n": self.number,
            "method": self.method,
            "path": self.path,
            "recording": self.recording,
            "said": self.said or None,
        }


@dataclass(frozen=True, slots=True)
class Options:
    """How a mock server answers: see `Matcher` for `match` and `reuse`, `Pace` for `pace`."""

    match: Level = "body"
    reuse: Reuse = "cycle"
    pace: Pace = RECORDED


class Mock:
    """Answers requests from recordings. `answer` is what a server is given.

    `heard` is told of every request when it has been answered.
    """

    def __init__(
        self, exchanges: Sequence[Exchange], options: Options, heard: Callable[[Asked], None] = lambda _: None
    ) -> None:
        self.recordings = load(exchanges)
        self.requests: list[Asked] = []
        self._options = options
        self._heard = heard
        self._matcher = Matcher(
            [recording.recorded() for recording in self.recordings], level=options.match, reuse=options.reuse
        )

    def answer(self, request: Request) -> Sequence[Step]:
        """The steps that answer a request."""
        path = urlsplit(request.url).path
        if path.startswith(CONTROL):
            return self._control(request, path.removeprefix(CONTROL))
        found = self._matcher.choose(request)
        if isinstance(found, Match):
            recording = self.recordings[found.index]
            self._note(request, recording.name)
            return self._whole(recording) if found.whole else steps(recording.exchange, self._options.pace)
        plain = plain_path(path)
        if request.method == "GET" and plain == "/models":
            self._note(request, None, "the list of models")
            return replies.model_list(self.recordings)
        if request.method == "GET" and plain.startswith("/models/"):
            self._note(request, None, "a model")
            return replies.one_model(self.recordings, unquote(plain.removeprefix("/models/")))
        self._note(request, None, "no match: " + replies.told(found, self.recordings))
        return replies.not_found(found, self.recordings, f"{request.method} {path}")

    @property
    def unplayed(self) -> list[Recording]:
        """The recordings that nobody asked for."""
        return [self.recordings[index] for index in self._matcher.unplayed]

    @property
    def missed(self) -> list[Asked]:
        """The requests that no recording answered."""
        return [asked for asked in self.requests if asked.recording is None and asked.said.startswith("no match")]

    def reset(self) -> None:
        """Forget what was asked and played."""
        self._matcher.reset()
        self.requests.clear()

    def _whole(self, recording: Recording) -> Sequence[Step]:
        """A stream that was asked for without streaming: its object, when the stream would have ended."""
        whole = recording.whole
        if whole is None:
            verdict = recording.stream.verdict
            return replies.failure(
                502, "api_error", f"{recording.name} is {verdict}: it does not hold the whole answer that was asked for"
            )
        return replies.reply(200, whole, at=steps(recording.exchange, self._options.pace)[-1].at)

    def _note(self, request: Request, recording: str | None, said: str = "") -> None:
        asked = Asked(len(self.requests) + 1, request.method, urlsplit(request.url).path, recording, said)
        self.requests.append(asked)
        self._heard(asked)

    def _control(self, request: Request, name: str) -> Sequence[Step]:
        if name == "health":
            return replies.reply(200, {"status": "ok", "recordings": len(self.recordings)})
        if name == "requests":
            unplayed = [recording.name for recording in self.unplayed]
            return replies.reply(200, {"requests": [asked.as_json() for asked in self.requests], "unplayed": unplayed})
        if name == "reset":
            if request.method != "POST":
                return replies.failure(405, "invalid_request_error", "reset with POST")
            self.reset()
            return replies.reply(200, {"status": "ok"})
        return replies.failure(404, "not_found_error", "there are /__streamkit/health, requests and reset (POST)")
