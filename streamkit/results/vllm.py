"""vLLM's `vllm bench serve --save-result --save-detailed`: a run a line, all runs of the file together.

The requests lie in columns: TTFT, gaps (ITL) and output tokens, an error text for each that failed. The last token came at
TTFT plus all gaps. The inter-token latency is the sum of the gaps over N - 1. Before vLLM 0.33 the chunk with the role
counts as a token, so that its TTFT is earlier than ours; the file does not tell the version. Without `--save-detailed` there
are totals alone.
"""

from __future__ import annotations

import re

from streamkit.results import Document, Result, ToolResult, column_requests

_HEAD = re.compile(rb'\s*\{\s*"date":\s*"[^"]*",\s*"endpoint_type":')


def reads(document: Document) -> Result:
    """The requests of a file."""
    return Result([one for run in document for one in column_requests(run, "use --save-detailed")])


RESULT = ToolResult(name="vllm", tool="vLLM", recognises=lambda head: bool(_HEAD.match(head)), reads=reads)
