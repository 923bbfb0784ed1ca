"""Broken servers: each fault before the good server makes the case fail that is meant for it, and no other.

The faults are injected into every recorded answer of the good server, as `serve --fault` does. A fault that the standards allow
makes no case fail. Cases that cannot be judged because of the fault are errors, which name the case that reports it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

import pytest

from streamkit.faults import FAULTS, PlannedFault, inject, parse_faults
from streamkit.formats import find, read
from streamkit.model.exchange import End, Exchange, Frame, Frames, Request
from streamkit.model.probing import CaseResult
from streamkit.model.step import Close, Finish, HalfChunk, Head, Reset, Step, Write
from streamkit.playback.player import steps
from streamkit.probes import PROBES, Answer, Ask, Probe, judge
from streamkit.rules import RULES
from streamkit.service.endpoints import endpoint
from streamkit.service.judging import answer_of, judge_folder
from streamkit.service.probing import Sending, plan, send
from streamkit.transport.client import Settings
from tests.probes import good_server

DOES_NOT_APPLY = "does not apply"
EVENTS = range(1, 13)
"""The places that `N` stands for: the plain streamed answers have 10 (gemini) to 20 events (openai_responses)."""

# API, fault, and the cases that fail; `~` before those that deviate, where no client of those measured breaks. For a fault
# at each of the events, the events at which they do. A plain answer is one event, and a stream and a plain answer that are both
# broken are two failures. Otherwise it is one, but for two exceptions: gemini and ollama send a call in the first event, and if
# plain answers are lost too, nothing shows that texts lack theirs. A deviation may stand beside a failure if it is about the event.
TABLE = [
    ("openai_chat", "bom", "framing"),
    ("openai_chat", "comment:event=N", ""),
    ("openai_chat", "comment:every=2", ""),
    ("openai_chat", "corrupt:event=N", "framing 1-12; plain-answer 1"),
    ("openai_chat", "cut:byte=2,by=reset", "streamed-answer"),
    ("openai_chat", "cut:byte=700,by=half-chunk", "stream-end"),
    ("openai_chat", "cut:byte=700,by=reset", "stream-end"),
    ("openai_chat", "cut:event=3,by=eof", "stream-end"),
    ("openai_chat", "cut:event=3,by=fin", "stream-end"),
    ("openai_chat", "cut:event=N,by=reset", "stream-end 1-12"),
    ("openai_chat", "cut:frame=3,by=reset", "stream-end"),
    ("openai_chat", "dataless:event=N", "framing 1-12"),
    ("openai_chat", "drop:event=N", "chunk-order 1; plain-answer 1; answers-agree 2-11; stream-end 12"),
    ("openai_chat", "duplicate:event=N", "chunk-order 1; plain-answer 1; answers-agree 2-11; stream-end 12"),
    ("openai_chat", "error:event=N", "plain-answer 1; stream-end 1-12"),
    ("openai_chat", "join:frames=3", ""),
    ("openai_chat", "line-ends:to=cr", ""),
    ("openai_chat", "line-ends:to=crlf", ""),
    ("openai_chat", "ping:event=N", "~chunk-order 1-12; chunk-shape 1-12"),
    ("openai_chat", "reorder:event=N", "chunk-order 1; answers-agree 2-10; stream-end 11; usage-reported 12"),
    ("openai_chat", "retry:event=N", "framing 1-12"),
    ("openai_chat", "slow-headers", ""),
    ("openai_chat", "split:size=1", ""),
    ("openai_chat", "stall:byte=700,for=ever", "stream-end"),
    ("openai_chat", "stall:event=5,for=40s", "~pacing"),
    ("openai_chat", "stall:event=N,for=ever", "stream-end 1-12"),
    ("openai_chat", "stall:frame=3,for=ever", "stream-end"),
    ("openai_chat", "status:code=404", "plain-answer; streamed-answer"),
    ("openai_chat", "status:code=500", "plain-answer; streamed-answer"),
    ("openai_chat", "status:code=529", ""),
    ("openai_chat", "unterminated", "~stream-end"),
    ("openai_responses", "bom", "framing"),
    ("openai_responses", "comment:event=N", ""),
    ("openai_responses", "comment:every=2", ""),
    ("openai_responses", "corrupt:event=N", "framing 1-12; plain-answer 1"),
    ("openai_responses", "cut:byte=2,by=reset", "streamed-answer"),
    ("openai_responses", "cut:byte=700,by=half-chunk", "stream-end"),
    ("openai_responses", "cut:byte=700,by=reset", "stream-end"),
    ("openai_responses", "cut:event=3,by=eof", "stream-end"),
    ("openai_responses", "cut:event=3,by=fin", "stream-end"),
    ("openai_responses", "cut:event=N,by=reset", "stream-end 1-12"),
    ("openai_responses", "cut:frame=3,by=reset", "stream-end"),
    ("openai_responses", "dataless:event=N", "framing 1-12"),
    ("openai_responses", "drop:event=N", "~event-order 1-2; plain-answer 1; event-order 3-12"),
    (
        "openai_responses",
        "duplicate:event=N",
        "event-order 1,3,5-12; plain-answer 1; ~event-order 2,4; streamed-tool 4",
    ),
    ("openai_responses", "error:event=N", "~framing 1-12; plain-answer 1; stream-end 1-12"),
    ("openai_responses", "join:frames=3", ""),
    ("openai_responses", "line-ends:to=cr", ""),
    ("openai_responses", "line-ends:to=crlf", ""),
    ("openai_responses", "ping:event=N", "~event-order 1-12"),
    ("openai_responses", "reorder:event=N", "~event-order 1-2; event-order 3-12"),
    ("openai_responses", "retry:event=N", "framing 1-12"),
    ("openai_responses", "slow-headers", ""),
    ("openai_responses", "split:size=1", ""),
    ("openai_responses", "stall:byte=700,for=ever", "stream-end"),
    ("openai_responses", "stall:event=5,for=40s", "~first-byte"),
    ("openai_responses", "stall:event=N,for=ever", "stream-end 1-12"),
    ("openai_responses", "stall:frame=3,for=ever", "stream-end"),
    ("openai_responses", "status:code=404", "plain-answer; streamed-answer"),
    ("openai_responses", "status:code=500", "plain-answer; streamed-answer"),
    ("openai_responses", "status:code=529", ""),
    ("openai_responses", "unterminated", "stream-end"),
    ("anthropic_messages", "bom", "framing"),
    ("anthropic_messages", "comment:event=N", ""),
    ("anthropic_messages", "comment:every=2", ""),
    ("anthropic_messages", "corrupt:event=N", "framing 1-12; plain-answer 1"),
    ("anthropic_messages", "cut:byte=2,by=reset", "streamed-answer"),
    ("anthropic_messages", "cut:byte=700,by=half-chunk", "stream-end"),
    ("anthropic_messages", "cut:byte=700,by=reset", "stream-end"),
    ("anthropic_messages", "cut:event=3,by=eof", "stream-end"),
    ("anthropic_messages", "cut:event=3,by=fin", "stream-end"),
    ("anthropic_messages", "cut:event=N,by=reset", "stream-end 1-12"),
    ("anthropic_messages", "cut:frame=3,by=reset", "stream-end"),
    ("anthropic_messages", "dataless:event=N", "framing 1-12"),
    ("anthropic_messages", "drop:event=N", "event-order 1-2; plain-answer 1; answers-agree 3-12"),
    ("anthropic_messages", "duplicate:event=N", "event-order 1-2; plain-answer 1; answers-agree 3-12"),
    ("anthropic_messages", "error:event=N", "plain-answer 1; stream-end 1-12"),
    ("anthropic_messages", "join:frames=3", ""),
    ("anthropic_messages", "line-ends:to=cr", ""),
    ("anthropic_messages", "line-ends:to=crlf", ""),
    ("anthropic_messages", "ping:event=N", ""),
    ("anthropic_messages", "reorder:event=N", "event-order 1-2,12; answers-agree 3-11"),
    ("anthropic_messages", "retry:event=N", "framing 1-12"),
    ("anthropic_messages", "slow-headers", ""),
    ("anthropic_messages", "split:size=1", ""),
    ("anthropic_messages", "stall:byte=700,for=ever", "stream-end"),
    ("anthropic_messages", "stall:event=5,for=40s", "~first-byte"),
    ("anthropic_messages", "stall:event=N,for=ever", "stream-end 1-12"),
    ("anthropic_messages", "stall:frame=3,for=ever", "stream-end"),
    ("anthropic_messages", "status:code=404", "plain-answer; streamed-answer"),
    ("anthropic_messages", "status:code=500", "plain-answer; streamed-answer"),
    ("anthropic_messages", "status:code=529", ""),
    ("anthropic_messages", "unterminated", "stream-end"),
    ("gemini", "bom", "framing"),
    ("gemini", "comment:event=N", ""),
    ("gemini", "comment:every=2", ""),
    ("gemini", "corrupt:event=N", "framing 1-10; plain-answer 1"),
    ("gemini", "cut:byte=2,by=reset", "streamed-answer"),
    ("gemini", "cut:byte=700,by=half-chunk", "stream-end"),
    ("gemini", "cut:byte=700,by=reset", "stream-end"),
    ("gemini", "cut:event=3,by=eof", "stream-end"),
    ("gemini", "cut:event=3,by=fin", "stream-end"),
    ("gemini", "cut:event=N,by=reset", "stream-end 1-10"),
    ("gemini", "cut:frame=3,by=reset", "stream-end"),
    ("gemini", "dataless:event=N", "framing 1-10"),
    ("gemini", "drop:event=N", "plain-answer 1; streamed-tool 1; answers-agree 2-9; stream-end 10"),
    ("gemini", "duplicate:event=N", "~event-order 1-10; plain-answer 1; answers-agree 2-10"),
    ("gemini", "error:event=N", "plain-answer 1; stream-end 1-10"),
    ("gemini", "join:frames=3", ""),
    ("gemini", "line-ends:to=cr", ""),
    ("gemini", "line-ends:to=crlf", ""),
    ("gemini", "ping:event=N", "~event-order 1-10"),
    ("gemini", "reorder:event=N", "answers-agree 1-8; ~usage 1-9; event-order 9"),
    ("gemini", "retry:event=N", "framing 1-10"),
    ("gemini", "slow-headers", ""),
    ("gemini", "split:size=1", ""),
    ("gemini", "stall:byte=700,for=ever", "stream-end"),
    ("gemini", "stall:event=5,for=40s", "~first-byte"),
    ("gemini", "stall:event=N,for=ever", "stream-end 1-10"),
    ("gemini", "stall:frame=3,for=ever", "stream-end"),
    ("gemini", "status:code=404", "plain-answer; streamed-answer"),
    ("gemini", "status:code=500", "plain-answer; streamed-answer"),
    ("gemini", "status:code=529", ""),
    ("gemini", "unterminated", DOES_NOT_APPLY),
    ("ollama", "bom", DOES_NOT_APPLY),
    ("ollama", "comment:event=N", DOES_NOT_APPLY),
    ("ollama", "comment:every=2", DOES_NOT_APPLY),
    ("ollama", "corrupt:event=N", "framing 1-11; plain-answer 1"),
    ("ollama", "cut:byte=2,by=reset", "streamed-answer"),
    ("ollama", "cut:byte=700,by=half-chunk", "stream-end"),
    ("ollama", "cut:byte=700,by=reset", "stream-end"),
    ("ollama", "cut:event=3,by=eof", "stream-end"),
    ("ollama", "cut:event=3,by=fin", "stream-end"),
    ("ollama", "cut:event=N,by=reset", "stream-end 1-11"),
    ("ollama", "cut:frame=3,by=reset", "stream-end"),
    ("ollama", "dataless:event=N", DOES_NOT_APPLY),
    ("ollama", "drop:event=N", "plain-answer 1; streamed-tool 1; answers-agree 2-10; stream-end 11"),
    ("ollama", "duplicate:event=N", "~event-order 1-11; plain-answer 1; answers-agree 2-10; ~stream-end 11"),
    ("ollama", "error:event=N", "plain-answer 1; stream-end 1-11"),
    ("ollama", "join:frames=3", ""),
    ("ollama", "line-ends:to=cr", DOES_NOT_APPLY),
    ("ollama", "line-ends:to=crlf", DOES_NOT_APPLY),
    ("ollama", "ping:event=N", DOES_NOT_APPLY),
    ("ollama", "reorder:event=N", "answers-agree 1-9; stream-end 10"),
    ("ollama", "retry:event=N", DOES_NOT_APPLY),
    ("ollama", "slow-headers", ""),
    ("ollama", "split:size=1", ""),
    ("ollama", "stall:byte=700,for=ever", "stream-end"),
    ("ollama", "stall:event=5,for=40s", "~first-byte"),
    ("ollama", "stall:event=N,for=ever", "stream-end 1-11"),
    ("ollama", "stall:frame=3,for=ever", "stream-end"),
    ("ollama", "status:code=404", "plain-answer; streamed-answer"),
    ("ollama", "status:code=500", "plain-answer; streamed-answer"),
    ("ollama", "status:code=529", ""),
    ("ollama", "unterminated", "plain-answer; stream-end"),
    ("openai_completions", "bom", "framing"),
    ("openai_completions", "comment:event=N", ""),
    ("openai_completions", "comment:every=2", ""),
    ("openai_completions", "corrupt:event=N", "framing 1-12; plain-answer 1"),
    ("openai_completions", "cut:byte=2,by=reset", "streamed-answer"),
    ("openai_completions", "cut:byte=700,by=half-chunk", "stream-end"),
    ("openai_completions", "cut:byte=700,by=reset", "stream-end"),
    ("openai_completions", "cut:event=3,by=eof", "stream-end"),
    ("openai_completions", "cut:event=3,by=fin", "stream-end"),
    ("openai_completions", "cut:event=N,by=reset", "stream-end 1-12"),
    ("openai_completions", "cut:frame=3,by=reset", "stream-end"),
    ("openai_completions", "dataless:event=N", "framing 1-12"),
    ("openai_completions", "drop:event=N", "plain-answer 1; answers-agree 2-10; stream-end 11; ~usage 12"),
    ("openai_completions", "duplicate:event=N", "plain-answer 1; answers-agree 2-10; stream-end 11; usage 12"),
    ("openai_completions", "error:event=N", "plain-answer 1; stream-end 1-12"),
    ("openai_completions", "join:frames=3", ""),
    ("openai_completions", "line-ends:to=cr", ""),
    ("openai_completions", "line-ends:to=crlf", ""),
    ("openai_completions", "ping:event=N", "chunk-shape 1-12"),
    ("openai_completions", "reorder:event=N", "answers-agree 1-9; stream-end 10,12"),
    ("openai_completions", "retry:event=N", "framing 1-12"),
    ("openai_completions", "slow-headers", ""),
    ("openai_completions", "split:size=1", ""),
    ("openai_completions", "stall:byte=700,for=ever", "stream-end"),
    ("openai_completions", "stall:event=5,for=40s", "~first-byte"),
    ("openai_completions", "stall:event=N,for=ever", "stream-end 1-12"),
    ("openai_completions", "stall:frame=3,for=ever", "stream-end"),
    ("openai_completions", "status:code=404", "plain-answer; streamed-answer"),
    ("openai_completions", "status:code=500", "plain-answer; streamed-answer"),
    ("openai_completions", "status:code=529", ""),
    ("openai_completions", "unterminated", "~stream-end"),
]


CORE = ("plain-answer", "streamed-answer")  # which are not judged at status 529
RULES_BY_DEFAULT = [rule for rule in RULES.values() if rule.default]
Pairs = list[tuple[Ask, Exchange]]


@cache
def recorded(folder: Path) -> dict[str, dict[str, Pairs]]:
    """The requests and answers of every case, by API and case; those that cases share are the same objects."""
    exchanges: dict[tuple[str, str], list[Exchange]] = {}
    for file in find([str(folder)]):
        for exchange in read(file.path):
            exchanges.setdefault((exchange.labels["probe"], exchange.labels["step"]), []).append(exchange)
    found: dict[str, dict[str, Pairs]] = {}
    for probe in PROBES.values():
        found.setdefault(probe.api, {})[probe.key] = [
            (ask, exchange)
            for first in probe.asks
            for step, ask in enumerate(first.chain, 1)
            for exchange in exchanges[f"{probe.api}/{first.name}", str(step)]
        ]
    return found


@cache
def unbroken(folder: Path, api: str) -> dict[int, Answer]:
    """The answers of the good server, by the identity of the exchange."""
    return {
        name: answer_of(ask, exchange, RULES_BY_DEFAULT)
        for name, (ask, exchange, _) in played_steps(folder, api).items()
    }


@cache
def played_steps(folder: Path, api: str) -> dict[int, tuple[Ask, Exchange, list[Step]]]:
    """The requests, answers, and the steps that play them, by the identity of the exchange."""
    pairs = {id(exchange): (ask, exchange) for pairs in recorded(folder)[api].values() for ask, exchange in pairs}
    return {name: (ask, exchange, steps(exchange)) for name, (ask, exchange) in pairs.items()}


def behind(plans: list[PlannedFault], exchange: Exchange, unbroken_steps: list[Step]) -> Exchange | None:
    """What a client receives if these faults are before the server; None if they do not apply to the answer."""
    played, remarks = inject(unbroken_steps, plans, Random(0))
    if remarks:
        return None
    head = next(step for step in played if isinstance(step, Head))
    assert exchange.response is not None
    frames = [Frame(step.data, step.at) for step in played if isinstance(step, Write | HalfChunk)]
    return replace(
        exchange,
        frames=Frames.of(frames),
        response=replace(exchange.response, status=head.status, headers=head.headers),
        end=End(at=played[-1].at, reason=reason(played[-1])),
    )


def reason(last: Step) -> str:
    return (
        "eof"
        if isinstance(last, Finish)
        else "reset"
        if isinstance(last, Close | Reset | HalfChunk)
        else "idle_timeout"
    )


def judged(api: str, fault: str, folder: Path) -> list[CaseResult] | None:
    """The verdicts on a server behind a fault; None if the fault applies to none of its answers."""
    cases, plans = recorded(folder)[api], parse_faults(fault)
    answers = dict(unbroken(folder, api))
    broken = {name: (ask, behind(plans, *played)) for name, (ask, *played) in played_steps(folder, api).items()}
    answers |= {name: answer_of(ask, one, RULES_BY_DEFAULT) for name, (ask, one) in broken.items() if one is not None}
    probes: list[Probe] = [probe for probe in PROBES.values() if probe.api == api]
    results = judge(probes, [{key: [answers[id(one)] for _, one in pairs] for key, pairs in cases.items()}])
    return results if any(one is not None for _, one in broken.values()) else None


def expected(text: str) -> Iterator[tuple[str, int | None]]:
    """Pairs of a case and an event from `chunk-order 1; answers-agree 2-4,6`; without events, None."""
    for part in filter(None, text.split("; ")):
        case, _, places = part.partition(" ")
        for place in places.split(","):
            first, _, last = place.partition("-")
            yield from (
                ((case, event) for event in range(int(first), int(last or first) + 1)) if first else [(case, None)]
            )


def is_late(case: CaseResult) -> bool:
    """Whether a case deviates because of the time, as any may on a busy machine."""
    return case.group == "timing" or case.name == "compressed"


@pytest.mark.parametrize(("api", "fault", "cases"), TABLE, ids=[f"{row[0]} {row[1]}" for row in TABLE])
def test_a_fault_fails_its_case_and_no_other(api: str, fault: str, cases: str, good_folder: Path) -> None:
    found: set[tuple[str, int | None]] = set()
    applied = False
    for event in EVENTS if "=N" in fault else [None]:
        results = judged(api, fault.replace("=N", f"={event}"), good_folder)
        applied = applied or results is not None
        named = {case.key for case in results or () if case.verdict in ("fail", "deviates") or case.name in CORE}
        for case in results or ():
            mark = {"fail": "", "deviates": "~"}.get(case.verdict)
            if mark is not None and (not mark or not is_late(case) or f"~{case.name}" in cases):
                found.add((f"{mark}{case.name}", event))
            if case.verdict == "error":
                assert case.why.startswith("not judged: "), case
                assert set(re.findall(r", see ([\w/-]+)", case.why)) <= named, case
    assert applied == (cases != DOES_NOT_APPLY)
    assert found == set(expected("" if cases == DOES_NOT_APPLY else cases))


def test_every_fault_is_in_the_table_for_every_api() -> None:
    rows = {(api, fault.partition(":")[0]) for api, fault, _ in TABLE}
    assert rows == {(probe.api, fault) for probe in PROBES.values() for fault in FAULTS}


def test_on_the_wire(tmp_path: Path) -> None:
    """The same over a connection, with a fault that only a socket shows: the server resets it."""
    probes = [probe for probe in PROBES.values() if probe.key.startswith("openai_chat/stream")]

    def cut(request: Request) -> Sequence[Step]:
        return inject(good_server.good(request), parse_faults("cut:event=5,by=reset"), Random(0))[0]

    with good_server.serving(cut) as url:
        place = endpoint(f"{url}/v1", good_server.MODEL)
        send(plan(probes), place, str(tmp_path), Sending(settings=Settings(idle_timeout=30)))
    failed = {case.name: case.why for case in judge_folder(str(tmp_path), probes).cases if case.verdict == "fail"}
    assert list(failed) == ["stream-end"]
    assert "SEQ424 the body ended with reset" in failed["stream-end"]
