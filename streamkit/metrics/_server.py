"""Times reported by servers, in the four known formats, all in nanoseconds.

Ollama (`total_duration`, … in nanoseconds in the last object), llama.cpp (`timings`, milliseconds), Groq (`x_groq.usage`
or `usage`, seconds) and Cerebras (`time_info`, seconds).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from streamkit.model.stream import Stream

# The last chunks of a stream: one of them holds the times, if there are any.
_ENOUGH = 4
# The maximum in nanoseconds: a signed 64-bit integer, 292 years. Larger values are not measurements.
_LONGEST = (1 << 63) - 1

# Format: the path of keys, the unit in nanoseconds, and our name for each field.
_FORMS: tuple[tuple[tuple[str, ...], float, Mapping[str, str]], ...] = (
    (
        (),
        1,
        {
            "load_duration": "server_load_time",
            "prompt_eval_duration": "server_prompt_time",
            "eval_duration": "server_generation_time",
            "total_duration": "server_total_time",
        },
    ),
    (("timings",), 1e6, {"prompt_ms": "server_prompt_time", "predicted_ms": "server_generation_time"}),
    *(
        (
            keys,
            1e9,
            {
                "queue_time": "server_queue_time",
                "prompt_time": "server_prompt_time",
                "completion_time": "server_generation_time",
                "total_time": "server_total_time",
            },
        )
        for keys in (("x_groq", "usage"), ("usage",), ("time_info",))
    ),
)


def server_times(stream: Stream) -> dict[str, float]:
    """Return the times reported by the server, by metric name, without those it does not report."""
    found: dict[str, float] = {}
    for chunk in stream.chunks[-_ENOUGH:]:
        for keys, unit, names in _FORMS:
            holder: Any = chunk
            for key in keys:
                holder = holder.get(key) if isinstance(holder, dict) else None
            if isinstance(holder, dict):
                for field, name in names.items():
                    value = holder.get(field)
                    if (
                        isinstance(value, (int, float))
                        and not isinstance(value, bool)
                        and 0 <= value <= _LONGEST / unit
                    ):
                        found[name] = round(value * unit)
    return found
