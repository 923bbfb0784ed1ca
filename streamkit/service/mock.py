"""The mock server: match a request and play back its recording, or explain why there is none."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from streamkit.errors import StreamkitError
from streamkit.faults import PlannedFault, chance, inject, parse_faults
from streamkit.frozen import dataclass
from streamkit.model.exchange import Exchange, Request, header
from streamkit.model.step import Step
from streamkit.playback.differences import RequestDifference
from streamkit.playback.fields import FieldPath
from streamkit.playback.matcher import Level, Match, Matcher, Miss, Reuse
from streamkit.playback.player import RECORDED, Pace, steps
from streamkit.playback.tempo import RECORDED_TEMPO, Tempo, retimed
from streamkit.redact.redactor import redact_request
from streamkit.service import replies
from streamkit.service.counting import count_reply
from streamkit.service.models import models_reply
from streamkit.service.recorded_answer import RecordedAnswer

CONTROL = "/__streamkit/"
FAULT_HEADER = "X-Streamkit-Fault"
OnAnswer = Callable[[int, Request, RecordedAnswer, Sequence[Step]], None]
MOST_REQUESTS = 10_000  # the newest requests, which are kept and listed; and the newest of those without a match
MOST_MISSES = 100  # the newest requests without a match, whose differences can be listed


@dataclass(frozen=True, slots=True)
class ServedRequest:
    """One request that was answered, and the recording that answered it, or None, with the reason in `message`."""

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
    """How a mock server answers: see `Matcher` for `match`, `reuse` and `ignore`, `Pace` for `pace`, `Tempo` for `tempo`.

    `faults` are injected into every recorded answer. `seed` makes random faults repeatable: the same seed, recording and
    playback number give the same fault, whatever other requests come in between. `hosts` are distinguished: a recording of
    one of them answers no request to another host. `record_command` is named in the answer to
    a request without a match; by default it is the `streamkit proxy` command for the API of the nearest recording.
    """

    match: Level = "body"
    reuse: Reuse = "cycle"
    ignore: Sequence[FieldPath] = ()
    pace: Pace = RECORDED
    faults: Sequence[PlannedFault] = ()
    tempo: Tempo = RECORDED_TEMPO
    seed: int = 0
    hosts: frozenset[str] = frozenset()
    record_command: str = ""


class Mock:
    """Answers requests from recordings. Servers call `answer`.

    `on_request` is called after each request, `on_answer` with each answer from a recording: the number of the request, the
    request, the recording, and the steps after faults. `requests` and `missed` have the newest MOST_REQUESTS each: of all
    requests, and of those that no recording answered; `dropped` is the number of requests before those in `requests`.
    """

    def __init__(
        self,
        exchanges: Iterable[Exchange],
        options: Options,
        on_request: Callable[[ServedRequest], None] = lambda _: None,
        on_answer: OnAnswer | None = None,
    ) -> None:
        self.recordings: list[RecordedAnswer] = []
        self.requests: deque[ServedRequest] = deque(maxlen=MOST_REQUESTS)
        self.missed: deque[ServedRequest] = deque(maxlen=MOST_REQUESTS)
        self._options = options
        self._on_request = on_request
        self._on_answer = on_answer
        self._misses: dict[int, tuple[Request, int | None]] = {}
        self._strikes_so_far: dict[int, int] = {}
        self._cached_steps: dict[Match, Sequence[Step]] = {}
        self._matcher = Matcher(
            (),
            level=options.match,
            reuse=options.reuse,
            ignore=options.ignore,
            redact=lambda request: redact_request(request)[0],
            hosts=options.hosts,
        )
        for exchange in exchanges:
            self.add(exchange)

    def add(self, exchange: Exchange) -> None:
        """Add a recording."""
        recording = RecordedAnswer(exchange)
        self.recordings.append(recording)
        self._matcher.add(recording.recorded())

    def find(self, request: Request) -> Sequence[Step] | None:
        """Return the steps that answer a request, or None if no recording matches."""
        match = self._matcher.choose(request)
        return self._play(request, match, ()) if isinstance(match, Match) else None

    def answer(self, request: Request) -> Sequence[Step]:
        """Return the steps that answer a request."""
        path = urlsplit(request.url).path
        if path.startswith(CONTROL):
            return self._control(request, path.removeprefix(CONTROL))
        try:
            header_faults = parse_faults(fault) if (fault := header(request.headers, FAULT_HEADER)) else []
        except StreamkitError as error:
            self._log(request, None, str(error))
            return replies.error_reply(400, "invalid_request_error", f"{FAULT_HEADER}: {error}")
        match = self._matcher.choose(request)
        if isinstance(match, Match):
            return self._play(request, match, header_faults)
        known = self._known(request)
        return self._miss(request, match) if known is None else known

    @property
    def unplayed(self) -> list[RecordedAnswer]:
        """The recordings that were never requested."""
        return [self.recordings[index] for index in self._matcher.unplayed]

    @property
    def dropped(self) -> int:
        """The number of requests that are not in `requests` any more."""
        return self.requests[0].number - 1 if self.requests else 0

    def reset(self) -> None:
        """Forget all requests and playbacks."""
        self._matcher.reset()
        self._strikes_so_far.clear()
        self._misses.clear()
        self.requests.clear()
        self.missed.clear()

    def _known(self, request: Request) -> Sequence[Step] | None:
        """The answer to a request for models or a token count, from what recordings contain; None for other requests."""
        options = self._options
        found = models_reply(request, self.recordings) or count_reply(
            request, self.recordings, options.ignore, options.record_command
        )
        if found is None:
            return None
        message, answer = found
        self._log(request, None, message)
        if message.startswith("no match"):
            self.missed.append(self.requests[-1])
        return answer

    def differences(self, number: int) -> tuple[str, list[RequestDifference]] | None:
        """Return the name of the recording that is nearest to a missed request, and all differences. None if it is not known:
        request `number` was answered, no recording has a request, or a hundred requests were missed since."""
        request, nearest = self._misses.get(number, (None, None))
        if request is None or nearest is None:
            return None
        return self.recordings[nearest].name, self._matcher.compare(request, nearest)

    def _miss(self, request: Request, miss: Miss) -> Sequence[Step]:
        """Return the answer to a request without a match."""
        self._log(request, None, "no match: " + replies.mismatch_reason(miss, self.recordings))
        number = self.requests[-1].number
        self.missed.append(self.requests[-1])
        self._misses[number] = request, None if miss.used_up else miss.nearest
        while len(self._misses) > MOST_MISSES:
            del self._misses[next(iter(self._misses))]
        nearest = None if miss.nearest is None else self.recordings[miss.nearest]
        details = f"{CONTROL}requests/{number}" if miss.differences > 1 else ""
        command = self._options.record_command or replies.record_command(nearest)
        request_line = f"{request.method} {urlsplit(request.url).path}"
        return replies.not_found(miss, self.recordings, request_line, details=details, command=command)

    def _play(self, request: Request, match: Match, header_faults: Sequence[PlannedFault]) -> Sequence[Step]:
        """Return the steps of a recording, with the requested timing and faults."""
        options = self._options
        recording = self.recordings[match.index]
        random = chance(options.seed, recording.name, self._matcher.plays[match.index])
        steps_ = self._steps(match)
        if options.tempo != RECORDED_TEMPO and not match.whole:
            steps_ = retimed(steps_, recording.first_token, options.tempo, random)
        remarks: list[str] = []
        plans = [planned for planned in options.faults if self._strikes(planned)]
        if (plans or header_faults) and recording.exchange.websocket:
            remarks = ["no fault: the recording is of a WebSocket"]
        elif plans or header_faults:
            steps_, remarks = inject(steps_, [*plans, *header_faults], random)
        self._log(request, recording.name, "; ".join(remarks))
        if self._on_answer is not None:
            self._on_answer(self.requests[-1].number, request, recording, steps_)
        return steps_

    def _steps(self, match: Match) -> Sequence[Step]:
        """Return the recorded steps, computed once."""
        if match not in self._cached_steps:
            recording = self.recordings[match.index]
            self._cached_steps[match] = (
                self._unstreamed(recording) if match.whole else steps(recording.exchange, self._options.pace)
            )
        return self._cached_steps[match]

    def _strikes(self, planned: PlannedFault) -> bool:
        """Return whether a fault applies to one more stream. Counts this one."""
        count = self._strikes_so_far.get(id(planned), 0)
        self._strikes_so_far[id(planned)] = count + 1
        return planned.times is None or count < planned.times

    def _unstreamed(self, recording: RecordedAnswer) -> Sequence[Step]:
        """Return the answer to a request without streaming: the whole object, at the time when the stream ended."""
        whole = recording.whole
        if whole is None:
            verdict = recording.stream.verdict
            return replies.error_reply(
                502, "api_error", f"{recording.name} is {verdict}: it does not contain the whole answer"
            )
        return replies.reply(200, whole, at=steps(recording.exchange, self._options.pace)[-1].at)

    def _log(self, request: Request, recording: str | None, message: str = "") -> None:
        number = self.requests[-1].number + 1 if self.requests else 1
        served = ServedRequest(number, request.method, urlsplit(request.url).path, recording, message)
        self.requests.append(served)
        self._on_request(served)

    def _control(self, request: Request, name: str) -> Sequence[Step]:
        if name == "health":
            return replies.reply(200, {"status": "ok", "recordings": len(self.recordings)})
        if name == "requests":
            unplayed = [recording.name for recording in self.unplayed]
            requests = [served.as_json() for served in self.requests]
            return replies.reply(200, {"requests": requests, "dropped": self.dropped, "unplayed": unplayed})
        if name.startswith("requests/"):
            return self._control_differences(name.removeprefix("requests/"))
        if name == "reset":
            if request.method != "POST":
                return replies.error_reply(405, "invalid_request_error", "use POST to reset")
            self.reset()
            return replies.reply(200, {"status": "ok"})
        return replies.error_reply(
            404, "not_found_error", "unknown path; expected /__streamkit/health, requests, requests/N or reset (POST)"
        )

    def _control_differences(self, number: str) -> Sequence[Step]:
        """Return all differences between request `number` and the nearest recording."""
        found = self.differences(int(number)) if number.isdecimal() and len(number) < 10 else None
        if found is None:
            return replies.error_reply(404, "not_found_error", f"request {number} has no differences from a recording")
        nearest, differences = found
        listed = [difference.as_json() for difference in differences]
        return replies.reply(200, {"n": int(number), "nearest": nearest, "differences": listed})
