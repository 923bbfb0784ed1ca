"""The pages of the APIs and their dialects: docs/apis.md and docs/dialects.md, made from the catalogues.

    python docs/_dialects.py

writes them; a test holds them to what it would write.
"""

from __future__ import annotations

from pathlib import Path

from streamkit.apis import APIS, Api
from streamkit.apis.dialects import DIALECTS, Dialect
from streamkit.providers import PROVIDERS

FOLDER = Path(__file__).parent

_APIS = """# APIs

An API is a module or a folder in `streamkit/apis/`: how its streams are recognised, what its chunks add, how the message is put
together. The API of a stream is detected from its chunks, the names of its events and the request's path; `--api NAME` overrides it, and
`reassemble -v` and `inspect -v` say what was seen. Providers' variants of an API are [dialects](dialects.md). Mistral's chat API is
one of them, because its chunks are OpenAI's with other values in them ([why](decisions/0005-mistral-chat-is-a-dialect.md)); its
conversations and agents have typed events, and are an API.

The verdict is one word, the first that holds: `not-a-stream`, `error` (the stream says so itself), `malformed` (content lost to
data that cannot be decoded), `complete` (the API's terminal event was seen), `truncated`.
"""

_DIALECTS = """# Dialects

A dialect is a provider's lawful deviation from an [API](apis.md): one data-only file in `streamkit/apis/dialects/`. It is known
by the host of its [provider](providers.md), before everything else, then by any of its marks; `--dialect NAME` overrides it.
What is lawful in it is silent in `lint` (`--strict` takes that back). A field that shows one dialect and is sent by another too is no proof: what
was seen then names both (`inspect -v`: `azure: chunks hold 'prompt_filter_results' (or github-copilot: the same fields)`).

`measured` dialects were seen in real streams; `documented` ones rest on what the provider or its users write, and no stream
of theirs was at hand. `tests/specs/dialects/` has a page with a small stream for each.

| dialect | APIs | known by | lawful | source |
|---|---|---|---|---|
"""


def pages() -> dict[str, str]:
    """Both pages by name."""
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
