"""The good streams from which manuals derive their examples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Base(NamedTuple):
    """A base stream; `kind` is the info string of its Markdown fence."""

    kind: str
    text: str


_CHAT = r"""
data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

data: [DONE]
"""

_CHAT_TOOLS = r"""
data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":null},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":""}}]},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":1}"}}]},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}

data: [DONE]
"""

_CHAT_USAGE = r"""
data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

data: {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}

data: [DONE]
"""

_ANTHROPIC = r"""
event: message_start
data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":1}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}

event: content_block_stop
data: {"type":"content_block_stop","index":0}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":2}}

event: message_stop
data: {"type":"message_stop"}
"""

_RESPONSES = r"""
event: response.created
data: {"type":"response.created","response":{"id":"resp_1","object":"response","created_at":1760000000,"model":"m","tools":[],"tool_choice":"auto","parallel_tool_calls":true,"status":"in_progress","output":[]},"sequence_number":0}

event: response.in_progress
data: {"type":"response.in_progress","response":{"id":"resp_1","object":"response","created_at":1760000000,"model":"m","tools":[],"tool_choice":"auto","parallel_tool_calls":true,"status":"in_progress","output":[]},"sequence_number":1}

event: response.output_item.added
data: {"type":"response.output_item.added","output_index":0,"item":{"id":"msg_1","type":"message","status":"in_progress","role":"assistant","content":[]},"sequence_number":2}

event: response.content_part.added
data: {"type":"response.content_part.added","item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":"","annotations":[]},"sequence_number":3}

event: response.output_text.delta
data: {"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"Hi","logprobs":[],"sequence_number":4}

event: response.output_text.done
data: {"type":"response.output_text.done","item_id":"msg_1","output_index":0,"content_index":0,"text":"Hi","logprobs":[],"sequence_number":5}

event: response.content_part.done
data: {"type":"response.content_part.done","item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":"Hi","annotations":[]},"sequence_number":6}

event: response.output_item.done
data: {"type":"response.output_item.done","output_index":0,"item":{"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Hi","annotations":[]}]},"sequence_number":7}

event: response.completed
data: {"type":"response.completed","response":{"id":"resp_1","object":"response","created_at":1760000000,"model":"m","tools":[],"tool_choice":"auto","parallel_tool_calls":true,"status":"completed","output":[{"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Hi","annotations":[]}]}]},"sequence_number":8}
"""

_GEMINI = r"""
data: {"candidates":[{"content":{"role":"model","parts":[{"text":"Hi"}]},"index":0}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"totalTokenCount":5},"modelVersion":"gemini","responseId":"r1"}

data: {"candidates":[{"content":{"role":"model","parts":[{"text":"!"}]},"index":0,"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"totalTokenCount":5},"modelVersion":"gemini","responseId":"r1"}
"""

_CONVERSE = r"""
{"messageStart":{"role":"assistant"}}
{"contentBlockDelta":{"contentBlockIndex":0,"delta":{"text":"Hi"}}}
{"contentBlockStop":{"contentBlockIndex":0}}
{"contentBlockStart":{"contentBlockIndex":1,"start":{"toolUse":{"toolUseId":"t1","name":"f"}}}}
{"contentBlockDelta":{"contentBlockIndex":1,"delta":{"toolUse":{"input":"{\"a\":1}"}}}}
{"contentBlockStop":{"contentBlockIndex":1}}
{"messageStop":{"stopReason":"tool_use"}}
{"metadata":{"usage":{"inputTokens":3,"outputTokens":2,"totalTokens":5},"metrics":{"latencyMs":7}}}
"""

_INTERACTIONS = r"""
event: interaction.created
data: {"event_type":"interaction.created","interaction":{"id":"i1","object":"interaction","model":"gemini","status":"in_progress"}}

event: step.start
data: {"event_type":"step.start","index":0,"step":{"type":"model_output"}}

event: step.delta
data: {"event_type":"step.delta","index":0,"delta":{"type":"text","text":"Hi"}}

event: step.delta
data: {"event_type":"step.delta","index":0,"delta":{"type":"text","text":"!"}}

event: step.stop
data: {"event_type":"step.stop","index":0}

event: interaction.completed
data: {"event_type":"interaction.completed","interaction":{"id":"i1","object":"interaction","model":"gemini","status":"completed","usage":{"total_input_tokens":3,"total_output_tokens":2,"total_tokens":5}}}

event: done
data: [DONE]
"""

_OLLAMA = r"""
{"model":"m","created_at":"2026-01-01T00:00:00.1Z","message":{"role":"assistant","content":"Hi"},"done":false}
{"model":"m","created_at":"2026-01-01T00:00:00.2Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","total_duration":90,"load_duration":10,"prompt_eval_count":3,"prompt_eval_duration":20,"eval_count":2,"eval_duration":40}
"""

_TGI = r"""
data: {"index":1,"token":{"id":5,"text":"Hi","logprob":-0.1,"special":false},"generated_text":null,"details":null}

data: {"index":2,"token":{"id":2,"text":"</s>","logprob":-0.1,"special":true},"generated_text":"Hi","details":{"finish_reason":"eos_token","generated_tokens":2,"seed":null}}
"""

_AG_UI = r"""
data: {"type":"RUN_STARTED","threadId":"t1","runId":"r1"}

data: {"type":"STATE_SNAPSHOT","snapshot":{"steps":[]}}

data: {"type":"STATE_DELTA","delta":[{"op":"add","path":"/steps/-","value":"search"}]}

data: {"type":"TEXT_MESSAGE_START","messageId":"m1","role":"assistant"}

data: {"type":"TEXT_MESSAGE_CONTENT","messageId":"m1","delta":"Hi"}

data: {"type":"TEXT_MESSAGE_END","messageId":"m1"}

data: {"type":"RUN_FINISHED","threadId":"t1","runId":"r1"}
"""

_DATA_STREAM = r"""
f:{"messageId":"m1"}
0:"It rains"
0:" in Bern."
9:{"toolCallId":"c1","toolName":"weather","args":{"city":"Bern"}}
e:{"finishReason":"tool-calls","usage":{"promptTokens":3,"completionTokens":4},"isContinued":false}
d:{"finishReason":"tool-calls","usage":{"promptTokens":3,"completionTokens":4}}
"""

_REALTIME = r"""
{"type":"session.created","event_id":"e1","session":{"type":"realtime","object":"realtime.session","id":"s1","model":"gpt-realtime"}}
{"type":"response.created","event_id":"e2","response":{"object":"realtime.response","id":"r1","status":"in_progress","output":[]}}
{"type":"response.output_item.added","event_id":"e3","response_id":"r1","output_index":0,"item":{"id":"i1","type":"message","status":"in_progress","role":"assistant","content":[]}}
{"type":"response.content_part.added","event_id":"e4","response_id":"r1","item_id":"i1","output_index":0,"content_index":0,"part":{"type":"text","text":""}}
{"type":"response.output_text.delta","event_id":"e5","response_id":"r1","item_id":"i1","output_index":0,"content_index":0,"delta":"It rains"}
{"type":"response.output_text.delta","event_id":"e6","response_id":"r1","item_id":"i1","output_index":0,"content_index":0,"delta":" in Bern."}
{"type":"response.output_text.done","event_id":"e7","response_id":"r1","item_id":"i1","output_index":0,"content_index":0,"text":"It rains in Bern."}
{"type":"response.content_part.done","event_id":"e8","response_id":"r1","item_id":"i1","output_index":0,"content_index":0,"part":{"type":"text","text":"It rains in Bern."}}
{"type":"response.output_item.done","event_id":"e9","response_id":"r1","output_index":0,"item":{"id":"i1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"It rains in Bern."}]}}
{"type":"response.done","event_id":"e10","response":{"object":"realtime.response","id":"r1","status":"completed","output":[{"id":"i1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"It rains in Bern."}]}],"usage":{"total_tokens":7,"input_tokens":3,"output_tokens":4}}}
"""

_REALTIME_CALL = r"""
{"type":"session.created","event_id":"e1","session":{"type":"realtime","object":"realtime.session","id":"s1","model":"gpt-realtime"}}
{"type":"response.created","event_id":"e2","response":{"object":"realtime.response","id":"r1","status":"in_progress","output":[]}}
{"type":"response.output_item.added","event_id":"e3","response_id":"r1","output_index":0,"item":{"id":"i1","type":"function_call","status":"in_progress","name":"weather","call_id":"c1","arguments":""}}
{"type":"response.function_call_arguments.delta","event_id":"e4","response_id":"r1","item_id":"i1","output_index":0,"call_id":"c1","delta":"{\"city\":\"Bern\"}"}
{"type":"response.function_call_arguments.done","event_id":"e5","response_id":"r1","item_id":"i1","output_index":0,"call_id":"c1","name":"weather","arguments":"{\"city\":\"Bern\"}"}
{"type":"response.output_item.done","event_id":"e6","response_id":"r1","output_index":0,"item":{"id":"i1","type":"function_call","status":"completed","name":"weather","call_id":"c1","arguments":"{\"city\":\"Bern\"}"}}
{"type":"response.done","event_id":"e7","response":{"object":"realtime.response","id":"r1","status":"completed","output":[{"id":"i1","type":"function_call","status":"completed","name":"weather","call_id":"c1","arguments":"{\"city\":\"Bern\"}"}]}}
"""

_RECORDING = r"""
{"type":"start","streamkit":1,"recorded_at":"2026-11-20T20:00:00.000000Z","source":"client","clock":"monotonic","request":null,"labels":{},"tool":"t"}
{"type":"response","at":1000,"status":200,"http":"1.1","headers":[["content-type","text/event-stream"]]}
{"type":"frame","at":5000000,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":25000000,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":null}]}\n\n"}
{"type":"frame","at":45000000,"text":"data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"}
{"type":"frame","at":46000000,"text":"data: [DONE]\n\n"}
{"type":"end","at":46001000,"reason":"eof"}
"""

_LOG = r"""
{"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}
{"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}
{"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}
[DONE]
"""

EXAMPLES: Mapping[str, Base] = {
    "chat": Base("sse", _CHAT.strip("\n") + "\n"),
    "chat-tools": Base("sse", _CHAT_TOOLS.strip("\n") + "\n"),
    "chat-usage": Base("sse", _CHAT_USAGE.strip("\n") + "\n"),
    "anthropic": Base("sse", _ANTHROPIC.strip("\n") + "\n"),
    "responses": Base("sse", _RESPONSES.strip("\n") + "\n"),
    "gemini": Base("sse", _GEMINI.strip("\n") + "\n"),
    "converse": Base("ndjson", _CONVERSE.strip("\n") + "\n"),
    "interactions": Base("sse", _INTERACTIONS.strip("\n") + "\n"),
    "ollama": Base("ndjson", _OLLAMA.strip("\n") + "\n"),
    "tgi": Base("sse", _TGI.strip("\n") + "\n"),
    "ag-ui": Base("sse", _AG_UI.strip("\n") + "\n"),
    "data-stream": Base("text", _DATA_STREAM.strip("\n") + "\n"),
    "realtime": Base("ndjson", _REALTIME.strip("\n") + "\n"),
    "realtime-call": Base("ndjson", _REALTIME_CALL.strip("\n") + "\n"),
    "recording": Base("jsonl", _RECORDING.strip("\n") + "\n"),
    "log": Base("text", _LOG.strip("\n") + "\n"),
}
