"""How many of the defects that can be made in a good stream lint finds: most, in every API with tables.

    pytest -n 0 -s tests/rules/test_defects.py

prints the rates and what is missed. Some of it no table can find: a text that was dropped leaves no trace where the stream
neither counts its chunks nor tells the whole.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import pytest

from streamkit.apis import interpret
from streamkit.model.exchange import End, Exchange, Frame, Frames, Response
from streamkit.rules import lint, selected

from .defects import Defect, Good, body_of, defects, events_of
from .major_defects import more

LEAST = 0.85
"""The share of defects that are found as an error or a warning."""
LEAST_OF_MAJOR = 0.93
"""The same in the APIs that are spoken most, of more kinds."""

_CHAT = frozenset({"system_fingerprint", "refusal", "logprobs", "usage"})
MAJOR = (
    Good("openai_chat", "chat.sse", optional=_CHAT, text="choices.0.delta.content", total="usage.total_tokens"),
    Good(
        "openai_chat",
        "tools.sse",
        optional=_CHAT | {"content"},
        cut="choices.0.delta.tool_calls.0.function.arguments",
    ),
    Good("openai_chat", "n2.sse", optional=_CHAT, text="choices.0.delta.content"),
    Good("openai_responses", "responses.sse", text="delta"),
    Good(
        "anthropic_messages",
        "anthropic.sse",
        optional=frozenset({"delta.stop_sequence"}),
        text="delta.text",
        cut="delta.partial_json",
    ),
    Good("anthropic_messages", "thinking.sse", optional=frozenset({"delta.stop_sequence"}), text="delta.thinking"),
    Good(
        "gemini",
        "gemini.sse",
        optional=frozenset({"index", "usageMetadata"}),
        text="candidates.0.content.parts.0.text",
        total="usageMetadata.totalTokenCount",
    ),
)

# What a message of LangChain may have.
_MESSAGE_SO_FAR = frozenset(
    {"additional_kwargs", "response_metadata", "name", "invalid_tool_calls", "usage_metadata", "artifact", "status"}
) | {"tool_call_id"}

GOOD = (
    Good(
        "anthropic_completions",
        "text-completion.sse",
        optional=frozenset({"stop", "log_id"}),
        text="completion",
    ),
    Good(
        "bedrock_agent",
        "agent.ndjson",
        # The service model requires none of these.
        optional=frozenset(
            {
                *(
                    "agentAliasId",
                    "agentId",
                    "agentVersion",
                    "callerChain",
                    "agentAliasArn",
                    "eventTime",
                    "text",
                    "type",
                ),
                *("foundationModel", "inferenceConfiguration", "maximumLength", "stopSequences", "temperature"),
                *("topK", "topP", "metadata", "clientRequestId", "startTime", "endTime", "totalTimeMs", "usage"),
                *("inputTokens", "outputTokens", "rawResponse", "content", "invocationType", "name", "value"),
                *("actionGroupInvocationInput", "actionGroupName", "function", "executionType", "parameters"),
                *("actionGroupInvocationOutput", "finalResponse"),
            }
        ),
    ),
    Good(
        "bedrock_agent",
        "agent-cited.ndjson",
        optional=frozenset(
            {
                *("attribution", "citations", "generatedResponsePart", "textResponsePart", "text", "span", "start"),
                *("end", "retrievedReferences", "content", "type", "s3Location", "uri", "metadata", "page", "name"),
                *("location", "agentId", "function", "actionInvocationType", "parameters", "value"),
                *("returnControl.invocationInputs.0.functionInvocationInput",),
            }
        ),
        free=frozenset({"page"}),
    ),
    Good(
        "bedrock_converse",
        "converse-tool.sse",
        text="contentBlockDelta.delta.text",
        total="metadata.usage.totalTokens",
        cut="contentBlockDelta.delta.toolUse.input",
    ),
    Good("bedrock_invoke", "anthropic.sse", within=True, text="delta.text"),
    Good(
        "bedrock_invoke",
        "invoke-titan.ndjson",
        optional=frozenset({"index", "inputTextTokenCount", "totalOutputTextTokenCount", "completionReason"}),
    ),
    Good(
        "cohere",
        "cohere-tool.sse",
        optional=frozenset(
            {
                "delta.message.content",
                "delta.message.tool_plan",
                "delta.message.tool_calls",
                "delta.message.citations",
                "delta.message.citations.type",
                "cached_tokens",
            }
        ),
        text="delta.message.content.text",
        cut="delta.message.tool_calls.function.arguments",
    ),
    Good(
        "cohere",
        "cohere-v1.sse",
        optional=frozenset(
            {"response_id", "chat_history", "api_version", "billed_units", "tokens", "response.finish_reason"}
        ),
        text="text",
    ),
    Good(
        "ollama",
        "ollama-tool.ndjson",
        optional=frozenset(
            {"thinking", "tool_calls", "load_duration", "prompt_eval_count", "prompt_eval_duration", "eval_duration"}
        ),
        free=frozenset({"city"}),
        text="message.content",
    ),
    Good(
        "ollama",
        "ollama-generate.ndjson",
        optional=frozenset({"context", "load_duration", "prompt_eval_count", "prompt_eval_duration", "eval_duration"}),
        text="response",
    ),
    Good(
        "openai_assistants",
        "assistants.sse",
        optional=frozenset(
            {
                *("started_at", "expires_at", "cancelled_at", "failed_at", "completed_at", "incomplete_at"),
                *("required_action", "last_error", "incomplete_details", "usage", "metadata", "attachments"),
                *("instructions", "temperature", "top_p", "max_completion_tokens", "max_prompt_tokens"),
                *("truncation_strategy", "last_messages", "response_format", "tool_choice", "parallel_tool_calls"),
                *("delta.content.0.text.annotations", "assistant_id", "run_id"),
                *(f"delta.step_details.tool_calls.0.{name}" for name in ("id", "code_interpreter")),
                *(f"delta.step_details.tool_calls.0.code_interpreter.{name}" for name in ("input", "outputs")),
            }
        ),
        text="delta.content.0.text.value",
        total="usage.total_tokens",
    ),
    Good(
        "gemini_interactions",
        "interactions.sse",
        optional=frozenset(
            {
                *("interaction.model", "created", "updated", "service_tier", "input_tokens_by_modality", "modality"),
                *("tokens", "total_cached_tokens", "total_tool_use_tokens"),
            }
        ),
        text="delta.text",
        total="interaction.usage.total_tokens",
        cut="delta.arguments",
    ),
    Good(
        "mistral_conversations",
        "conversation.sse",
        optional=frozenset({"created_at", "model", "agent_id", "url"}),
        text="content",
        total="usage.total_tokens",
        cut="arguments",
    ),
    Good("tgi", "tgi.sse", optional=frozenset({"seed"}), text="token.text", total="details.generated_tokens"),
    Good(
        "cloudflare",
        "cloudflare.sse",
        optional=frozenset({"p", "tool_calls", "usage"}),
        free=frozenset({"city"}),
        text="response",
        total="usage.total_tokens",
    ),
    Good("watsonx", "watsonx.sse", optional=frozenset({"model_version"}), text="results.0.generated_text"),
    Good("replicate", "replicate.sse"),
    Good(
        "openai_transcription",
        "transcription.sse",
        optional=frozenset(
            {"logprobs", "token", "bytes", "logprob", "usage", "input_token_details", "text_tokens", "audio_tokens"}
        ),
        text="delta",
        total="usage.total_tokens",
    ),
    Good(
        "openai_transcription",
        "transcription-diarized.sse",
        optional=frozenset({"segment_id", "usage", "input_token_details", "text_tokens", "audio_tokens"}),
        text="delta",
        total="usage.total_tokens",
    ),
    Good(
        "a2a",
        "a2a.sse",
        optional=frozenset({"timestamp", "history", "name", "message", "append", "lastChunk", "text", "id"}),
        text="result.artifactUpdate.artifact.parts.0.text",
    ),
    Good(
        "a2a",
        "a2a-v03.sse",
        optional=frozenset({"timestamp", "history", "name", "message", "append", "lastChunk"}),
        text="result.artifact.parts.0.text",
    ),
    Good(
        "ag_ui",
        "ag-ui.sse",
        optional=frozenset(
            {
                *("timestamp", "parentMessageId", "outcome", "usage", "model", "inputTokens", "outputTokens"),
                *("totalTokens", "TEXT_MESSAGE_START", "snapshot", "value"),
            }
        ),
        free=frozenset({"steps"}),
        text="delta",
        total="usage.0.totalTokens",
    ),
    Good(
        "langgraph",
        "langgraph.sse",
        # The state may be anything, and so may its updates, and the application's metadata beside a piece.
        optional=frozenset({"attempt", "messages", "model", "tool_call_chunks"}),
        free=frozenset({"model", "langgraph_node"}),
    ),
    Good(
        "langgraph",
        "langgraph-messages.sse",
        optional=_MESSAGE_SO_FAR | {"attempt", "tool_calls", "0.tool_calls.0.id", "0.tool_calls.0.type"},
        free=_MESSAGE_SO_FAR | {"graph_id", "langgraph_node", "city"},
        # Each event repeats all there was, and models send several that add nothing.
        invisible=frozenset({"event dropped", "event doubled"}),
    ),
    Good(
        "langgraph",
        "langserve.sse",
        optional=frozenset({"content", "type", "id", "tool_calls", "tool_call_chunks"}),
        free=frozenset({"content", "type", "id", "tool_calls", "tool_call_chunks"}),
        text="content",
        # The output may be anything, in any number of pieces.
        invisible=frozenset({"event dropped", "events swapped"}),
    ),
    Good(
        "mcp",
        "mcp.sse",
        optional=frozenset(
            {"total", "message", "mode", "requestedSchema", "isError", "structuredContent", "content", "type", "data"}
        ),
        free=frozenset({"requestedSchema", "structuredContent", "data"}),
    ),
    Good(
        "ai_sdk_ui",
        "ui-message.sse",
        # A result or data of an application may be null, and data may have no ID.
        optional=frozenset(
            {"messageId", "messageMetadata", "title", "finishReason", "providerMetadata", "anthropic", "output", "data"}
        ),
        free=frozenset({"rain", "city", "status", "createdAt", "totalTokens", "signature"}),
        text="delta",
        cut="inputTextDelta",
    ),
    Good(
        "ai_data_stream",
        "data-stream.txt",
        # A result may be anything; the client reads neither a source nor whether a step is continued.
        optional=frozenset({"usage", "promptTokens", "completionTokens", "isContinued", "result", "title"}),
        free=frozenset({"rain", "city", "status", "cached"}),
        cut="argsTextDelta",
    ),
    Good(
        "openai_realtime",
        "realtime.ndjson",
        # As the SDK's own types tell; it passes the session on unread.
        optional=frozenset(
            {
                *("object", "model", "output_modalities", "previous_item_id", "status", "status_details", "output"),
                *("conversation_id", "max_output_tokens", "usage", "metadata", "transcript", "content_index", "delta"),
                *("total_tokens", "input_tokens", "output_tokens", "input_token_details", "output_token_details"),
                *("text_tokens", "audio_tokens", "cached_tokens", "name", "limit", "remaining", "reset_seconds"),
                *("item.id", "response.id", "session.id", "output.0.id", "item.call_id", "content.0.type", "part.type"),
                *("session.type", "usage.type", "usage.seconds"),
            }
        ),
        free=frozenset({"session", "usage", "seconds", "max_output_tokens", "model"}),
        text="delta",
        total="response.usage.total_tokens",
        cut="delta",
    ),
    Good(
        "writer_completions",
        "writer.sse",
        text="value",
        # A chunk is its text and nothing else: without one, or with two in another order, it is another valid stream.
        invisible=frozenset({"event dropped", "event moved", "events swapped"}),
    ),
)


def found(good: Good, body: bytes) -> bool:
    """Whether lint finds an error or a warning, with the rules that are enabled by default."""
    lines = good.within or good.file.endswith(".ndjson")
    kind = "application/x-ndjson" if lines else "text/event-stream"
    response = Response(0, 200, headers=(("content-type", kind),))
    frames = [Frame(body, 0)]
    if good.websocket:
        response = Response(0, 101, headers=(("upgrade", "websocket"),))
        frames = [Frame(line, 0) for line in body.split(b"\n") if line]
    exchange = Exchange(frames=Frames.of(frames), response=response, end=End(at=0, reason="eof"))
    stream = interpret(exchange, api=good.api, judge=True)
    return any(finding.severity != "info" for finding in lint(stream, selected()))


@pytest.mark.parametrize("good", [*GOOD, *MAJOR], ids=lambda good: good.file)
def test_a_good_stream_is_clean(good: Good) -> None:
    assert not found(good, body_of(good, events_of(good)))


@pytest.mark.parametrize("api", sorted({good.api for good in GOOD}))
def test_most_defects_of_an_api_are_found(api: str) -> None:
    made = [(good, defect) for good in GOOD if good.api == api for defect in defects(good)]
    missed, _ = judged(api, made)
    assert len(missed) <= (1 - LEAST) * len(made), missed


@pytest.mark.parametrize("api", sorted({good.api for good in MAJOR}))
def test_nearly_all_defects_of_a_major_api_are_found(api: str) -> None:
    made = [(good, defect) for good in MAJOR if good.api == api for defect in (*defects(good), *more(good))]
    missed, kinds = judged(api, made)
    assert len(kinds) >= 25
    assert len(missed) <= (1 - LEAST_OF_MAJOR) * len(made), missed


def judged(api: str, made: Sequence[tuple[Good, Defect]]) -> tuple[list[str], set[str]]:
    """What is missed of these defects, and the kinds that they are of; both are printed."""
    missed = [f"{defect.kind}: {good.file}, {defect.where}" for good, defect in made if not found(good, defect.body)]
    kinds = {defect.kind for _, defect in made}
    summary = f"{api}: {len(made) - len(missed)} of {len(made)} defects of {len(kinds)} kinds are found"
    sys.stdout.write("\n    ".join([f"\n{summary}", *missed]))
    return missed, kinds
