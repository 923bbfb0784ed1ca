"""Broken servers: each fault before the good server makes the case fail that is meant for it, and no other.

The faults are injected into the recorded answers of the good server, as `serve --fault` does. A fault that the standards allow
makes no case fail. Cases that cannot be judged because of the fault are errors, which name the case that failed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

import pytest

from streamkit.faults import FAULTS, inject, parse_faults
from streamkit.formats import find, read
from streamkit.model.exchange import End, Exchange, Frame, Frames, Request
from streamkit.model.probing import CaseResult
from streamkit.model.step import Close, Finish, HalfChunk, Head, Reset, Step, Write
from streamkit.playback.player import steps
from streamkit.probes import PROBES, Probe, judge
from streamkit.rules import RULES
from streamkit.service.endpoints import endpoint
from streamkit.service.judging import answer_of, judge_folder
from streamkit.service.probing import Sending, plan, send
from streamkit.transport.client import Settings
from tests.probes import good_server

DOES_NOT_APPLY = "does not apply"
# API, fault, and the case that fails, or deviates where no client of those measured breaks; None if the standards allow it.
# The events are in the middle of an answer, or after the end of those that are shorter.
TABLE = [
    ("openai_chat", "bom", "framing"),
    ("openai_chat", "comment:every=2", None),
    ("openai_chat", "corrupt:event=5", "framing"),
    ("openai_chat", "cut:event=5,by=reset", "stream-end"),
    ("openai_chat", "cut:event=5,by=fin", "stream-end"),
    ("openai_chat", "cut:event=5,by=eof", "stream-end"),
    ("openai_chat", "dataless:event=5", "framing"),
    ("openai_chat", "drop:event=11", "answers-agree"),
    ("openai_chat", "drop:event=12", "stream-end"),  # the one with the finish reason
    ("openai_chat", "duplicate:event=11", "answers-agree"),
    ("openai_chat", "error:event=5", "stream-end"),
    ("openai_chat", "join:frames=3", None),
    ("openai_chat", "line-ends:to=crlf", None),
    ("openai_chat", "line-ends:to=cr", None),
    ("openai_chat", "ping:event=3", "chunk-shape"),
    ("openai_chat", "reorder:event=11", "stream-end"),
    ("openai_chat", "retry:event=3", "framing"),
    ("openai_chat", "slow-headers", None),
    ("openai_chat", "split:size=1", None),
    ("openai_chat", "stall:event=5,for=ever", "stream-end"),
    ("openai_chat", "stall:event=5,for=40s", "pacing (deviates)"),
    ("openai_chat", "status:code=500", "streamed-answer"),
    ("openai_chat", "status:code=404", "streamed-answer"),
    ("openai_chat", "unterminated", "stream-end (deviates)"),
    ("openai_responses", "bom", "framing"),
    ("openai_responses", "comment:every=2", None),
    ("openai_responses", "corrupt:event=8", "framing"),
    ("openai_responses", "cut:event=8,by=reset", "stream-end"),
    ("openai_responses", "cut:event=8,by=fin", "stream-end"),
    ("openai_responses", "cut:event=8,by=eof", "stream-end"),
    ("openai_responses", "dataless:event=8", "framing"),
    ("openai_responses", "drop:event=10", "event-order"),
    ("openai_responses", "duplicate:event=14", "event-order"),
    ("openai_responses", "error:event=8", "stream-end"),
    ("openai_responses", "join:frames=3", None),
    ("openai_responses", "line-ends:to=crlf", None),
    ("openai_responses", "line-ends:to=cr", None),
    ("openai_responses", "ping:event=3", "event-order (deviates)"),
    ("openai_responses", "reorder:event=14", "event-order"),
    ("openai_responses", "retry:event=3", "framing"),
    ("openai_responses", "slow-headers", None),
    ("openai_responses", "split:size=1", None),
    ("openai_responses", "stall:event=8,for=ever", "stream-end"),
    ("openai_responses", "stall:event=8,for=40s", "first-byte (deviates)"),
    ("openai_responses", "status:code=500", "streamed-answer"),
    ("openai_responses", "status:code=404", "streamed-answer"),
    ("openai_responses", "unterminated", "stream-end"),
    ("anthropic_messages", "bom", "framing"),
    ("anthropic_messages", "comment:every=2", None),
    ("anthropic_messages", "corrupt:event=5", "framing"),
    ("anthropic_messages", "cut:event=5,by=reset", "stream-end"),
    ("anthropic_messages", "cut:event=5,by=fin", "stream-end"),
    ("anthropic_messages", "cut:event=5,by=eof", "stream-end"),
    ("anthropic_messages", "dataless:event=5", "framing"),
    ("anthropic_messages", "drop:event=12", "answers-agree"),
    ("anthropic_messages", "duplicate:event=12", "answers-agree"),
    ("anthropic_messages", "error:event=5", "stream-end"),
    ("anthropic_messages", "join:frames=3", None),
    ("anthropic_messages", "line-ends:to=crlf", None),
    ("anthropic_messages", "line-ends:to=cr", None),
    ("anthropic_messages", "ping:event=3", None),
    ("anthropic_messages", "reorder:event=11", "answers-agree"),
    ("anthropic_messages", "retry:event=3", "framing"),
    ("anthropic_messages", "slow-headers", None),
    ("anthropic_messages", "split:size=1", None),
    ("anthropic_messages", "stall:event=5,for=ever", "stream-end"),
    ("anthropic_messages", "stall:event=5,for=40s", "first-byte (deviates)"),
    ("anthropic_messages", "status:code=500", "streamed-answer"),
    ("anthropic_messages", "status:code=404", "streamed-answer"),
    ("anthropic_messages", "status:code=529", None),
    ("anthropic_messages", "unterminated", "stream-end"),
    ("gemini", "bom", "framing"),
    ("gemini", "comment:every=2", None),
    ("gemini", "corrupt:event=3", "framing"),
    ("gemini", "cut:event=3,by=reset", "stream-end"),
    ("gemini", "cut:event=3,by=fin", "stream-end"),
    ("gemini", "cut:event=3,by=eof", "stream-end"),
    ("gemini", "dataless:event=3", "framing"),
    ("gemini", "drop:event=8", "answers-agree"),
    ("gemini", "duplicate:event=8", "answers-agree"),
    ("gemini", "error:event=3", "stream-end"),
    ("gemini", "join:frames=3", None),
    ("gemini", "line-ends:to=crlf", None),
    ("gemini", "line-ends:to=cr", None),
    ("gemini", "ping:event=3", "event-order (deviates)"),
    ("gemini", "reorder:event=8", "answers-agree"),
    ("gemini", "retry:event=3", "framing"),
    ("gemini", "slow-headers", None),
    ("gemini", "split:size=1", None),
    ("gemini", "stall:event=3,for=ever", "stream-end"),
    ("gemini", "stall:event=3,for=40s", "first-byte (deviates)"),
    ("gemini", "status:code=500", "streamed-answer"),
    ("gemini", "status:code=404", "streamed-answer"),
    ("gemini", "unterminated", DOES_NOT_APPLY),
    ("ollama", "bom", DOES_NOT_APPLY),
    ("ollama", "comment:every=2", DOES_NOT_APPLY),
    ("ollama", "corrupt:event=3", "framing"),
    ("ollama", "cut:event=3,by=reset", "stream-end"),
    ("ollama", "cut:event=3,by=fin", "stream-end"),
    ("ollama", "cut:event=3,by=eof", "stream-end"),
    ("ollama", "dataless:event=3", DOES_NOT_APPLY),
    ("ollama", "drop:event=8", "answers-agree"),
    ("ollama", "duplicate:event=8", "answers-agree"),
    ("ollama", "error:event=3", "stream-end"),
    ("ollama", "join:frames=3", None),
    ("ollama", "line-ends:to=crlf", DOES_NOT_APPLY),
    ("ollama", "line-ends:to=cr", DOES_NOT_APPLY),
    ("ollama", "ping:event=3", DOES_NOT_APPLY),
    ("ollama", "reorder:event=8", "answers-agree"),
    ("ollama", "retry:event=3", DOES_NOT_APPLY),
    ("ollama", "slow-headers", None),
    ("ollama", "split:size=1", None),
    ("ollama", "stall:event=3,for=ever", "stream-end"),
    ("ollama", "stall:event=3,for=40s", "first-byte (deviates)"),
    ("ollama", "status:code=500", "streamed-answer"),
    ("ollama", "status:code=404", "streamed-answer"),
    ("ollama", "unterminated", "stream-end"),
    ("openai_completions", "bom", "framing"),
    ("openai_completions", "comment:every=2", None),
    ("openai_completions", "corrupt:event=3", "framing"),
    ("openai_completions", "cut:event=3,by=reset", "stream-end"),
    ("openai_completions", "cut:event=3,by=fin", "stream-end"),
    ("openai_completions", "cut:event=3,by=eof", "stream-end"),
    ("openai_completions", "dataless:event=3", "framing"),
    ("openai_completions", "drop:event=9", "answers-agree"),
    ("openai_completions", "duplicate:event=9", "answers-agree"),
    ("openai_completions", "error:event=3", "stream-end"),
    ("openai_completions", "join:frames=3", None),
    ("openai_completions", "line-ends:to=crlf", None),
    ("openai_completions", "line-ends:to=cr", None),
    ("openai_completions", "ping:event=3", "chunk-shape"),
    ("openai_completions", "reorder:event=9", "answers-agree"),
    ("openai_completions", "retry:event=3", "framing"),
    ("openai_completions", "slow-headers", None),
    ("openai_completions", "split:size=1", None),
    ("openai_completions", "stall:event=3,for=ever", "stream-end"),
    ("openai_completions", "stall:event=3,for=40s", "first-byte (deviates)"),
    ("openai_completions", "status:code=500", "streamed-answer"),
    ("openai_completions", "status:code=404", "streamed-answer"),
    ("openai_completions", "unterminated", "stream-end (deviates)"),
]


@cache
def recorded(folder: Path) -> dict[tuple[str, str], list[Exchange]]:
    found: dict[tuple[str, str], list[Exchange]] = {}
    for file in find([str(folder)]):
        for exchange in read(file.path):
            found.setdefault((exchange.labels["probe"], exchange.labels["step"]), []).append(exchange)
    return found


def behind(fault: str, exchange: Exchange) -> Exchange:
    """What a client receives if this fault is before the server; a fault that does not apply changes nothing."""
    played, _ = inject(steps(exchange), parse_faults(fault), Random(0))
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


def judged(api: str, fault: str, folder: Path) -> list[CaseResult]:
    rules = [rule for rule in RULES.values() if rule.default]
    probes: list[Probe] = [probe for probe in PROBES.values() if probe.api == api]
    answers = {
        probe.key: [
            answer_of(ask, behind(fault, exchange) if ask.streams else exchange, rules)
            for first in probe.asks
            for step, ask in enumerate(first.chain, 1)
            for exchange in recorded(folder)[f"{api}/{first.name}", str(step)]
        ]
        for probe in probes
    }
    return judge(probes, [answers])


def applies(fault: str, exchange: Exchange) -> bool:
    return not inject(steps(exchange), parse_faults(fault), Random(0))[1]


@pytest.mark.parametrize(("api", "fault", "name"), TABLE, ids=[f"{row[0]} {row[1]}" for row in TABLE])
def test_a_fault_fails_its_case_and_no_other(api: str, fault: str, name: str | None, good_folder: Path) -> None:
    streams = [ask for probe in PROBES.values() if probe.api == api for ask in probe.chain if ask.streams]
    recordings = [one for ask in streams for one in recorded(good_folder).get((f"{api}/{ask.name}", "1"), [])]
    assert any(applies(fault, one) for one in recordings) == (name != DOES_NOT_APPLY)
    name = None if name == DOES_NOT_APPLY else name
    cases = judged(api, fault, good_folder)
    failed = {case.name: case.why for case in cases if case.verdict == "fail"}
    deviating = {case.name: case.why for case in cases if case.verdict == "deviates" and case.group != "timing"}
    if name is not None and name.endswith("(deviates)"):
        name = name.removesuffix(" (deviates)")
        assert {case.name: case.verdict for case in cases}[name] == "deviates"
        assert not failed
    else:
        assert set(failed) == ({name} if name else set()), failed
        # A late head may look like a burst.
        assert name is not None or set(deviating) <= {"compressed"}, deviating
    for case in cases:
        if case.verdict == "error":
            assert case.why.startswith("not judged: "), case


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
