"""Results of benchmark tools: one module per tool, which reads the files that the tool writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.lazy import door

if TYPE_CHECKING:
    from streamkit.results._columns import column_requests as column_requests
    from streamkit.results._result import RESULTS as RESULTS
    from streamkit.results._result import Document as Document
    from streamkit.results._result import RequestResult as RequestResult
    from streamkit.results._result import Result as Result
    from streamkit.results._result import ToolResult as ToolResult
    from streamkit.results._result import count as count
    from streamkit.results._result import failed_at as failed_at
    from streamkit.results._result import listed as listed
    from streamkit.results._result import nanoseconds as nanoseconds
    from streamkit.results._result import one as one
    from streamkit.results._result import unlisted as unlisted

_PLACES = {
    "column_requests": "_columns",
    "count": "_result",
    "Document": "_result",
    "failed_at": "_result",
    "listed": "_result",
    "nanoseconds": "_result",
    "one": "_result",
    "RequestResult": "_result",
    "Result": "_result",
    "RESULTS": "_result",
    "ToolResult": "_result",
    "unlisted": "_result",
}

__getattr__, __dir__ = door(__name__, _PLACES)
