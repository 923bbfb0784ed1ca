"""The name and version of this program in the files that it writes."""

from __future__ import annotations

VERSION = "0.1.0"
"""The package's version, from which its metadata is built. Reading the metadata takes as long as reading a small file does."""
TOOL = f"streamkit {VERSION}"
"""The name and version that recordings contain."""
RULE_PAGES = "docs/rules/"
"""Where the rules' pages stand, as a URL; relative ones are seen from the top of the source tree."""


def rule_page(code: str) -> str:
    """Return the URL of a rule's page."""
    return f"{RULE_PAGES}{code}.md"
