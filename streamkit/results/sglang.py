"""SGLang's `bench_serving --output-file FILE --output-details`: one run per line, all runs of the file together.

The file has columns with a value per request: TTFT, gaps (ITL), output tokens, and an error text. The time to last token is
TTFT plus all gaps; the inter-token latency is the sum of the gaps divided by N − 1. If the server sent no usage, the number of
output tokens is the requested one; the file does not say so. Without `--output-details` it contains totals only.
"""

from __future__ import annotations

import re

from streamkit.results import Document, Result, ToolResult, column_requests

_HEAD = re.compile(rb'\s*\{\s*"tag":\s*(?:null|"[^"]*"),\s*"backend":\s*"[^"]*",\s*"dataset_name":')


def reads(document: Document) -> Result:
    """Return the requests of a file."""
    return Result([one for run in document for one in column_requests(run, "use --output-details")])


RESULT = ToolResult(name="sglang", tool="SGLang", recognises=lambda head: bool(_HEAD.match(head)), reads=reads)
