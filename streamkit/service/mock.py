"""The mock server composed: match a request, play what was recorded, or say why nothing was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from streamkit.errors import StreamkitError
from streamkit.faults import Plan, chance, inject, plan
from streamkit.model.exchange import Exchange, Request, header
from streamkit.model.step import Step
from streamkit.playback.matcher import Level, Match, Matcher, Reuse, plain_path
from streamkit.playback.player import RECORDED, Pace, steps
from streamkit.playback.tempo import RECORDED_TEMPO, Tempo, retimed
from streamkit.redact.redactor import redact_request
from streamkit.service import replies
from streamkit.service.recorded_answer import Recording

CONTROL = "/__streamkit/"
FAULT_HEADER = "X-Streamkit-Fault"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that was answered, and by what: `recording` is None where none did, `message` then tells why."""

    number: int
    method: str
    path: str
    recording: str | None
    message: str = ""

    def as_json(self) -> dict[str, Any]:
        """As `/__streamkit/requests` lists it."""
        return {
            "n": self.number,
            "method": self.method,
            "path": self.path,
            "recording": self.recording,
            "said": self.message or None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a mock server answers: see `Matcher` for `match` and `reuse`, `Pace` for `pace`, `Tempo` for `tempo`.

    `faults` are done to every answer that was recorded. `seed` decides what they leave to chance: the same seed, recording
    and number of its playing give the same fault, whatever else is asked meanwhile.
    """

    match: Level = "body"
    reuse: Reuse = "cycle"
    pace: Pace = RECORDED
    faults: Sequence[Plan] = ()
    tempo: Tempo = RECORDED_TEMPO
    seed: int = 0


class Mock:
    """Answers requests from recordings. `answer` is what a server is given.

    `on_request` is told of every request when it has been answered.
    """

    def __init__(
        self, exchanges: Iterable[Exchange], options: Options, on_request: Callable[[Asked], None] = lambda _: None
    ) -> None:
        self.recordings: list[Recording] = []
        self.requests: list[Asked] = []
        self._options = options
        self._on_request = on_request
        self._struck: dict[int, int] = {}
        self._made: dict[Match, Sequence[Step]] = {}
        self._matcher = Matcher(
            (), level=options.match, reuse=options.reuse, redact=lambda request: redact_request(request)[0]
        )
        for exchange in exchanges:
            self.add(exchange)

    def add(self, exchange: Exchange) -> None:
        """One recording more."""
        recording = Recording(exchange)
        self.recordings.append(recording)
        self._matcher.add(recording.recorded())

    def find(self, request: Request) -> Sequence[Step] | None:
        """The steps that answer a request, or None where no recording does."""
        found = self._matcher.choose(request)
        return self._play(request, found, ()) if isinstance(found, Match) else None

    def answer(self, request: Request) -> Sequence[Step]:
        """The steps that answer a request."""
        path = urlsplit(request.url).path
        if path.startswith(CONTROL):
            return self._control(request, path.removeprefix(CONTROL))
        try:
            asked_for = plan(fault) if (fault := header(request.headers, FAULT_HEADER)) else []
        except StreamkitError as error:
            self._note(request, None, str(error))
            return replies.failure(400, "invalid_request_error", f"{FAULT_HEADER}: {error}")
        found = self._matcher.choose(request)
        if isinstance(found, Match):
            return self._play(request, found, asked_for)
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
        return [asked for asked in self.requests if asked.recording is None and asked.message.startswith("no match")]

    def reset(self) -> None:
        """Forget what was asked and played."""
        self._matcher.reset()
        self._struck.clear()
        self.requests.clear()

    def _play(self, request: Request, match: Match, asked_for: Sequence[Plan]) -> Sequence[Step]:
        """The steps of a recording, retimed and broken as was asked for."""
        options = self._options
        recording = self.recordings[match.index]
        random = chance(options.seed, recording.name, self._matcher.plays[match.index])
        playing = self._steps(match)
        if options.tempo != RECORDED_TEMPO and not match.whole:
            playing = retimed(playing, recording.first_token, options.tempo, random)
        remarks: list[str] = []
        plans = [planned for planned in options.faults if self._strikes(planned)]
        if plans or asked_for:
            playing, remarks = inject(playing, [*plans, *asked_for], random)
        self._note(request, recording.name, "; ".join(remarks))
        return playing

    def _steps(self, match: Match) -> Sequence[Step]:
        """What was recorded, as steps; made once."""
        if match not in self._made:
            recording = self.recordings[match.index]
            self._made[match] = self._whole(recording) if match.whole else steps(recording.exchange, self._options.pace)
        return self._made[match]

    def _strikes(self, planned: Plan) -> bool:
        """Whether a fault has streams left to strike; counts this one."""
        struck = self._struck.get(id(planned), 0)
        self._struck[id(planned)] = struck + 1
        return planned.times is None or struck < planned.times

    def _whole(self, recording: Recording) -> Sequence[Step]:
        """A stream that was asked for without streaming: its object, when the stream would have ended."""
        whole = recording.whole
        if whole is None:
            verdict = recording.stream.verdict
            return replies.failure(
                502, "api_error", f"{recording.name} is {verdict}: it does not hold the whole answer that was asked for"
            )
        return replies.reply(200, whole, at=steps(recording.exchange, self._options.pace)[-1].at)

    def _note(self, request: Request, recording: str | None, message: str = "") -> None:
        asked = Asked(len(self.requests) + 1, request.method, urlsplit(request.url).path, recording, message)
        self.requests.append(asked)
        self._on_request(asked)

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
