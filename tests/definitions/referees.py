"""Runs the own code of a benchmark tool over the cases of `wire_cases.py`, with a clock that the reads move.

A program for the Python in which the tool is installed: it imports nothing of ours. `referees.py TOOL < cases.json` writes
the tool's answers as JSON, times in nanoseconds. Of vLLM and SGLang, which are large, one file is enough: `--file PATH`.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import dataclasses
import json
import sys
import traceback
import types
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

MAX_TOKENS = 10
Answer = dict[str, Any]


class Clock:
    """Stands in for the module `time`: a case moves it to the time of each read. Nanoseconds from an arbitrary start."""

    START = 10**12

    def __init__(self) -> None:
        self.now = self.START

    def at(self, milliseconds: float) -> None:
        self.now = self.START + round(milliseconds * 1e6)

    def perf_counter_ns(self) -> int:
        return self.now

    time_ns = monotonic_ns = perf_counter_ns

    def perf_counter(self) -> float:
        return self.now / 1e9

    time = monotonic = perf_counter


def words(text: str) -> int:
    return len(text.split())


def ns(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1e9)


def failed(error: str) -> Answer:
    lines = error.strip().splitlines()
    return {"fails": lines[-1][:160] if lines else "failed"}


def content_of(case: dict[str, Any], clock: Clock) -> Any:
    """The body as aiohttp's own reader gives it: a frame is fed when more is wanted."""
    from aiohttp import StreamReader

    frames = [(at, data.encode("latin-1")) for at, data in case["frames"]]

    class Fed(StreamReader):
        async def _wait(self, _: str) -> None:
            if frames:
                at, data = frames.pop(0)
                clock.at(at)
                self.feed_data(data)
            else:
                clock.at(case["closed"])
                self.feed_eof()

    def nothing(*_: Any, **__: Any) -> None:
        pass

    protocol: Any = SimpleNamespace(_reading_paused=False, pause_reading=nothing, resume_reading=nothing)
    return Fed(protocol, 2**20, loop=asyncio.get_running_loop())


class Session:
    """A client session of aiohttp that answers every request with the case."""

    def __init__(self, case: dict[str, Any], clock: Clock) -> None:
        self.response = SimpleNamespace(
            status=200, reason="OK", content=content_of(case, clock), content_type=case["content_type"], headers={}
        )

    def post(self, **_: Any) -> Session:
        return self

    async def __aenter__(self) -> Any:
        return self.response

    async def __aexit__(self, *_: object) -> None:
        pass


def names_in(path: str, wanted: Callable[[ast.stmt], bool], given: dict[str, Any]) -> dict[str, Any]:
    """The definitions of a file that are wanted, run in a namespace of their own."""
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    tree.body = [node for node in tree.body if wanted(node)]
    exec(compile(tree, path, "exec"), given)  # noqa: S102 - the tool's own code is the referee
    return given


def with_usage(reported: int | None, text: str, measured: Answer) -> Answer:
    """The part of vLLM's and SGLang's `calculate_metrics` that is about one request."""
    count = reported or words(text)
    per_token = (measured["end_ns"] - measured["ttft_ns"]) / (count - 1) if count > 1 else None
    return {**measured, "tokens": count, "per_token_ns": per_token}


class Vllm:
    def __init__(self, clock: Clock, path: str) -> None:
        self.clock = clock
        given = {"__name__": "endpoint", "__file__": path}
        module = types.ModuleType("endpoint")
        module.__dict__.update(given)
        sys.modules["endpoint"] = module
        code = compile(Path(path).read_text(encoding="utf-8"), path, "exec")
        exec(code, module.__dict__)  # noqa: S102 - the tool's own code is the referee
        module.__dict__["time"] = clock
        self.names = module.__dict__

    async def answer(self, case: dict[str, Any]) -> Answer | None:
        backend = {
            "openai_chat": ("openai-chat", "chat/completions"),
            "openai_completions": ("openai", "completions"),
            "openai_responses": ("openai-responses", "responses"),
        }.get(case["api"])
        function = self.names["ASYNC_REQUEST_FUNCS"].get(backend[0]) if backend else None
        if function is None or backend is None:
            return None
        self.clock.at(0)
        request = self.names["RequestFuncInput"](
            prompt="hi", api_url=f"http://x/v1/{backend[1]}", prompt_len=1, output_len=MAX_TOKENS, model="m"
        )
        output = await function(request, Session(case, self.clock))
        if not output.success:
            return failed(output.error)
        measured = {
            "ttft_ns": ns(output.ttft),
            "end_ns": ns(output.latency),
            "gaps_ns": [ns(gap) for gap in output.itl],
        }
        return with_usage(output.output_tokens, output.generated_text, measured)


class Sglang:
    KEPT = (
        "RequestFuncInput",
        "RequestFuncOutput",
        "get_auth_headers",
        "get_request_headers",
        "_combine_openai_chat_content",
        "_record_server_prompt_len",
        "async_request_openai_completions",
        "async_request_openai_chat_completions",
    )

    def __init__(self, clock: Clock, path: str) -> None:
        import copy
        import os
        import uuid
        from typing import Optional, Union

        self.clock = clock
        sys.modules["serving"] = types.ModuleType("serving")
        options = argparse.Namespace(
            disable_stream=False, disable_ignore_eos=False, return_logprob=False, top_logprobs_num=0
        )
        self.names = names_in(
            path,
            lambda node: getattr(node, "name", "") in self.KEPT,
            {
                "time": clock,
                "json": json,
                "sys": sys,
                "traceback": traceback,
                "os": os,
                "args": options,
                "Any": Any,
                "Dict": dict,
                "List": list,
                "Optional": Optional,
                "Tuple": tuple,
                "Union": Union,
                "tqdm": object,
                "Callable": Callable,
                "uuid": uuid,
                "deepcopy": copy.deepcopy,
                "dataclass": dataclasses.dataclass,
                "field": dataclasses.field,
                "remove_prefix": lambda text, prefix: text.removeprefix(prefix),
                "_ROUTING_KEY_HEADER": "x",
                "__name__": "serving",
            },
        )

    async def answer(self, case: dict[str, Any]) -> Answer | None:
        backend = {
            "openai_chat": ("async_request_openai_chat_completions", "chat/completions"),
            "openai_completions": ("async_request_openai_completions", "completions"),
        }.get(case["api"])
        if backend is None:
            return None
        self.clock.at(0)
        session = Session(case, self.clock)

        class Client:
            async def __aenter__(self) -> Session:
                return session

            async def __aexit__(self, *_: object) -> None:
                pass

        self.names["_create_bench_client_session"] = Client
        request = self.names["RequestFuncInput"](
            prompt="hi",
            api_url=f"http://x/v1/{backend[1]}",
            prompt_len=1,
            output_len=MAX_TOKENS,
            model="m",
            lora_name="",
            image_data=None,
            extra_request_body={},
        )
        output = await self.names[backend[0]](request)
        if not output.success:
            return failed(output.error)
        ttft, end, count = ns(output.ttft), ns(output.latency), output.output_len
        assert ttft is not None
        assert end is not None
        return {
            "ttft_ns": ttft,
            "end_ns": end,
            "gaps_ns": [ns(gap) for gap in output.itl],
            "tokens": count,
            "per_token_ns": (end - ttft) / (count - 1) if count and count > 1 else None,
        }


class InferencePerf:
    def __init__(self, clock: Clock, _: str) -> None:
        from inference_perf.apis import streaming_parser

        self.clock = clock
        streaming_parser.time = clock

    async def answer(self, case: dict[str, Any]) -> Answer | None:
        from inference_perf.apis.anthropic_messages import AnthropicMessagesAPIData
        from inference_perf.apis.chat import ChatCompletionAPIData, ChatMessage
        from inference_perf.apis.completion import CompletionAPIData
        from inference_perf.reportgen.base import compute_request_latency_metrics, correct_streamed_response_metrics

        request: Any
        if case["api"] == "openai_chat":
            request = ChatCompletionAPIData(messages=[ChatMessage(role="user", content="hi")])
        elif case["api"] == "openai_completions":
            request = CompletionAPIData(prompt="hi")
        elif case["api"] == "anthropic_messages":
            request = AnthropicMessagesAPIData(messages=[ChatMessage(role="user", content="hi")])
        else:
            return None
        self.clock.at(0)
        tokenizer = SimpleNamespace(count_tokens=lambda text, **_: words(text))
        response = SimpleNamespace(content=content_of(case, self.clock))
        try:
            info = await request.process_response(response, SimpleNamespace(streaming=True), tokenizer)
        except Exception as fault:
            return failed(f"{type(fault).__name__}: {fault}")
        start = Clock.START / 1e9
        metric = SimpleNamespace(info=info, start_time=start, end_time=start + case["closed"] / 1e3)
        correct_streamed_response_metrics(metric, tokenizer)
        metrics = compute_request_latency_metrics(metric)
        return {
            "ttft_ns": ns(metrics["time_to_first_token"]),
            "end_ns": ns(metrics["request_latency"]),
            "tokens": info.response_metrics.output_tokens,
            "per_token_ns": ns(metrics["time_per_output_token"]),
            "gaps_ns": [ns(gap) for gap in metrics["inter_token_latency_deltas"]]
            if metrics["time_to_first_token"] is not None
            else None,
            "also": {"normalized_time_per_output_token_ns": ns(metrics["normalized_time_per_output_token"])},
        }


class Aiperf:
    def __init__(self, clock: Clock, _: str) -> None:
        from aiperf.transports import sse_utils

        self.clock = clock
        sse_utils.time = clock

    async def answer(self, case: dict[str, Any]) -> Answer | None:
        from aiperf.endpoints.anthropic_messages import MessagesEndpoint
        from aiperf.endpoints.huggingface_generate import HuggingFaceGenerateEndpoint
        from aiperf.endpoints.openai_chat import ChatEndpoint
        from aiperf.endpoints.openai_completions import CompletionsEndpoint
        from aiperf.endpoints.openai_responses import ResponsesEndpoint
        from aiperf.transports.sse_utils import AsyncSSEStreamReader

        kind = {
            "openai_chat": ChatEndpoint,
            "openai_completions": CompletionsEndpoint,
            "openai_responses": ResponsesEndpoint,
            "anthropic_messages": MessagesEndpoint,
            "tgi": HuggingFaceGenerateEndpoint,
        }.get(case["api"])
        if kind is None:
            return None
        if case["content_type"] != "text/event-stream":
            return failed("read as one text: the transport asks for content type text/event-stream")
        self.clock.at(0)
        endpoint: Any = kind.__new__(kind)
        endpoint.model_endpoint = SimpleNamespace(endpoint=SimpleNamespace(streaming=True))
        for name in ("debug", "warning", "info", "trace"):
            object.__setattr__(endpoint, name, lambda *_, **__: None)
        try:
            reader = AsyncSSEStreamReader(content_of(case, self.clock).iter_any())
            messages = await reader.read_complete_stream()
            request = SimpleNamespace(responses=messages, start_perf_ns=Clock.START, _parsed_responses_cache=None)
            responses = endpoint.extract_response_data(request)
        except Exception as fault:
            return failed(f"{type(fault).__name__}: {fault}")
        return self.measured(responses, request)

    def measured(self, responses: list[Any], request: Any) -> Answer:
        """The tool's metrics of one record, none where it would count the record as invalid."""
        from aiperf.common.models.record_models import find_last_non_empty_usage
        from aiperf.metrics.types.inter_chunk_latency_metric import InterChunkLatencyMetric
        from aiperf.metrics.types.inter_token_latency_metric import InterTokenLatencyMetric
        from aiperf.metrics.types.output_sequence_length_metric import OutputSequenceLengthMetric
        from aiperf.metrics.types.request_latency_metric import RequestLatencyMetric
        from aiperf.metrics.types.ttft_metric import TTFTMetric
        from aiperf.metrics.types.ttst_metric import TTSTMetric

        content = [response for response in responses if response.data]
        if not content:
            return failed("InvalidInferenceResultError: no responses with actual content")
        usage = find_last_non_empty_usage(responses)
        count = usage.completion_tokens if usage else None
        record: Any = SimpleNamespace(
            responses=responses,
            content_responses=content,
            request=request,
            start_perf_ns=request.start_perf_ns,
            token_counts=SimpleNamespace(first_content_chunk_tokens=None),
        )
        known: dict[Any, Any] = {OutputSequenceLengthMetric: count}
        table = SimpleNamespace(get_or_raise=lambda kind: known[kind])

        def of(kind: Any) -> Any:
            try:
                known[kind] = kind()._parse_record(record, table)
            except Exception:
                return None
            return known[kind]

        ttft, end = of(TTFTMetric), of(RequestLatencyMetric)
        return {
            "ttft_ns": ttft,
            "end_ns": end,
            "tokens": count,
            "per_token_ns": of(InterTokenLatencyMetric) if count is not None else None,
            "gaps_ns": list(of(InterChunkLatencyMetric) or ()),
            "also": {"time_to_second_token_ns": of(TTSTMetric)},
        }


class Guidellm:
    def __init__(self, clock: Clock, _: str) -> None:
        from guidellm.backends.openai import http

        self.clock = clock
        http.time = clock

    async def answer(self, case: dict[str, Any]) -> Answer | None:
        import httpx
        from guidellm.backends.openai.http import OpenAIHTTPBackend
        from guidellm.backends.openai.request_handlers import OpenAIRequestHandlerFactory
        from guidellm.schemas import GenerationRequest, GenerationRequestArguments, RequestInfo

        path = {
            "openai_chat": "/v1/chat/completions",
            "openai_completions": "/v1/completions",
            "openai_responses": "/v1/responses",
        }.get(case["api"])
        if path is None:
            return None
        self.clock.at(0)

        async def body() -> AsyncIterator[bytes]:
            for at, data in case["frames"]:
                self.clock.at(at)
                yield data.encode("latin-1")
            self.clock.at(case["closed"])

        headers = {"content-type": case["content_type"]}
        transport = httpx.MockTransport(lambda _: httpx.Response(200, headers=headers, content=body()))
        backend: Any = OpenAIHTTPBackend.__new__(OpenAIHTTPBackend)
        object.__setattr__(backend, "_async_client", httpx.AsyncClient(transport=transport))
        object.__setattr__(backend, "_check_tool_call_expectations", lambda *_: None)
        request, info = GenerationRequest(request_id="r"), RequestInfo(request_id="r")
        response = None
        try:
            async for given, _ in backend._resolve_streaming(
                request,
                info,
                OpenAIRequestHandlerFactory.create(path),
                GenerationRequestArguments(stream=True, body={}),
                {"url": "http://x" + path, "method": "POST", "json": {}},
            ):
                response = given or response
        except Exception as fault:
            return failed(f"{type(fault).__name__}: {fault}")
        assert response is not None
        info.timings.resolve_end = info.timings.request_end
        stats = response.compile_stats(request, info)
        return {
            "ttft_ns": ns(stats.time_to_first_token_ms and stats.time_to_first_token_ms / 1e3),
            "end_ns": ns(stats.request_latency),
            "tokens": stats.output_tokens,
            "per_token_ns": ns(stats.time_per_output_token_ms and stats.time_per_output_token_ms / 1e3),
            "gaps_ns": None,
            "also": {
                "inter_token_latency_ns": ns(
                    None if stats.inter_token_latency_ms is None else stats.inter_token_latency_ms / 1e3
                ),
                "time_to_first_output_token_ns": ns(
                    stats.time_to_first_output_token_ms and stats.time_to_first_output_token_ms / 1e3
                ),
            },
        }


class GenaiPerf:
    """Of one file, the methods of its class; what they call of `genai_perf.utils` is in that file beside it."""

    def __init__(self, _: Clock, path: str) -> None:
        import enum
        import logging
        from functools import lru_cache
        from typing import NoReturn, Optional

        import orjson

        formats = enum.Enum("ResponseFormat", "TRITON_GENERATE HUGGINGFACE_GENERATE OPENAI_CHAT_COMPLETIONS "
                            "OPENAI_COMPLETIONS OPENAI_MULTIMODAL")  # fmt: skip
        given: dict[str, Any] = {
            "Dict": dict,
            "List": list,
            "Optional": Optional,
            "Tuple": tuple,
            "NoReturn": NoReturn,
            "Any": Any,
            "orjson": orjson,
            "logger": logging.getLogger("genai"),
            "lru_cache": lru_cache,
            "Callable": Callable,
            "ResponseFormat": formats,
            "GenAIPerfException": RuntimeError,
            "DEFAULT_LRU_CACHE_SIZE": 9,
            "ProfileDataParser": object,
        }
        logging.disable()
        utils = ("not_data_sse_field", "sse_error_occurred", "remove_sse_prefix", "load_json_str")
        names_in(str(Path(path).parents[1] / "utils.py"), lambda node: getattr(node, "name", "") in utils, given)
        methods = ("_preprocess_response", "_is_empty_response", "_throw_unknown_response_format_error")

        def wanted(node: ast.stmt) -> bool:
            if not isinstance(node, ast.ClassDef) or node.name != "LLMProfileDataParser":
                return False
            node.body = [
                one
                for one in node.body
                if isinstance(one, ast.FunctionDef) and (one.name in methods or one.name.startswith("_extract_"))
            ]
            return True

        names_in(path, wanted, given)
        self.names, self.formats = given, formats

    async def answer(self, case: dict[str, Any]) -> Answer | None:
        named = {"openai_chat": "OPENAI_CHAT_COMPLETIONS", "openai_completions": "OPENAI_COMPLETIONS"}.get(case["api"])
        if named is None:
            return None
        parser = self.names["LLMProfileDataParser"]()
        parser._service_kind, parser._response_format = "openai", self.formats[named]
        times = [round(at * 1e6) for at, _ in case["frames"]]
        outputs = [{"response": data.encode("latin-1").decode("utf-8", "replace")} for _, data in case["frames"]]
        try:
            parser._preprocess_response(times, outputs)
            texts = [parser._extract_text_output(one["response"]) for one in outputs]
        except Exception as fault:
            return failed(f"{type(fault).__name__}: {fault}")
        if not times:
            return failed("skipped: no response with content")
        count = words("".join(texts))
        several = len(times) > 1 and count > 1
        return {
            "ttft_ns": times[0],
            "end_ns": times[-1],
            "tokens": count,
            "per_token_ns": round((times[-1] - times[0]) / (count - 1)) if several else None,
            "gaps_ns": None,
        }


class Llmperf:
    """Of one file, the client's class, whose base and whose Ray decorator are left out."""

    def __init__(self, clock: Clock, path: str) -> None:
        import os

        self.clock = clock
        os.environ.update(OPENAI_API_BASE="http://x/v1", OPENAI_API_KEY="k")
        names = ["ERROR_CODE", "ERROR_MSG", "INTER_TOKEN_LAT", "TTFT", "E2E_LAT", "REQ_OUTPUT_THROUGHPUT",
                 "NUM_TOTAL_TOKENS", "NUM_OUTPUT_TOKENS", "NUM_INPUT_TOKENS"]  # fmt: skip
        self.keys = SimpleNamespace(**{name: name for name in names})

        def wanted(node: ast.stmt) -> bool:
            if isinstance(node, ast.ClassDef):
                node.decorator_list, node.bases = [], []
            return isinstance(node, ast.ClassDef)

        self.names = names_in(
            path,
            wanted,
            {"json": json, "os": os, "time": clock, "common_metrics": self.keys, "Any": Any, "Dict": dict,
             "RequestConfig": object, "print": lambda *_: None},
        )  # fmt: skip

    async def answer(self, case: dict[str, Any]) -> Answer | None:
        import requests

        if case["api"] != "openai_chat":
            return None
        self.clock.at(0)

        def reads(*_: Any, **__: Any) -> Any:
            for at, data in case["frames"]:
                self.clock.at(at)
                yield data.encode("latin-1")
            self.clock.at(case["closed"])

        response = requests.Response()
        response.status_code = 200
        response.raw = SimpleNamespace(stream=reads, close=lambda: None, release_conn=lambda: None)
        self.names["requests"] = SimpleNamespace(post=lambda *_, **__: response)
        request = SimpleNamespace(prompt=("hi", 1), model="m", sampling_params={})
        metrics, text, _ = self.names["OpenAIChatCompletionsClient"]().llm_request(request)
        if metrics["ERROR_CODE"] is not None:
            return {**failed(metrics["ERROR_MSG"]), "ttft_ns": ns(metrics["TTFT"])}
        lines = metrics["NUM_OUTPUT_TOKENS"]
        return {
            "ttft_ns": ns(metrics["TTFT"]),
            "end_ns": ns(metrics["E2E_LAT"]),
            "tokens": words(text),
            "per_token_ns": metrics["INTER_TOKEN_LAT"] * 1e9 / lines if text and lines else None,
            "gaps_ns": None,
        }


TOOLS: dict[str, Any] = {
    "aiperf": Aiperf,
    "genai_perf": GenaiPerf,
    "guidellm": Guidellm,
    "inference_perf": InferencePerf,
    "llmperf": Llmperf,
    "sglang": Sglang,
    "vllm": Vllm,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tool", choices=sorted(TOOLS))
    parser.add_argument("--file", default="", help="the file of the tool, where the tool is not installed as a whole")
    options = parser.parse_args()
    clock = Clock()
    tool = TOOLS[options.tool](clock, options.file)

    async def run(case: dict[str, Any]) -> Answer | None:
        metrics: Answer | None = await tool.answer(case)
        return metrics

    cases = json.load(sys.stdin)
    json.dump({name: asyncio.run(run(case)) for name, case in cases.items()}, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
