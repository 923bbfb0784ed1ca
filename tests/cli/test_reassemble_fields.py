"""`streamkit reassemble`: what must not be lost, duplicated or invented, checked on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from streamkit.cli.reassemble import command
from tests.clicking import CliRunner

HEAD = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}


def chunk(delta: dict[str, Any], finish: str | None = None, choice: int = 0, **top: Any) -> dict[str, Any]:
    return {**HEAD, "choices": [{"index": choice, "delta": delta, "finish_reason": finish}], **top}


def call(index: int, id: str | None = None, name: str | None = None, arguments: str = "") -> dict[str, Any]:
    """Return a fragment of a tool call."""
    return {"tool_calls": [{"index": index, "id": id, "function": {"name": name, "arguments": arguments}}]}


def reassembled(folder: Path, chunks: list[dict[str, Any]], *options: str, done: bool = True) -> tuple[str, int]:
    """Return what the command prints for these chunks, and its exit code."""
    path = folder / "stream.sse"
    events = [json.dumps(one) for one in chunks] + ["[DONE]"] * done
    path.write_text("".join(f"data: {event}\n\n" for event in events))
    result = CliRunner().invoke(command, [str(path), *options], standalone_mode=False)
    return result.stdout, result.return_value


def answer(folder: Path, chunks: list[dict[str, Any]]) -> Any:
    return json.loads(reassembled(folder, chunks)[0])


def message(folder: Path, *chunks: dict[str, Any]) -> Any:
    return answer(folder, [*chunks, chunk({}, "stop")])["choices"][0]["message"]


def test_a_surrogate_pair_split_over_two_chunks_is_one_character(tmp_path: Path) -> None:
    halves = [chunk({"content": "\ud83d"}), chunk({"content": "\ude00!"}, "stop")]
    assert reassembled(tmp_path, halves, "--text") == ("😀!\n", 0)


def test_audio_is_joined_as_base64_and_the_transcript_as_text(tmp_path: Path) -> None:
    pieces = [
        {"id": "audio_1", "transcript": "Hel", "data": "aGVs"},
        {"transcript": "lo", "data": "bG8="},
        {"expires_at": 9},
    ]
    found = message(tmp_path, *[chunk({"audio": piece}) for piece in pieces])
    assert found["audio"] == {"id": "audio_1", "transcript": "Hello", "data": "aGVsbG8=", "expires_at": 9}


def test_citations_and_annotations_are_all_kept(tmp_path: Path) -> None:
    notes = [{"type": "url_citation", "url_citation": {"url": f"https://example.org/{number}"}} for number in range(3)]
    chunks = [chunk({"content": "x", "annotations": [note]}, citations=["https://example.org/"]) for note in notes]
    assert message(tmp_path, *chunks)["annotations"] == notes
    assert answer(tmp_path, chunks)["citations"] == ["https://example.org/"]


def test_interleaved_parallel_calls_are_two_calls(tmp_path: Path) -> None:
    chunks = [
        chunk(call(0, "a", "f", '{"x":')),
        chunk(call(1, "b", "g", '{"y":')),
        chunk(call(0, arguments="1}")),
        chunk(call(1, arguments="2}"), "tool_calls"),
    ]
    assert [json.loads(line) for line in reassembled(tmp_path, chunks, "--tool-calls")[0].splitlines()] == [
        {"choice": 0, "id": "a", "name": "f", "arguments": '{"x":1}'},
        {"choice": 0, "id": "b", "name": "g", "arguments": '{"y":2}'},
    ]


def test_calls_with_the_same_index_are_distinguished_by_id(tmp_path: Path) -> None:
    chunks = [
        chunk(call(0, "a", "f", '{"x":1}')),
        chunk(call(0, "b", "g", '{"y":')),
        chunk(call(0, arguments="2}"), "tool_calls"),
    ]
    assert [
        json.loads(line)["arguments"] for line in reassembled(tmp_path, chunks, "--tool-calls")[0].splitlines()
    ] == [
        '{"x":1}',
        '{"y":2}',
    ]


def test_a_refusal_is_joined_and_is_text(tmp_path: Path) -> None:
    chunks = [chunk({"role": "assistant", "refusal": "I can"}), chunk({"refusal": "not."}, "stop")]
    assert reassembled(tmp_path, chunks, "--text") == ("I cannot.\n", 0)
    assert answer(tmp_path, chunks)["choices"][0]["message"]["refusal"] == "I cannot."


def test_log_probabilities_are_complete_and_in_order(tmp_path: Path) -> None:
    chunks = [chunk({"content": text}) for text in ("a", "b")]
    for one, text in zip(chunks, ("a", "b"), strict=True):
        one["choices"][0]["logprobs"] = {"content": [{"token": text, "logprob": -1.0}], "refusal": None}
    found = answer(tmp_path, chunks)["choices"][0]["logprobs"]
    assert [entry["token"] for entry in found["content"]] == ["a", "b"]


def test_usage_in_every_chunk_is_the_last_one_and_not_a_sum(tmp_path: Path) -> None:
    chunks = [
        chunk({"content": "x"}, usage={"prompt_tokens": 3, "completion_tokens": count, "total_tokens": 3 + count})
        for count in (1, 2, 3)
    ]
    assert answer(tmp_path, chunks)["usage"] == {"prompt_tokens": 3, "completion_tokens": 3, "total_tokens": 6}
    assert answer(tmp_path, [*chunks, {**HEAD, "choices": [], "usage": None}])["usage"]["completion_tokens"] == 3


def test_unknown_fields_are_kept_at_every_level(tmp_path: Path) -> None:
    first = chunk({"content": "x", "mood": "bri", "nested": {"deep": "a", "count": 1}}, top_level={"a": 1})
    first["choices"][0]["beside"] = {"b": 2}
    second = chunk(
        {"mood": "ght", "nested": {"deep": "b", "count": 2}, **call(0, "a", "f")}, "stop", top_level={"c": 3}
    )
    second["choices"][0]["delta"]["tool_calls"][0]["extra"] = {"signature": "s"}
    found = answer(tmp_path, [first, second])
    assert found["top_level"] == {"a": 1, "c": 3}
    assert found["choices"][0]["beside"] == {"b": 2}
    assert found["choices"][0]["message"]["mood"] == "bright"
    assert found["choices"][0]["message"]["nested"] == {"deep": "ab", "count": 2}
    assert found["choices"][0]["message"]["tool_calls"][0]["extra"] == {"signature": "s"}


def test_markdown_shows_no_missing_id_and_labels_only_json_as_json(tmp_path: Path) -> None:
    chunks = [
        chunk({"reasoning": "Hm.\n\n"}),
        chunk(call(0, None, "f", "{}")),
        chunk(call(1, "b", "run", "print(1)"), "tool_calls"),
        {**HEAD, "choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}},
    ]
    assert reassembled(tmp_path, chunks, "--format", "markdown")[0] == (
        "## assistant (m)\n\n> Hm.\n\n**f**\n\n```json\n{}\n```\n\n**run** `b`\n\n```\nprint(1)\n```\n\n"
        "*finish: tool_calls · 1 token in · 2 tokens out*\n"
    )


@pytest.mark.parametrize("finish", [None, "", "null"])
def test_a_finish_reason_is_never_invented(tmp_path: Path, finish: str | None) -> None:
    printed, code = reassembled(tmp_path, [chunk({"content": "x"}, finish)], done=False)
    assert json.loads(printed)["choices"][0]["finish_reason"] is None
    assert code == 1


def test_jsonl_has_one_line_per_message(tmp_path: Path) -> None:
    path = tmp_path / "conversation.jsonl"
    lines = [
        {**one, "id": id}
        for id in ("c1", "c2", "c3")
        for one in (chunk({"role": "assistant", "content": f"I am {id}."}), chunk({}, "stop"))
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    result = CliRunner().invoke(command, [str(path), "--format", "jsonl"], standalone_mode=False)
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one["id"] for one in found] == ["c1", "c2", "c3"], result.stdout
    assert found[1]["choices"][0]["message"]["content"] == "I am c2."
