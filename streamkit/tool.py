"""The name and version of this program in the files that it writes."""

from __future__ import annotations

from functools import cache

DISTRIBUTION = "llm-streamkit"
RULE_PAGES = "docs/rules/"
"""Where the rules' pages stand, as a URL; relative ones are seen from the top of the source tree."""


def rule_page(code: str) -> str:
    """The URL of a rule's page."""
    return f"{RULE_PAGES}{code}.md"


@cache
def version_number() -> str:
    """The installed version, `0.1.0`; empty in a checkout that is not installed. Looked up once: it reads files."""
    from importlib.metadata import PackageNotFoundError, version  # too slow for those that never say it

    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return ""


def tool() -> str:
    """The name and version that stand in a recording: `streamkit 0.1.0`."""
    return f"streamkit {version_number()}".rstrip()
