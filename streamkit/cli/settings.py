"""The settings that `[tool.streamkit]` of pyproject.toml may hold: one JSON Schema per table, read by commands and editors.

`docs/pyproject.schema.json` is made from this, for editors that complete and check TOML.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TEXT = {"type": "string"}
_FLAG = {"type": "boolean"}
_TEXTS = {"type": "array", "items": _TEXT}

SETTINGS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "lint": {
        "select": {**_TEXTS, "description": "The rules to check: codes (SEQ410), prefixes (SEQ), names, or ALL."},
        "extend-select": {**_TEXTS, "description": "Rules to check in addition to the selected ones."},
        "ignore": {**_TEXTS, "description": "Rules not to check."},
        "per-file-ignores": {
            "type": "object",
            "additionalProperties": _TEXTS,
            "description": "Rules not to check in files that match a pattern, relative to the folder of pyproject.toml.",
        },
        "dialect": {**_TEXT, "description": "The provider's dialect, instead of the detected one."},
        "api": {**_TEXT, "description": "The API, instead of the detected one."},
        "strict": {**_FLAG, "description": "Check rules that the dialect makes lawful, too."},
        "fail-on": {"enum": ["error", "warning", "info"], "description": "The lowest severity that fails the run."},
        "baseline": {**_TEXT, "description": "The file of known findings, relative to the folder of pyproject.toml."},
        "max-gap": {
            "type": ["number", "string"],
            "exclusiveMinimum": 0,
            "description": "A pause this long is reported as a stall: a duration such as 500ms or 2m, or seconds.",
        },
        "schema": {
            **_TEXTS,
            "description": "JSON Schemas that chunks must satisfy: FILE, or API=FILE for the streams of one API.",
        },
    },
    "stats": {
        "fail-if": {**_TEXTS, "description": "Conditions that fail the run, such as 'ttft.p95 > 800ms'."},
        "slo": {**_TEXTS, "description": "Service level objectives that goodput counts, such as 'ttft < 500ms'."},
        "allow-missing": {**_FLAG, "description": "Do not fail where a gated metric has no samples."},
        "tokenizer": {**_TEXT, "description": "The tokenizer that counts tokens, or auto."},
        "metrics": {**_TEXT, "description": "The metrics to show, separated by commas."},
        "by": {**_TEXT, "description": "What to group streams by."},
    },
}
"""Each table's settings: name to JSON Schema (draft 2020-12)."""


def settings_schema() -> dict[str, Any]:
    """Return the JSON Schema of a pyproject.toml, as far as the table `[tool.streamkit]` is concerned."""
    tables = {
        name: {"type": "object", "additionalProperties": False, "properties": dict(settings)}
        for name, settings in SETTINGS.items()
    }
    streamkit = {"type": "object", "additionalProperties": False, "properties": tables}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The table [tool.streamkit] of pyproject.toml",
        "type": "object",
        "properties": {"tool": {"type": "object", "properties": {"streamkit": streamkit}}},
    }
