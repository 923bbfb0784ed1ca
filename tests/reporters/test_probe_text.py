"""The verdicts of `probe` as text: what passed in few words, what did not with its reason, and a table of groups and APIs."""

from __future__ import annotations

from streamkit.model.probing import CaseResult, CaseVerdict, ProbeRun
from streamkit.reporters import ProbeReport
from streamkit.reporters._probe_text import probe_text

BREAKS = ("one SDK: raises", "another SDK: loses the end")


def case(key: str, verdict: CaseVerdict = "pass", why: str = "", breaks: tuple[str, ...] = ()) -> CaseResult:
    api, group, name = key.split("/")
    evidence = (f"probed/{api}.{name}.jsonl#1",) if verdict != "pass" else ()
    return CaseResult(name=name, group=group, api=api, verdict=verdict, why=why, breaks=breaks, evidence=evidence)


CASES = (
    case("chat/answer/plain"),
    case("chat/answer/streamed"),
    case("chat/http/models", "deviates", "m is not listed"),
    case("chat/http/compressed"),
    case("chat/http/stream-headers", "fail", "content type missing", BREAKS),
    case("messages/answer/plain"),
)


def text(width: int = 0, cases: tuple[CaseResult, ...] = CASES) -> str:
    run = ProbeRun(endpoint="http://localhost/v1", model="m", cases=cases)
    return probe_text(ProbeReport(runs=[run], manuals={}, width=width))


def test_what_passed_is_one_line_and_what_did_not_has_its_reason() -> None:
    assert (
        text()
        == """\
http://localhost/v1  model m

chat · answer  ✓ plain, streamed

chat · http
  ~ models          deviates     m is not listed
                    probed/chat.models.jsonl#1
  ✗ stream-headers  fail         content type missing
                    breaks: one SDK: raises
                            another SDK: loses the end
                    probed/chat.stream-headers.jsonl#1
  ✓ compressed

messages · answer  ✓ plain

        chat      messages
answer  2✓        1✓
http    1✗ 1~ 1✓

4 pass, 1 fail, 1 deviates
"""
    )


def test_lines_fit_the_terminal() -> None:
    """All but those with a place, which is one word."""
    many = tuple(case(f"api-number-{api}/answer/case-{number}") for api in range(9) for number in range(20))
    report = text(60, (*CASES, *many))
    assert max(map(len, report.splitlines())) <= 60
    assert report.count("\nanswer  ") == 4  # tables with a part of the APIs each
    assert "20✓" in report
