"""The cost of streams, computed from prices given by the user: the program has none.

prices = read_prices("prices.toml")
cost = prices.cost("gpt-4o-mini", {"input_tokens": 100, "output_tokens": 20})
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import field
from fnmatch import fnmatchcase
from math import fsum, inf
from pathlib import Path
from typing import Any

import orjson

from streamkit.errors import UnreadableInput
from streamkit.frozen import dataclass

COUNTS = ("input_tokens", "cached_tokens", "output_tokens")
"""The metrics from which a cost is computed."""
_KINDS = ("input", "cached", "output")
_MILLION = 1_000_000
_EXPECTED = 'expected [[price]] tables with model = "gpt-4o*", input = 2.5, output = 10 and perhaps cached = 1.25'


@dataclass(frozen=True, slots=True)
class Price:
    """The prices of a million tokens for models whose name matches `model` (`*` matches any text, `?` any character)."""

    model: str
    input: float
    output: float
    cached: float | None = None

    def of(self, counts: Mapping[str, float]) -> float | str:
        """Return the cost of these counts, or the count that is missing. Cached tokens are a part of the input, and are needed only
        where they have a price of their own."""
        needed = [name for name in COUNTS if name != "cached_tokens" or self.cached is not None]
        absent = next((name for name in needed if name not in counts), "")
        if absent:
            return absent
        cached = counts["cached_tokens"] if self.cached is not None else 0
        paid = (counts["input_tokens"] - cached) * self.input + cached * (self.cached or 0.0)
        return (paid + counts["output_tokens"] * self.output) / _MILLION


@dataclass(frozen=True, slots=True)
class Prices:
    """A list of prices, the first that matches a model's name counts; `currency` is the user's word for the unit."""

    prices: Sequence[Price]
    currency: str = ""

    def cost(self, model: str | None, counts: Mapping[str, float]) -> tuple[float | None, str]:
        """Return what a stream of this model cost, or None and why: `no-price`, or the name of the count that is missing."""
        price = next((one for one in self.prices if model is not None and fnmatchcase(model, one.model)), None)
        if price is None:
            return None, "no-price"
        found = price.of(counts)
        return (None, found) if isinstance(found, str) else (found, "")


@dataclass(slots=True)
class Bill:
    """The costs of a run: their sum, the number of streams, and the number without a cost, by reason."""

    currency: str = ""
    costs: array[float] = field(default_factory=lambda: array("d"))
    missing: dict[str, int] | None = None

    def add(self, cost: float | None, why: str) -> None:
        """Add one stream."""
        if cost is None:
            self.missing = self.missing or {}
            self.missing[why] = self.missing.get(why, 0) + 1
        else:
            self.costs.append(cost)

    def merge(self, other: Bill) -> None:
        """Add the streams of another part of the run."""
        self.costs.extend(other.costs)
        for why, count in (other.missing or {}).items():
            self.missing = self.missing or {}
            self.missing[why] = self.missing.get(why, 0) + count

    @property
    def streams(self) -> int:
        """The number of streams with a cost."""
        return len(self.costs)

    @property
    def total(self) -> float:
        """The sum of all costs, rounded once, so that their order does not matter."""
        return fsum(self.costs)

    def to_json(self) -> dict[str, Any]:
        """Return `{"total","currency","streams","missing"}`; the total is null if no stream has a cost."""
        return {
            "total": round(self.total, 9) if self.streams else None,
            "currency": self.currency or None,
            "streams": self.streams,
            "missing": dict(self.missing or {}),
        }


def read_prices(path: str) -> Prices:
    """Return the prices in a TOML file (`[[price]]` tables), or a JSON file of the same shape. Raises UnreadableInput."""
    import tomllib  # only a file of prices in TOML needs it

    try:
        data = Path(path).read_bytes()
        document = orjson.loads(data) if data.lstrip().startswith(b"{") else tomllib.loads(data.decode())
    except OSError as error:
        raise UnreadableInput(path, f"cannot be opened: {error.strerror}") from error
    except ValueError as error:
        raise UnreadableInput(path, f"invalid TOML or JSON: {error}") from error
    listed, currency = document.get("price"), document.get("currency", "")
    if not isinstance(listed, list) or not listed or not isinstance(currency, str):
        raise UnreadableInput(path, f"no prices: {_EXPECTED}")
    return Prices([_price(path, number, entry) for number, entry in enumerate(listed, 1)], currency)


def _price(path: str, number: int, entry: Any) -> Price:
    if not isinstance(entry, dict) or not isinstance(entry.get("model"), str):
        raise UnreadableInput(path, f"price {number}: no model: {_EXPECTED}")
    unknown = sorted(set(entry) - {"model", *_KINDS})
    if unknown:
        raise UnreadableInput(path, f"price {number}: unknown key {unknown[0]!r}: expected model, {', '.join(_KINDS)}")
    for kind in _KINDS:
        value = entry.get(kind)
        if value is None and kind == "cached":
            continue
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < inf:
            raise UnreadableInput(
                path,
                f"price {number} ({entry['model']}): {kind} is not a price: expected a number such as 2.5 (per million tokens)",
            )
    return Price(entry["model"], float(entry["input"]), float(entry["output"]), entry.get("cached"))
