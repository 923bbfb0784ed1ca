"""Definitions: how benchmark tools compute their numbers, one module per tool and range of versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.lazy import door

if TYPE_CHECKING:
    from streamkit.definitions._chat import Chat as Chat
    from streamkit.definitions._chat import ParsedEvent as ParsedEvent
    from streamkit.definitions._chat import gaps_between as gaps_between
    from streamkit.definitions._chat import tokens_in as tokens_in
    from streamkit.definitions._definition import DEFINITIONS as DEFINITIONS
    from streamkit.definitions._definition import FIELDS as FIELDS
    from streamkit.definitions._definition import NOTES as NOTES
    from streamkit.definitions._definition import REASONS as REASONS
    from streamkit.definitions._definition import Definition as Definition
    from streamkit.definitions._definition import ToolMetrics as ToolMetrics
    from streamkit.definitions._definition import compute as compute
    from streamkit.definitions._definition import compute_all as compute_all
    from streamkit.definitions._definition import definition as definition
    from streamkit.definitions._definition import metrics_to_json as metrics_to_json
    from streamkit.definitions._definition import nothing as nothing
    from streamkit.definitions._parts import tokenizer as tokenizer
    from streamkit.definitions._parts import usage_or_tokenizer as usage_or_tokenizer
    from streamkit.definitions._parts import usual_metrics as usual_metrics
    from streamkit.definitions._vllm import choices_read as choices_read
    from streamkit.definitions._vllm import completions_read as completions_read
    from streamkit.definitions._vllm import responses_read as responses_read
    from streamkit.definitions._vllm import vllm_metrics as vllm_metrics
    from streamkit.definitions._wire import PayloadReader as PayloadReader
    from streamkit.definitions._wire import Unreadable as Unreadable
    from streamkit.definitions._wire import Wire as Wire
    from streamkit.definitions._wire import blank_line_messages as blank_line_messages
    from streamkit.definitions._wire import data_lines_of_blocks as data_lines_of_blocks
    from streamkit.definitions._wire import data_lines_of_messages as data_lines_of_messages
    from streamkit.definitions._wire import fed_lines as fed_lines
    from streamkit.definitions._wire import reads_of as reads_of
    from streamkit.definitions._wire import sliced_lines as sliced_lines
    from streamkit.definitions._wire import sse_messages as sse_messages
    from streamkit.definitions._wire import stripped_messages as stripped_messages
    from streamkit.definitions._wire import unicode_lines as unicode_lines

_PLACES = {
    "ToolMetrics": "_definition",
    "compute": "_definition",
    "compute_all": "_definition",
    "blank_line_messages": "_wire",
    "Chat": "_chat",
    "choices_read": "_vllm",
    "completions_read": "_vllm",
    "data_lines_of_blocks": "_wire",
    "data_lines_of_messages": "_wire",
    "Definition": "_definition",
    "definition": "_definition",
    "DEFINITIONS": "_definition",
    "gaps_between": "_chat",
    "fed_lines": "_wire",
    "FIELDS": "_definition",
    "ParsedEvent": "_chat",
    "vllm_metrics": "_vllm",
    "NOTES": "_definition",
    "nothing": "_definition",
    "PayloadReader": "_wire",
    "reads_of": "_wire",
    "REASONS": "_definition",
    "responses_read": "_vllm",
    "sliced_lines": "_wire",
    "usual_metrics": "_parts",
    "sse_messages": "_wire",
    "stripped_messages": "_wire",
    "metrics_to_json": "_definition",
    "tokenizer": "_parts",
    "tokens_in": "_chat",
    "unicode_lines": "_wire",
    "Unreadable": "_wire",
    "usage_or_tokenizer": "_parts",
    "Wire": "_wire",
}

__getattr__, __dir__ = door(__name__, _PLACES)
