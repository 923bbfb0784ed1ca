"""Generate docs/apis.md and docs/dialects.md from the catalogues.

Run `python docs/_dialects.py`. A test checks that the pages are up to date.
"""

from __future__ import annotations

from pathlib import Path

from streamkit.apis import APIS, Api
from streamkit.apis.dialects import DIALECTS, Dialect
from streamkit.providers import PROVIDERS

FOLDER = Path(__file__).parent

_APIS = """# APIs

An API is a module or a folder in `streamkit/apis/` that defines how its streams are recognized, what its chunks add, and how the
message is reassembled. The API of a stream is detected from its chunks, the names of its events and the path of the request;
`--api NAME` overrides the detection, and `reassemble -v` and `inspect -v` print the evidence. Providers' variants of an API are
[dialects](dialects.md). Mistral's chat API is one of them, because its chunks are OpenAI's with other values
([decision](decisions/0005-mistral-chat-is-a-dialect.md)); its conversations and agents have typed events, and are a separate API.

The verdict is the first of these that applies: `not-a-stream`, `error` (the stream reports one), `malformed` (content was lost in
undecodable data), `complete` (the API's terminal event was seen), `truncated`.
"""

_DIALECTS = """# Dialects

A dialect describes how a provider deliberately deviates from an [API](apis.md), in one data-only file in
`streamkit/apis/dialects/`. It is recognized by the host of its [provider](providers.md) or, if that is unknown, by any of its
marks; `--dialect NAME` overrides the detection. `lint` does not report what a dialect allows, except with `--strict`. If several
dialects have a mark in common, the evidence names them all (`inspect -v`:
`azure: chunks hold 'prompt_filter_results' (or github-copilot: the same fields)`).

`measured` dialects were observed in real streams; `documented` ones are based on documentation or reports, without a stream to
check against. `tests/specs/dialects/` has a page with a small stream for each.

| dialect | APIs | recognized by | allows | source |
|---|---|---|---|---|
"""


def pages() -> dict[str, str]:
    """Return both pages by name."""
    parts = [_APIS, *map(_of_api, sorted(APIS.values(), key=lambda api: api.name))]
    rows = [_row(dialect) for dialect in sorted(DIALECTS.values(), key=lambda dialect: dialect.name)]
    return {"apis.md": "\n".join(parts), "dialects.md": _DIALECTS + "\n".join(rows) + "\n"}


def _of_api(api: Api) -> str:
    manual = (__import__(f"streamkit.apis.{api.name}", fromlist=["x"]).__doc__ or "").strip()
    ended = " ".join((api.ended.__doc__ or "").split())
    return f"## `{api.name}`\n\n{manual}\n\n{ended}\n"


def _row(dialect: Dialect) -> str:
    hosts = [
        host
        for provider in PROVIDERS.values()
        if dialect.name in provider.dialects
        for host in (*provider.hosts, *provider.customer_hosts)
    ]
    marks = [f"host `{host}`" for host in hosts]
    keys = (*dialect.chunk_keys, *dialect.choice_keys, *dialect.delta_keys, *dialect.usage_keys)
    marks += [f"`{key}`" for key in keys]
    named = (
        ("id", dialect.id_prefixes),
        ("model", dialect.model_prefixes),
        ("fingerprint", dialect.fingerprint_prefixes),
    )
    marks += [f"{what} `{prefix}…`" for what, prefixes in named for prefix in prefixes]
    marks += [f"header `{header}…`" for header in dialect.headers]
    marks += [f"comment `{comment}`" for comment in dialect.comments]
    apis = ", ".join(f"`{api}`" for api in dialect.apis)
    return f"| `{dialect.name}` {dialect.title} | {apis} | {', '.join(marks)} | {' '.join(dialect.lawful)} | {dialect.source} |"


def main() -> None:
    """Write both pages."""
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
