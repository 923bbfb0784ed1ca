"""The cost of streams, by the user's own prices."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import orjson
import pytest

from streamkit.errors import UnreadableInput
from streamkit.service.pricing import read_prices
from tests.cli.test_stats import recording, run
from tests.metrics.making import exchange, plain

TOML = """
currency = "EUR"

[[price]]
model = "gpt-4o*"
input = 2.5
cached = 1.25
output = 10

[[price]]
model = "*"
input = 1
output = 2
"""


@pytest.fixture
def prices(tmp_path: Path) -> str:
    path = tmp_path / "prices.toml"
    path.write_text(TOML)
    return str(path)


@pytest.mark.parametrize(
    ("model", "counts", "expected"),
    [
        ("gpt-4o-mini", {"input_tokens": 1e6, "cached_tokens": 0, "output_tokens": 1e6}, (12.5, "")),
        ("gpt-4o-mini", {"input_tokens": 1e6, "cached_tokens": 4e5, "output_tokens": 0}, (2.0, "")),
        ("gpt-4o-mini", {"input_tokens": 1e6, "output_tokens": 0}, (None, "cached_tokens")),
        ("m-1", {"input_tokens": 1e6, "output_tokens": 1e6}, (3.0, "")),
        ("m-1", {"input_tokens": 1e6}, (None, "output_tokens")),
        ("m-1", {"input_tokens": 0, "output_tokens": 0}, (0.0, "")),
        (None, {"input_tokens": 1, "output_tokens": 1}, (None, "no-price")),
    ],
)
def test_cost(prices: str, model: str | None, counts: dict[str, float], expected: tuple[float | None, str]) -> None:
    assert read_prices(prices).cost(model, counts) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("price = 3", "no prices: expected"),
        ("[[price", "invalid TOML or JSON"),
        ('{"price":[{"model":"a","input":1}]}', "price 1 (a): output is not a price"),
        ('{"price":[{"input":1,"output":1}]}', "price 1: no model"),
        ('[[price]]\nmodel = "a"\ninput = -1\noutput = 1', "input is not a price"),
        ('[[price]]\nmodel = "a"\ninput = nan\noutput = 1', "input is not a price"),
        ('[[price]]\nmodel = "a"\ninput = true\noutput = 1', "input is not a price"),
        ('[[price]]\nmodel = "a"\ninput = 1\noutput = 1\ncache = 1', "unknown key 'cache'"),
    ],
)
def test_an_invalid_price_list(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "prices"
    path.write_text(text)
    with pytest.raises(UnreadableInput) as error:
        read_prices(str(path))
    assert message in str(error.value)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="cannot be opened"):
        read_prices(str(tmp_path / "absent"))


def test_stats_shows_each_cost_and_their_sum(tmp_path: Path, prices: str) -> None:
    cut = exchange(plain(10)[:5])
    path = recording(tmp_path / "run.jsonl", [exchange(plain(10)), exchange(plain(20)), cut])
    document = orjson.loads(run("--prices", prices, "--format", "json", path).stdout)
    assert [row["cost"] for row in document["streams"]] == [27e-6, 47e-6, None]
    assert document["streams"][2]["cost_missing"] == "input_tokens"
    assert document["summary"]["cost"] == {
        "total": 74e-6,
        "currency": "EUR",
        "streams": 2,
        "missing": {"input_tokens": 1},
    }
    assert "Cost of 2 streams: 0.000074 EUR; not known: 1 input_tokens" in run("--prices", prices, path).stdout
    rows = list(csv.DictReader(io.StringIO(run("--prices", prices, "--format", "csv", path).stdout)))
    assert [row["cost"] for row in rows] == ["2.7e-05", "4.7e-05", ""]


def test_merged_parts_cost_the_same_as_their_streams(tmp_path: Path, prices: str) -> None:
    path = recording(tmp_path / "run.jsonl", [exchange(plain(10)), exchange(plain(20))])
    part = tmp_path / "part.json"
    part.write_bytes(run("--format", "json", path).stdout.encode())
    document = orjson.loads(run("--prices", prices, "--format", "json", str(part)).stdout)
    assert document["summary"]["cost"]["total"] == 74e-6


def test_without_prices_there_are_no_costs(tmp_path: Path) -> None:
    path = recording(tmp_path / "run.jsonl", [exchange(plain(10))])
    document = orjson.loads(run("--format", "json", path).stdout)
    assert "cost" not in document["summary"]
    assert "cost" not in document["streams"][0]
