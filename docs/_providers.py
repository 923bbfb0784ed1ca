"""Generate docs/providers.md from the catalogue.

Run `python docs/_providers.py`. A test checks that the page is up to date.
"""

from __future__ import annotations

from pathlib import Path

from streamkit.providers import PROVIDERS, BaseUrl, Provider

PAGE = Path(__file__).parent / "providers.md"

_HEAD = """# Providers

A provider is a service that answers at certain hosts, described by one data-only file in `streamkit/providers/`. It is used by
`record` (which key to send, and the endpoint for a prompt), by `serve`, `proxy` and the [pytest plugin](pytest.md) (the variables
that direct SDKs to them), by the redactor (the shapes of its keys) and by the detection of [dialects](dialects.md). Other packages
can add providers through the entry-point group `streamkit.providers`.

## Hosts and keys

A host includes its subdomains; `*` matches one label or a part of one. `record` takes the key from the first variable that is
set, and sends it only to these hosts and only over TLS. Hosts in parentheses belong to the provider's customers: they are
recognized, but no key is sent to them. `proxy` finds a provider in
a path or a route by any of its names, the first one of each before all others.

| provider | hosts | key variables | key header | endpoint for prompts | dialects |
|---|---|---|---|---|---|
"""

_BASE_URLS = """
## Base URLs

The variables that SDKs read, verified in their source code at the given versions, and the path that they expect at the end of
the URL. `serve`, `proxy` and the pytest plugin set them. If SDKs expect different paths in the same variable, its value is that of
those in the fourth column; those in the last column then ask for paths without the version, which `serve` ignores and `proxy` adds.
[clients.md](clients.md#base-urls) shows which variables were measured.

| provider | variable | path | read by | needs another path |
|---|---|---|---|---|
"""

_SHAPES = """
## Keys

The shapes of keys that [redaction](redact.md) recognizes, with the name of the rule in recordings. A key without a fixed prefix
(Cohere, Mistral) has no shape; it is redacted in headers, query parameters and fields by their names.

| rule | prefix | followed by at least | providers |
|---|---|---|---|
"""


def page() -> str:
    """Return the page."""
    providers = sorted(PROVIDERS.values(), key=lambda provider: provider.name)
    bases = [_base_row(provider, base) for provider in providers for base in provider.base_urls]
    return (
        "\n".join([_HEAD + _row(providers[0]), *map(_row, providers[1:])])
        + "\n"
        + _BASE_URLS
        + "\n".join(bases)
        + "\n"
        + _SHAPES
        + "\n".join(_shape_rows(providers))
        + "\n"
    )


def _code(texts: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"`{text}`" for text in texts)


def _row(provider: Provider) -> str:
    customers = f"({_code(provider.customer_hosts)})" if provider.customer_hosts else ""
    hosts = " ".join(filter(None, [_code(provider.hosts), customers])) or f"`{provider.url}`"
    header = f"`{provider.auth}`" if provider.keys else ""
    if provider.keys and provider.auth.query:
        header += f" or `?{provider.auth.query}=`"
    path = f"`{provider.prefix or '/'}` ({provider.api})"
    names = ", ".join([f"`{provider.name}`", *(f"`{alias}`" for alias in provider.aliases)])
    return f"| {names}: {provider.title} | {hosts} | {_code(provider.keys)} | {header} | {path} | {_code(provider.dialects)} |"


def _base_row(provider: Provider, base: BaseUrl) -> str:
    suffix = f"`{base.suffix}`" if base.suffix else "none"
    return f"| {provider.title} | `{base.variable}` | {suffix} | {', '.join(base.read_by)} | {', '.join(base.other_suffixes)} |"


def _shape_rows(providers: list[Provider]) -> list[str]:
    shapes = dict.fromkeys(shape for provider in providers for shape in provider.key_shapes)
    rows = []
    for shape in shapes:
        parts = [f"`{part}`" if isinstance(part, str) else f"{part[1]} of `{part[0]}`" for part in shape.parts[1:]]
        whose = ", ".join(provider.title for provider in providers if shape in provider.key_shapes)
        rows.append(f"| `{shape.name}` | `{shape.prefix}` | {', '.join(parts)} | {whose} |")
    return rows


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
