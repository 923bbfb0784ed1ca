"""Values are frozen, slotted dataclasses, made by keyword where they have more than five fields; the exceptions are named."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import pytest

import streamkit

# State: what a class collects while something is read, sent, counted or parsed.
STATE = {
    "apis._detect._Votes",
    "apis.openai_chat.tool_call_checks._Call",
    "apis.openai_responses.item_grammar._Item",
    "cli._curl.Command",
    "cli._sending.Flags",
    "cli._lint_job.Judged",
    "compare.streams._Field",
    "formats._drafts.Draft",
    "formats._repair._Reader",
    "formats.curl_trace.reader._Event",
    "formats.curl_trace.reader._Transfer",
    "metrics._gate.Gate",
    "metrics._outcome.Outcomes",
    "model.recording_runs.Runs",
    "redact._secret_scanner.SecretSpan",
    "redact._strings._Container",
    "reporters._html_timeline.Sections",
    "reporters.otlp._Metrics",
    "reporters.otlp._Points",
    "service.calls._Nowhere",
    "service.comparing.Side",
    "service.measuring.Run",
    "service.pricing.Bill",
    "service.spreading.Read",
    "transport.client._Reporter",
    "transport.client._Timing",
}
# These compute some attributes on first use, and remember them.
REMEMBERING = {"apis._decode.Decoded", "faults._body.Body", "model._frames.Frames"}
# Made millions of times, where keywords cost, or where the order is that of a notation.
POSITIONAL = {
    "apis._kit.shape.MisfitNames",
    "metrics._gate.Expression",
    "model.message.Delta",
    "rules._rule.Sighting",
    "transport.proxy.Rules",
    "wire.values.Event",
}
# Shorter ones whose fields would be mistaken for each other.
KEYWORDS = {
    "model.stream.Rival",
    "pytest_plugin._running.Plan",
    "results._result.Request",
    "results._result.ToolResult",
}


def classes() -> Iterator[tuple[str, type]]:
    """All dataclasses of the package, by the module that defines them."""
    for found in pkgutil.walk_packages(streamkit.__path__, "streamkit."):
        if found.name.endswith("__main__"):
            continue
        with contextlib.suppress(ImportError):  # of a library that is not installed
            module = importlib.import_module(found.name)
            for each in vars(module).values():
                if inspect.isclass(each) and dataclasses.is_dataclass(each) and each.__module__ == found.name:
                    yield f"{found.name.removeprefix('streamkit.')}.{each.__qualname__}", each


CLASSES = dict(classes())


@pytest.mark.parametrize("name", CLASSES)
def test_a_value_cannot_change_and_takes_no_other_attributes(name: str) -> None:
    assert CLASSES[name].__dataclass_params__.frozen != (name in STATE)  # type: ignore[attr-defined]
    assert ("__slots__" in vars(CLASSES[name])) != (name in REMEMBERING)


@pytest.mark.parametrize("name", sorted(name for name in set(CLASSES) - STATE if dataclasses.fields(CLASSES[name])))
def test_a_value_of_many_fields_is_made_by_keyword(name: str) -> None:
    fields = dataclasses.fields(CLASSES[name])
    assert all(field.kw_only for field in fields) == ((len(fields) > 5) != (name in POSITIONAL | KEYWORDS))
