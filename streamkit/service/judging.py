"""Judge the recordings of a battery: one folder for each endpoint, with the labels that `probing` has written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from streamkit.apis import APIS, assemble, interpret
from streamkit.errors import UnreadableInput
from streamkit.formats import find, read
from streamkit.model.exchange import Exchange
from streamkit.model.probing import CaseResult, ProbeRun
from streamkit.probes import PROBES, Answer, Ask, Probe, judge
from streamkit.rules import RULES, Rule, lint

DISCOVERY = "discovery"
"""The label of a request that was sent to find out whether an API is offered."""

RecordedAnswers = Mapping[tuple[str, int, int], Sequence[Exchange]]
"""The exchanges by chain (`openai_chat/plain`), repetition and step."""


def answer_of(ask: Ask, exchange: Exchange, rules: Sequence[Rule] = ()) -> Answer:
    """Return the answer to a request, decoded as its API, with the findings of these rules."""
    api = ask.api if ask.api in APIS else None
    stream = interpret(exchange, api=api, judge=bool(rules))
    assembler = assemble(stream)
    findings = tuple(lint(stream, rules)) if ask.streams else ()
    origin = exchange.origin
    return Answer(
        ask=ask,
        stream=stream,
        reply=assembler.message,
        object=assembler.object,
        findings=findings,
        evidence=f"{origin.path}#{origin.number}",
    )


def judge_folder(folder: str, probes: Sequence[Probe]) -> ProbeRun:
    """Return the verdicts on the recordings of one endpoint. Raises UnreadableInput if the folder has none of these cases."""
    exchanges = [exchange for found in find([folder]) for exchange in read(found.path)]
    recorded: dict[tuple[str, int, int], list[Exchange]] = {}
    for exchange in exchanges:
        labels = exchange.labels
        if "probe" in labels:
            key = labels["probe"], _number(labels.get("run")), _number(labels.get("step"))
            recorded.setdefault(key, []).append(exchange)
    rules = [rule for rule in RULES.values() if rule.default]
    known: dict[tuple[str, int, int], list[Answer]] = {}
    repetitions = [
        _answers(probes, recorded, run, rules, known) for run in sorted({run for _, run, _ in recorded} or {1})
    ]
    cases = judge(probes, repetitions)
    if not cases:
        raise UnreadableInput(
            folder, "contains no recording of these cases", remedy="record some with streamkit probe URL"
        )
    labels = next(exchange.labels for exchange in exchanges if "probe" in exchange.labels)
    model = labels.get("model")
    absent = {exchange.labels["probe"].partition("/")[0] for exchange in exchanges if DISCOVERY in exchange.labels}
    offered = {
        probe.api
        for probe in probes
        for ask in probe.asks
        if ask != first_of(probe.api) and _is_recorded(ask, recorded)
    }
    return ProbeRun(
        endpoint=labels.get("endpoint", folder), model=model, cases=tuple(_not_offered(cases, absent - offered))
    )


def first_of(api: str) -> Ask | None:
    """Return the request that shows whether an API is offered: the plain one of the cases that must not be refused."""
    core = [probe for probe in PROBES.values() if probe.api == api and probe.refusal == "fail"]
    return next((probe.asks[0] for probe in core if not probe.asks[0].streams), core[0].asks[0] if core else None)


def _is_recorded(ask: Ask, recorded: RecordedAnswers) -> bool:
    return any(chain == f"{ask.api}/{ask.name}" for chain, _, _ in recorded)


def _answers(
    probes: Sequence[Probe],
    recorded: RecordedAnswers,
    run: int,
    rules: Sequence[Rule],
    known: dict[tuple[str, int, int], list[Answer]],
) -> dict[str, list[Answer]]:
    """Return the answers of one repetition, by case: those whose requests were all recorded. Cases that share one share its answer."""
    found: dict[str, list[Answer]] = {}
    for probe in probes:
        if not all((f"{first.api}/{first.name}", run, 1) in recorded for first in probe.asks):
            continue
        answers: list[Answer] = []
        for first in probe.asks:
            for step, ask in enumerate(first.chain, 1):
                key = f"{ask.api}/{first.name}", run, step
                if key not in known:
                    known[key] = [answer_of(ask, exchange, rules) for exchange in recorded.get(key, ())]
                answers += known[key]
        found[probe.key] = answers
    return found


def _not_offered(cases: Iterable[CaseResult], absent: set[str]) -> Iterable[CaseResult]:
    """Change the verdict on APIs that were only looked for, and are not offered, from `fail` to `unsupported`."""
    for case in cases:
        if case.api in absent and case.verdict == "fail":
            yield CaseResult(
                name=case.name,
                group=case.group,
                api=case.api,
                verdict="unsupported",
                why=f"the API is not offered: {case.why}",
                evidence=case.evidence,
            )
        else:
            yield case


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isdecimal() and len(text) < 10 else 1
