"""openai-python: chunks read one by one (`create(stream=True)`) and the helpers that put them together (`.stream()`)."""

from __future__ import annotations

from typing import Any

import openai
from common import RETRIES, answer, at, drive


def client(base: str) -> openai.OpenAI:
    return openai.OpenAI(**at(base_url=f"{base}/v1", api_key="none"), **RETRIES)


def create(base: str, api: str, model: str) -> dict[str, Any]:
    """As applications read it: deltas appended by the index of the choice, tool calls by theirs."""
    if api == "openai_responses":
        return _events(client(base).responses.create(model=model, input="x", stream=True))
    if api == "openai_completions":
        return _appended(client(base).completions.create(model=model, prompt="x", stream=True))
    return _appended(client(base).chat.completions.create(model=model, messages=[], stream=True))


def stream(base: str, api: str, model: str) -> dict[str, Any]:
    if api == "openai_responses":
        return _response(base, model)
    if api == "openai_assistants":
        return _run(base, model)
    with client(base).chat.completions.stream(model=model, messages=[]) as streaming:
        for _ in streaming:
            pass
        final = streaming.current_completion_snapshot.to_dict()
    return _completion(final)


def plain(base: str, api: str, model: str) -> dict[str, Any]:
    if api == "openai_responses":
        return _final(client(base).responses.create(model=model, input="x"))
    if api == "openai_completions":
        return _completion(client(base).completions.create(model=model, prompt="x").to_dict())
    return _completion(client(base).chat.completions.create(model=model, messages=[]).to_dict())


def _completion(final: dict[str, Any]) -> dict[str, Any]:
    choices: Any = final["choices"]
    messages = [choice.get("message") or {"content": choice.get("text"), "role": "assistant"} for choice in choices]
    usage: Any = final.get("usage")
    return answer(
        text="\n".join(_text(message.get("content")) for message in messages),
        reasoning="".join(_text(message.get("reasoning_content")) for message in messages),
        calls=[
            [call.get("id"), call["function"].get("name"), call["function"].get("arguments")]
            for message in messages
            for call in message.get("tool_calls") or ()
        ],
        finish=[choice.get("finish_reason") for choice in choices],
        usage=usage and [usage.get("prompt_tokens"), usage.get("completion_tokens")],
        role=[message.get("role") for message in messages],
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else repr(value)


def _appended(chunks: Any) -> dict[str, Any]:
    texts: dict[Any, str] = {}
    finish: dict[Any, Any] = {}
    calls: dict[Any, list[Any]] = {}
    reasoning, usage = "", None
    for chunk in chunks:
        for choice in chunk.choices or ():
            finish[choice.index] = choice.finish_reason or finish.get(choice.index)
            delta = getattr(choice, "delta", None)
            texts[choice.index] = texts.get(choice.index, "") + (
                (delta.content if delta else getattr(choice, "text", "")) or ""
            )
            reasoning += (delta and getattr(delta, "reasoning_content", "")) or ""
            for call in (delta and delta.tool_calls) or ():
                known = calls.setdefault((choice.index, call.index), [None, "", ""])
                known[0] = call.id or known[0]
                if call.function:
                    known[1] += call.function.name or ""
                    known[2] += call.function.arguments or ""
        usage = chunk.usage or usage
    return answer(
        text="\n".join(texts.values()),
        reasoning=reasoning,
        calls=list(calls.values()),
        finish=list(finish.values()),
        usage=usage and [usage.prompt_tokens, usage.completion_tokens],
    )


def _events(events: Any) -> dict[str, Any]:
    text, reasoning, calls, finish, usage = "", "", [], None, None
    for event in events:
        if event.type == "response.output_text.delta":
            text += event.delta
        elif event.type in ("response.reasoning_summary_text.delta", "response.reasoning_text.delta"):
            reasoning += event.delta
        elif event.type == "response.output_item.done" and event.item.type == "function_call":
            calls.append([event.item.call_id, event.item.name, event.item.arguments])
        elif event.type in ("response.completed", "response.incomplete", "response.failed"):
            finish, usage = event.response.status, event.response.usage
    return answer(
        text=text,
        reasoning=reasoning,
        calls=calls,
        finish=finish,
        usage=usage and [usage.input_tokens, usage.output_tokens],
    )


def _response(base: str, model: str) -> dict[str, Any]:
    with client(base).responses.stream(model=model, input="x") as streaming:
        for _ in streaming:
            pass
        final = streaming.get_final_response()
    return _final(final)


def _final(final: Any) -> dict[str, Any]:
    items = final.output
    return answer(
        text=final.output_text,
        reasoning="".join(part.text for item in items if item.type == "reasoning" for part in item.summary),
        calls=[[item.call_id, item.name, item.arguments] for item in items if item.type == "function_call"],
        finish=final.status,
        usage=final.usage and [final.usage.input_tokens, final.usage.output_tokens],
    )


def _run(base: str, model: str) -> dict[str, Any]:
    """AssistantEventHandler, over the thread whose id is the model's."""
    with client(base).beta.threads.runs.stream(thread_id=model, assistant_id="a") as streaming:
        streaming.until_done()
        run = streaming.current_run
        messages = streaming.get_final_messages() if streaming.current_message_snapshot else []
        steps = streaming.get_final_run_steps()
    calls: list[list[Any]] = [
        [call.id, call.function.name, call.function.arguments]
        for step in steps
        if step.step_details.type == "tool_calls"
        for call in step.step_details.tool_calls
        if call.type == "function"
    ]
    return answer(
        text="".join(part.text.value for message in messages for part in message.content if part.type == "text"),
        calls=calls,
        finish=run and run.status,
        usage=run and run.usage and [run.usage.prompt_tokens, run.usage.completion_tokens],
    )


drive({"create(stream=True)": create, ".stream()": stream}, plain={"create(stream=True)": plain})
