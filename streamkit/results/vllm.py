"""vLLM's `vllm bench serve --save-result --save-detailed`: one run per line, all runs of the file together.

The file has columns with a value per request: TTFT, gaps (ITL), output tokens, and an error text. The time to last token is
TTFT plus all gaps; the inter-token latency is the sum of the gaps divided by N − 1. Before vLLM 0.33 the role chunk counts as a
token, so TTFT is earlier than ours; the file does not contain the version. Without `--save-detailed` it contains totals only.
"""

from __future__ import annotations

import re

from streamkit.results import Document, Result, ToolResult, column_requests

_HEAD = re.compile(rb'\s*\{\s*"date":\s*"[^"]*",\s*"endpoint_type":')


def reads(document: Document) -> Result:
    """Return the requests of a file."""
    return Result([one for run in document for one in column_requests(run, "use --save-detailed")])


RESULT = ToolResult(name="vllm", tool="vLLM", recognises=lambda head: bool(_HEAD.match(head)), reads=reads)
