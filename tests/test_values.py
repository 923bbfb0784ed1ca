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

# State: what a class collects while something is read, sent, counted or parsed. (A module's own classes are free to be so.)
STATE = {
    "cli._curl.Command",
    "cli._lint_job.Judged",
    "cli._sending.RequestFlags",
    "formats._drafts.Draft",
    "formats._parts.LineCount",
    "metrics._gate.Gate",
    "metrics._outcome.Outcomes",
    "model.recording_runs.Runs",
    "redact._secret_scanner.SecretSpan",
    "reporters._html_timeline.Sections",
    "service.comparing.Side",
    "service.measuring.Run",
    "service.pricing.Bill",
    "service.spreading.Read",
}
# These compute some attributes on first use, and remember them.
REMEMBERING = {"apis._decode.Decoded", "faults._body.PlayedBody", "model._frames.Frames"}
# Made millions of times, where keywords cost, or in as many places, or where the order is that of a notation.
POSITIONAL = {
    "apis._kit.shape.MisfitNames",
    "metrics._gate.Expression",
    "model.message.Delta",
    "probes._probe.Flaw",
    "rules._rule.Sighting",
    "transport.proxy.Rules",
    "wire.values.Event",
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


def is_frozen(name: str) -> bool:
    return CLASSES[name].__dataclass_params__.frozen  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("name", [name for name in CLASSES if not name.rpartition(".")[2].startswith("_")])
def test_a_value_cannot_change(name: str) -> None:
    assert is_frozen(name) != (name in STATE)


@pytest.mark.parametrize("name", CLASSES)
def test_a_value_takes_no_other_attributes(name: str) -> None:
    assert ("__slots__" in vars(CLASSES[name])) != (name in REMEMBERING)


@pytest.mark.parametrize(
    "name", [name for name in CLASSES if is_frozen(name) and len(dataclasses.fields(CLASSES[name])) > 5]
)
def test_a_value_of_many_fields_is_made_by_keyword(name: str) -> None:
    assert all(field.kw_only for field in dataclasses.fields(CLASSES[name])) != (name in POSITIONAL)
