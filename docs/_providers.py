"""The page of the providers: docs/providers.md, made from the catalogue.

    python docs/_providers.py

writes it; a test holds it to what it would write.
"""

from __future__ import annotations

from pathlib import Path

from streamkit.providers import PROVIDERS, BaseUrl, Provider

PAGE = Path(__file__).parent / "providers.md"

_HEAD = """# Providers

A provider is one data-only file in `streamkit/providers/`: who answers at a host. What is known of it is read from there by
`record` (which key goes where, and where a prompt is asked), `serve`, `proxy` and the [pytest plugin](pytest.md) (the variables
that send SDKs to them), the redactor (what its keys look like) and the detection of [dialects](dialects.md). Another package
adds one by the entry-point group `streamkit.providers`.

## Hosts and keys

A host stands for itself and for everything under it; `*` stands for one label or a part of one. `record` takes the key from the
first of the variables that is set and sends it to these hosts only, over TLS only. Hosts in parentheses are run by the provider's
customers: they are recognised, and no key is sent there.

| provider | hosts | key variables | header of the key | prompt is asked at | dialects |
|---|---|---|---|---|---|
"""

_BASE_URLS = """
## Base URLs

The variables that SDKs really read, looked up in their source at the versions given, and the path that they expect at the end of
the address. `serve`, `proxy` and the pytest plugin set them. Where SDKs expect different paths in one variable, its value suits
those of the fourth column; those of the last need the path that is named there, so give them their base URL in the code.

| provider | variable | path | read by | read otherwise by |
|---|---|---|---|---|
"""

_SHAPES = """
## Keys

What a key looks like, as [redact](redact.md) knows it, under the name that a recording gives the rule. A key without a fixed
beginning (Cohere, Mistral) has no shape; it is cut in headers, queries and fields by their names.

| rule | begins with | goes on with at least | providers |
|---|---|---|---|
"""


def page() -> str:
    """The page."""
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
    asked = f"`{provider.prefix or '/'}` ({provider.api})"
    return f"| `{provider.name}` {provider.title} | {hosts} | {_code(provider.keys)} | {header} | {asked} | {_code(provider.dialects)} |"


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
