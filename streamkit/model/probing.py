"""The result of a probe: what each case of the battery found out about an endpoint."""

from __future__ import annotations

from typing import Literal, get_args

from streamkit.frozen import dataclass

CaseVerdict = Literal["pass", "fail", "deviates", "unsupported", "flaky", "error"]
VERDICTS: tuple[CaseVerdict, ...] = get_args(CaseVerdict)
"""All verdicts.

`pass`: as expected. `fail`: a client breaks. `deviates`: allowed, but not what the reference describes. `unsupported`: refused
with a status and an error object. `flaky`: repetitions had different verdicts. `error`: not judged, because there was no
answer, or because another case reports what is wrong with it.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """The verdict of one case on one endpoint.

    `why` is the reason in one sentence, empty for a plain pass; it may quote the endpoint, so it is untrusted. `breaks` names
    the clients that depend on what is missing. `evidence` lists the exchanges that were judged, as `file#n`.
    """

    name: str
    group: str
    api: str
    verdict: CaseVerdict
    why: str = ""
    breaks: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The name of the case among those of all APIs: `openai_chat/plain-answer`."""
        return f"{self.api}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeRun:
    """The results of one endpoint. `endpoint` is the base URL and `model` the requested model, if known."""

    endpoint: str
    model: str | None
    cases: tuple[CaseResult, ...]

    @property
    def failed(self) -> bool:
        """Whether a case failed."""
        return any(case.verdict == "fail" for case in self.cases)
