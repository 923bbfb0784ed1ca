"""Assembled objects equal those of the official SDKs on our own and all real streams; each difference has a named
reason."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from streamkit.apis import APIS, assemble, interpret
from streamkit.errors import UnreadableInput
from streamkit.formats import read
from streamkit.model.stream import Stream
from tests.apis.referees import REASONS, REFEREES, differences, reason

# Our own streams, one for each reason: the chunks, one per line, and the reason why the SDK's object differs.
OWN = {
    ("openai_chat", "equal"): """
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}]}
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"A"},"logprobs":{"content":[{"token":"A","logprob":-1,"bytes":[65],"top_logprobs":[]}],"refusal":null},"finish_reason":null}]}
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"t","type":"function","function":{"name":"f","arguments":""}}]},"finish_reason":null}]}
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]},"finish_reason":null}]}
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}""",
    ("openai_chat", "repeated-role-added-up"): """
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"A"}}]}
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"B"},"finish_reason":"stop"}]}""",
    ("openai_chat", "missing-role-left-out"): """
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"A"},"finish_reason":"stop"}]}""",
    ("openai_chat", "repeated-id-or-name-added-up"): """
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","tool_calls":[{"index":0,"id":"t","type":"function","function":{"name":"f","arguments":"{"}}]}}]}
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"t","type":"function","function":{"name":"f","arguments":"}"}}]},"finish_reason":"tool_calls"}]}""",
    ("openai_chat", "null-took-it-away"): """
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","system_fingerprint":"fp","choices":[{"index":0,"delta":{"role":"assistant","content":"A"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":null}""",
    ("openai_chat", "later-fields-dropped"): """
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"A"}}]}
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop","native_finish_reason":"end"}],"timings":{"n":1}}""",
    ("openai_chat", "unknown-logprobs-dropped"): """
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"A"},"logprobs":{"content":[],"refusal":[]}}]}
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"reasoning_content":"B"},"logprobs":{"reasoning_content":[{"token":"B","logprob":-1,"bytes":[66],"top_logprobs":[]}]},"finish_reason":"stop"}]}""",
    ("openai_chat", "first-value-frozen"): """
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","provider":"a","choices":[{"index":0,"delta":{"role":"assistant","content":"A"}}]}
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","provider":"b","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""",
    ("openai_chat", "other-objects-dropped"): """
        {"id":"c","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"A"},"finish_reason":"stop"}]}""",
    ("openai_chat", "content-in-parts"): """
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":[{"type":"text","text":"A"}]}}]}
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":[{"type":"text","text":"B"}]},"finish_reason":"stop"}]}""",
    ("openai_chat", "choice-or-call-without-index"): """
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":1,"delta":{"role":"assistant","content":"A"}}]}
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"B"},"finish_reason":"stop"}]}
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":1,"delta":{"content":"a"},"finish_reason":"stop"}]}""",
    ("openai_chat", "no-arguments-left-out"): """
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","tool_calls":[{"index":0,"id":"t","type":"function","function":{"name":"f"}}]},"finish_reason":"tool_calls"}]}""",
    ("openai_chat", "colliding-calls-glued"): """
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","tool_calls":[{"index":0,"id":"t1","type":"function","function":{"name":"f","arguments":"{}"}}]}}]}
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"t2","type":"function","function":{"name":"g","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}""",
    ("openai_chat", "surrogates-left-apart"): """
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"\\ud83d"}}]}
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"\\ude00"},"finish_reason":"stop"}]}""",
    ("openai_chat", "numbers-added-up"): """
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"A","token_id":10}}]}
        {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"B","token_id":20},"finish_reason":"stop"}]}""",
    ("openai_responses", "equal"): """
        {"type":"response.created","sequence_number":0,"response":{"id":"r","object":"response","created_at":1,"status":"in_progress","model":"m","output":[]}}
        {"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":{"id":"i","type":"message","role":"assistant","status":"in_progress","content":[]}}
        {"type":"response.content_part.added","sequence_number":2,"item_id":"i","output_index":0,"content_index":0,"part":{"type":"output_text","text":"","annotations":[]}}
        {"type":"response.output_text.delta","sequence_number":3,"item_id":"i","output_index":0,"content_index":0,"delta":"A","logprobs":[]}
        {"type":"response.output_item.done","sequence_number":4,"output_index":0,"item":{"id":"i","type":"message","role":"assistant","status":"completed","content":[{"type":"output_text","text":"A","annotations":[]}]}}
        {"type":"response.completed","sequence_number":5,"response":{"id":"r","object":"response","created_at":1,"status":"completed","model":"m","output":[{"id":"i","type":"message","role":"assistant","status":"completed","content":[{"type":"output_text","text":"A","annotations":[]}]}]}}""",
    ("openai_responses", "empty-output-believed"): """
        {"type":"response.created","sequence_number":0,"response":{"id":"r","object":"response","created_at":1,"status":"in_progress","model":"m","output":[]}}
        {"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":{"id":"i","type":"reasoning","summary":[]}}
        {"type":"response.output_item.done","sequence_number":2,"output_index":0,"item":{"id":"i","type":"reasoning","summary":[]}}
        {"type":"response.completed","sequence_number":3,"response":{"id":"r","object":"response","created_at":1,"status":"completed","model":"m","output":[]}}""",
    ("openai_responses", "unfinished-given-up"): """
        {"type":"response.created","sequence_number":0,"response":{"id":"r","object":"response","created_at":1,"status":"in_progress","model":"m","output":[]}}
        {"type":"response.incomplete","sequence_number":1,"response":{"id":"r","object":"response","created_at":1,"status":"incomplete","model":"m","output":[]}}""",
    ("openai_responses", "order-of-events-insisted-on"): """
        {"type":"response.queued","sequence_number":0,"response":{"id":"r","object":"response","created_at":1,"status":"queued","model":"m","output":[]}}
        {"type":"response.completed","sequence_number":1,"response":{"id":"r","object":"response","created_at":1,"status":"completed","model":"m","output":[]}}""",
    ("anthropic_messages", "equal"): """
        {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"c","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":1}}}
        {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}
        {"type":"ping"}
        {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm"}}
        {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"s"}}
        {"type":"content_block_stop","index":0}
        {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}
        {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"A"}}
        {"type":"content_block_delta","index":1,"delta":{"type":"citations_delta","citation":{"type":"char_location","cited_text":"x","document_index":0,"document_title":"d","start_char_index":0,"end_char_index":1}}}
        {"type":"content_block_stop","index":1}
        {"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}
        {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\\"a\\":"}}
        {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"1}"}}
        {"type":"content_block_stop","index":2}
        {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":9}}
        {"type":"message_stop"}""",
    ("anthropic_messages", "unknown-usage-dropped"): """
        {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"c","content":[],"usage":{"input_tokens":3,"output_tokens":1}}}
        {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9,"cost":0.1}}
        {"type":"message_stop"}""",
    ("anthropic_messages", "unknown-message-delta-dropped"): """
        {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"c","content":[],"usage":{"input_tokens":3,"output_tokens":1}}}
        {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9},"context_management":{"applied_edits":[]}}
        {"type":"message_stop"}""",
    ("anthropic_messages", "unknown-delta-dropped"): """
        {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"c","content":[],"usage":{"input_tokens":3,"output_tokens":1}}}
        {"type":"content_block_start","index":0,"content_block":{"type":"compaction","content":null}}
        {"type":"content_block_delta","index":0,"delta":{"type":"compaction_delta","content":"Before."}}
        {"type":"message_stop"}""",
    ("anthropic_messages", "partial-input-parsed"): """
        {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"c","content":[],"usage":{"input_tokens":3,"output_tokens":1}}}
        {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}
        {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\\"path\\": \\"/ho"}}""",
    ("anthropic_messages", "signature-replaced"): """
        {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"c","content":[],"usage":{"input_tokens":3,"output_tokens":1}}}
        {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}
        {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"s"}}
        {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"t"}}""",
    ("anthropic_messages", "order-of-blocks-insisted-on"): """
        {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"c","content":[],"usage":{"input_tokens":3,"output_tokens":1}}}
        {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"A"}}""",
}  # fmt: skip


@pytest.mark.parametrize(("api", "name"), OWN, ids=lambda value: value)
def test_own_stream(api: str, name: str) -> None:
    chunks = [json.loads(line) for line in OWN[api, name].split("\n") if line.strip()]
    assembler = APIS[api].assembler()
    for chunk in chunks:
        assembler.feed(chunk)
    found = differences(api, chunks, assembler.object)
    assert all(reason(api, difference) for difference in found), found
    assert {reason(api, difference).name for difference in found} == ({name} - {"equal"})  # type: ignore[union-attr]


def test_every_reason_has_its_own_stream() -> None:
    assert {(one.api, one.name) for one in REASONS} | {(api, "equal") for api in REFEREES} == set(OWN)


def real_streams(shared: Path) -> Iterator[Stream]:
    for path in sorted((shared / "corpora" / "streams").iterdir()):
        if path.suffix in (".sse", ".jsonl") and not path.name.endswith(".request.json"):
            try:
                yield from map(interpret, read(str(path)))
            except UnreadableInput:  # unreadable files are covered by the tests of formats
                continue


def test_real_streams(shared: Path) -> None:
    if not (shared / "corpora" / "streams").is_dir():
        pytest.skip("the folder of real streams is not here")
    table: Counter[tuple[str, str]] = Counter()
    unexplained = []
    for stream in real_streams(shared):
        if stream.api in REFEREES and stream.chunks and stream.streamed:
            found = differences(stream.api, list(stream.chunks), assemble(stream).object)  # type: ignore[union-attr]
            unexplained += [(stream.file, one) for one in found if reason(stream.api, one) is None]
            table[stream.api, "different" if found else "equal"] += 1
    assert not unexplained
    assert {api for api, _ in table} == set(REFEREES)


ROOT = Path(__file__).parents[2]
GOLDEN = sorted((ROOT / "tests" / "golden").rglob("*.json"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_sdk_reads_our_samples_as_their_golden_messages_say(path: Path) -> None:
    """The program wrote the golden messages; the official SDK reads the same chunks independently of it, and where there is none,
    the texts in the chunks are joined here."""
    sample = ROOT / "recordings" / path.parent.name / f"{path.stem}.jsonl"
    for stream, expected in zip(map(interpret, read(str(sample))), json.loads(path.read_text("utf-8")), strict=True):
        chunks = list(stream.chunks)
        if stream.api in REFEREES and chunks and stream.streamed:
            assert [one for one in differences(stream.api, chunks, expected) if reason(stream.api, one) is None] == []
        elif chunks and stream.verdict == "complete":
            text = "".join(filter(None, map(_text, chunks)))
            assert text and text in _strings(expected)


def _text(chunk: dict[str, object]) -> str | None:
    """The text of a chunk, for the APIs without a referee that have a sample: Gemini, Ollama, completions, Responses, Realtime."""
    if chunk.get("type") in ("response.output_text.delta", "response.output_audio_transcript.delta"):
        return str(chunk["delta"])
    flat = json.dumps(chunk, ensure_ascii=False)
    found = re.search(r'"(?:text|content)": "((?:[^"\\]|\\.)*)"', flat)
    return json.loads(f'"{found[1]}"') if found and "type" not in chunk else None


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for each in inner for text in _strings(each)]
