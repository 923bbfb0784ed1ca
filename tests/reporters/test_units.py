"""Numbers as a person reads them, and the names that OpenTelemetry has for what was measured."""

from __future__ import annotations

import pytest

from streamkit.reporters import Column, readable
from streamkit.reporters._otel_names import attributes, metric_name, scaled, unit


@pytest.mark.parametrize(
    ("value", "of", "expected"),
    [
        (None, "ns", "-"),
        (0, "ns", "0 ns"),
        (999, "ns", "999 ns"),
        (999.4, "ns", "999 ns"),
        (999.6, "ns", "1.00 µs"),
        (1_000, "ns", "1.00 µs"),
        (9_994, "ns", "9.99 µs"),
        (9_996, "ns", "10.0 µs"),
        (99_940, "ns", "99.9 µs"),
        (99_960, "ns", "100 µs"),
        (999_400, "ns", "999 µs"),
        (999_600, "ns", "1.00 ms"),
        (614e6, "ns", "614 ms"),
        (1e9, "ns", "1.00 s"),
        (119.9e9, "ns", "120 s"),
        (120e9, "ns", "2m00s"),
        (-121e9 + 60e9, "ns", "-61.0 s"),
        (3_725e9, "ns", "62m05s"),
        (999, "bytes", "999 B"),
        (999.6, "bytes", "1.0 kB"),
        (1_500, "bytes", "1.5 kB"),
        (2_000_000, "bytes", "2.0 MB"),
        (3e9, "bytes", "3.0 GB"),
        (512, "bytes/s", "512 B/s"),
        (2_000_000, "bytes/s", "2.0 MB/s"),
        (0, "ratio", "0 %"),
        (0.004, "ratio", "0.4 %"),
        (0.0999, "ratio", "10.0 %"),
        (0.1, "ratio", "10 %"),
        (0.5, "ratio", "50 %"),
        (0.99, "ratio", "99 %"),
        (0.995, "ratio", "99.5 %"),
        (0.9999, "ratio", "99.9 %"),
        (1, "ratio", "100 %"),
        (19, "tokens", "19"),
        (1_234_567, "tokens", "1,234,567"),
        (1.234, "tokens/s", "1.23"),
        (9.994, "tokens/s", "9.99"),
        (9.996, "tokens/s", "10.0"),
        (99.94, "tokens/s", "99.9"),
        (99.96, "tokens/s", "100"),
        (-2.5, "1", "-2.50"),
        (12_345.6, "1/s", "12,346"),
    ],
)
def test_a_number_has_three_digits_and_a_unit(value: float | None, of: str, expected: str) -> None:
    assert readable(value, of) == expected
    assert readable(value, of, ascii_only=True) == expected.replace("µ", "u")


# Values of gen_ai.provider.name in the registry of attributes, where it has one.
@pytest.mark.parametrize(
    ("api", "dialect", "operation", "provider"),
    [
        ("openai_chat", "openai", "chat", "openai"),
        ("openai_chat", "azure", "chat", "azure.ai.openai"),
        ("openai_chat", "deepseek", "chat", "deepseek"),
        ("openai_chat", "groq", "chat", "groq"),
        ("openai_chat", "mistral", "chat", "mistral_ai"),
        ("openai_chat", "perplexity", "chat", "perplexity"),
        ("openai_chat", "xai", "chat", "x_ai"),
        ("openai_chat", "gemini_compat", "chat", "gcp.gemini"),
        ("openai_chat", "watsonx_chat", "chat", "ibm.watsonx.ai"),
        ("openai_chat", "vllm", "chat", "vllm"),  # none in the registry: the dialect's own name
        ("openai_chat", None, "chat", None),
        ("openai_completions", None, "text_completion", None),
        ("tgi", None, "text_completion", None),
        ("anthropic_messages", "anthropic", "chat", "anthropic"),
        ("gemini", "google_ai", "generate_content", "gcp.gemini"),
        ("gemini", "vertex", "generate_content", "gcp.vertex_ai"),
        ("bedrock_converse", None, "chat", "aws.bedrock"),
        ("bedrock_invoke", None, "chat", "aws.bedrock"),
        ("cohere", None, "chat", "cohere"),
        ("mistral_conversations", None, "chat", "mistral_ai"),
        ("watsonx", None, "chat", "ibm.watsonx.ai"),
        ("unknown", None, None, None),
    ],
)
def test_the_attributes_of_a_stream(api: str, dialect: str | None, operation: str | None, provider: str | None) -> None:
    row = {"api": api, "dialect": dialect, "model": "m-1", "verdict": "truncated"}
    known = {"gen_ai.operation.name": operation, "gen_ai.provider.name": provider, "gen_ai.response.model": "m-1"}
    assert attributes(row) == {name: value for name, value in known.items() if value} | {"error.type": "truncated"}
    assert "error.type" not in attributes({**row, "verdict": "complete"})


@pytest.mark.parametrize(
    ("key", "of", "name", "ucum", "value", "in_unit"),
    [
        ("operation_duration_ns", "ns", "gen_ai.client.operation.duration", "s", 1_500_000_000, 1.5),
        ("time_to_first_chunk_ns", "ns", "gen_ai.client.operation.time_to_first_chunk", "s", 1e9, 1),
        ("time_per_output_chunk_ns", "ns", "gen_ai.client.operation.time_per_output_chunk", "s", 1e9, 1),
        ("input_tokens", "tokens", "gen_ai.client.token.usage", "{token}", 7, 7),
        ("output_tokens", "tokens", "gen_ai.client.token.usage", "{token}", 7, 7),
        ("time_to_first_byte_ns", "ns", "streamkit.time_to_first_byte", "s", 1e9, 1),
        ("bytes", "bytes", "streamkit.bytes", "By", 7, 7),
        ("bytes_per_second", "bytes/s", "streamkit.bytes_per_second", "By/s", 7, 7),
        ("output_tokens_per_second", "tokens/s", "streamkit.output_tokens_per_second", "{token}/s", 7, 7),
        ("stall_share", "ratio", "streamkit.stall_share", "1", 0.5, 0.5),
        ("chunks", "1", "streamkit.chunks", "1", 7, 7),
    ],
)  # fmt: skip
def test_the_name_and_the_unit_of_a_metric(
    key: str, of: str, name: str, ucum: str, value: float, in_unit: float
) -> None:
    column = Column(key=key, head="", title="", unit=of)
    assert (metric_name(column), unit(column), scaled(column, value)) == (name, ucum, in_unit)
