"""The fixture `streamkit_lint`, which lints an answer in one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from streamkit.service.linting import Findings

SEVERITIES = ("error", "warning", "info")


def lint_answer(
    source: Any,
    /,
    *,
    json: Any = None,
    method: str | None = None,
    headers: Mapping[str, str] | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    fail_on: str = "error",
) -> Findings:
    """Lint an answer, and fail the test with lint's report if there are findings of the severity `fail_on` or worse.

    `source` is the answer's bytes, a response of an HTTP library or a test client, or a URL, which is requested (with
    `json` as the body, then by POST unless `method` is given). `select` and `ignore` are those of `streamkit lint`.
    Returns all findings. Raises pytest.UsageError for invalid arguments.
    """
    __tracebackhide__ = True
    from streamkit.errors import StreamkitError
    from streamkit.rules import selected
    from streamkit.service.linting import exchange_of, lint_exchanges

    if fail_on not in SEVERITIES:
        raise pytest.UsageError(
            f"streamkit_lint: unknown severity {fail_on!r}; expected one of: {', '.join(SEVERITIES)}"
        )
    try:
        rules = selected(select, ignore)
        exchanges = exchange_of(source, json=json, method=method, headers=headers)
    except StreamkitError as error:
        raise pytest.UsageError(f"streamkit_lint: {error}") from None
    found = lint_exchanges(exchanges, rules, fail_on=fail_on)
    if any(SEVERITIES.index(finding.severity) <= SEVERITIES.index(fail_on) for finding in found):
        pytest.fail(found.text, pytrace=False)
    return found
