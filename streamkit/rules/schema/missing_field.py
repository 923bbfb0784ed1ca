"""A field that must be there is missing.

What it finds: chunks without a field that their API requires. In chat, a missing `id`, `created` or `model` is a
warning.

Why it matters: openai-python's stream helper passes over every chunk without `object`, and iterates over `choices`
without looking. Typed clients (Go, Rust, Vercel) refuse the chunk whatever is missing.

Bad: chat
    delete 2 $.object

Good: chat
"""

from streamkit.rules import Rule, misfits

RULE = Rule.declare(
    __name__,
    "SCH301",
    "error",
    finds=misfits,
    breaks="openai-python 3.52 `.stream()`: without `object` the chunk is dropped, without `choices` TypeError",
)
