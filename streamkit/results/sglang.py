"""SGLang's `bench_serving --output-file FILE --output-details`: a run a line, all runs of the file together.

The requests lie in columns: TTFT, gaps (ITL) and output tokens, an error text for each that failed. The last token came at
TTFT plus all gaps; the inter-token latency is the sum of the gaps over N - 1. Where the server told no usage, the number of output tokens is that which was
requested, and the file does not tell which it is. Without `--output-details` there are totals alone.
"""

from __future__ import annotations

import re

from streamkit.results import Document, Result, ToolResult, column_requests

_HEAD = re.compile(rb'\s*\{\s*"tag":\s*(?:null|"[^"]*"),\s*"backend":\s*"[^"]*",\s*"dataset_name":')


def reads(document: Document) -> Result:
    """The requests of a file."""
    return Result([one for run in document for one in column_requests(run, "use --output-details")])


RESULT = ToolResult(name="sglang", tool="SGLang", recognises=lambda head: bool(_HEAD.match(head)), reads=reads)
