"""The words of the requests. They are short, and the answers too: a run over all cases costs a few thousand tokens."""

from __future__ import annotations

from typing import Any

LIMIT = 64
"""The most tokens of an answer."""

COUNT = "Count from one to ten in words, separated by commas."
"""An answer of some twenty tokens, so that it has several chunks."""

COUNT_ON = "Count from one to fifty in words, separated by commas."
"""A longer answer, for APIs that accept no limit below sixteen tokens."""

WEATHER = "What is the weather in Paris? Use the tool."
BOTH_CITIES = "What is the weather in Paris and in Rome? Call the tool once for each city, at the same time."
AS_JSON = 'Answer with a JSON object with the fields "city" and "country": where is the Eiffel Tower?'
REASONING = "Is 91 a prime number? Answer with one word."
TERSE = "Answer with one word."
COLOUR = "Which colour is a ripe banana?"
MIXED_TEXT = "Repeat exactly: 👩‍👩‍👧 e\u0301 שלום 🏴󠁧󠁢󠁥󠁮󠁧󠁿 \u200f(rtl)\u200f 漢字"
"""A family joined by zero-width joiners, a combining accent, right-to-left text, a flag of tag characters, and ideographs."""

NUL = "Repeat the letter between the slashes: /\x00a\x00/"
LONG_WORDS = "The quick brown fox jumps over the lazy dog. " * 2276
"""100 kB: the longest line that some proxies and servers accept is shorter."""

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
"""A PNG of one pixel."""

WHAT_IMAGE = "Which colour is this image? Answer with one word."

CITY_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "country": {"type": "string"}},
    "required": ["city", "country"],
    "additionalProperties": False,
}
PLACE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"city": {"type": "string", "description": "The name of a city"}},
    "required": ["city"],
    "additionalProperties": False,
}
TOOL = "get_weather"
TOOL_WORDS = "Return the current weather in a city"
SUNNY = '{"weather":"sunny","celsius":21}'
