"""Generate docs/probe/API.md, the cases of each API, from their manuals.

Run `python docs/_probes.py`. A test checks that the pages are up to date.
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from streamkit.apis import APIS
from streamkit.probes import PROBES, SECTIONS, Probe, sections, selected

FOLDER = Path(__file__).parent


def pages() -> dict[str, str]:
    """Return every page by its path in docs/."""
    apis = sorted({probe.api for probe in PROBES.values()})
    return {f"probe/{api}.md": api_page(api) for api in apis}


def api_page(api: str) -> str:
    """Return the page with the cases of an API, by group."""
    cases = [probe for probe in selected() if probe.api == api]
    parts = [
        f"# The cases of `{api}` ({APIS[api].title})\n",
        "Generated from `streamkit/probes/`. `streamkit probe --explain NAME` prints a manual; [probe](../probe.md) explains the verdicts.\n",
    ]
    for group, members in groupby(cases, key=lambda probe: probe.group):
        parts.append(f"## {group}\n")
        parts += map(case, members)
    return "\n".join(parts)


def case(probe: Probe) -> str:
    """Return the manual of a case as a section."""
    manual = sections(probe.docstring)
    finds = f"\nLint: {', '.join(f'`{code}`' for code in probe.finds)}.\n" if probe.finds else ""
    listed = "\n".join(f"* **{name}**: {manual[name]}" for name in SECTIONS)
    return f"### {probe.name}\n\n{probe.title}.\n\n{listed}\n{finds}"


def main() -> None:
    """Write all pages."""
    made = pages()
    for path, text in made.items():
        (FOLDER / path).parent.mkdir(exist_ok=True)
        (FOLDER / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
