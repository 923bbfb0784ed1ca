"""Package metadata that depends on where the repository is: its URLs, and the README with absolute links.

The package index shows the README without the files beside it, so each relative link becomes a URL of the repository, at the
tag that is built. The URL comes from the workflow that builds a release; elsewhere there is none, and the links stay as
they are.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

# The end of a link, `](path)`, with the `!` and text before it if it is a picture.
_PICTURE = re.compile(r"!\[(?P<text>[^]]*)\]\((?P<path>(?!https?://|#|mailto:)[^)\s]+)\)")
_SOURCE = re.compile(r'(?P<attribute>\bsrc(?:set)?=)"(?P<path>(?!https?://)[^"\s]+)"')
_LINK = re.compile(r"\]\((?P<path>(?!https?://|#|mailto:)[^)\s]+)\)")


def absolute(markdown: str, repository: str, tag: str) -> str:
    """Return Markdown whose relative links are URLs of the repository; pictures are those of their raw files."""
    markdown = _PICTURE.sub(lambda found: f"![{found['text']}]({repository}/raw/{tag}/{found['path']})", markdown)
    markdown = _SOURCE.sub(lambda found: f'{found["attribute"]}"{repository}/raw/{tag}/{found["path"]}"', markdown)
    return _LINK.sub(lambda found: f"]({repository}/blob/{tag}/{found['path']})", markdown)


def urls(repository: str, tag: str) -> dict[str, str]:
    """Return the links that the package index shows beside the description."""
    return {
        "Repository": repository,
        "Documentation": f"{repository}/tree/{tag}/docs",
        "Changelog": f"{repository}/blob/{tag}/CHANGELOG.md",
        "Issues": f"{repository}/issues",
    }


class RepositoryMetadata(MetadataHookInterface):
    """Called by hatchling when it builds."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the README and the URLs."""
        readme = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        server, name = os.environ.get("GITHUB_SERVER_URL"), os.environ.get("GITHUB_REPOSITORY")
        metadata["urls"] = {}
        if server and name:
            repository, tag = f"{server}/{name}", os.environ.get("GITHUB_REF_NAME") or "main"
            readme, metadata["urls"] = absolute(readme, repository, tag), urls(repository, tag)
        metadata["readme"] = {"content-type": "text/markdown", "text": readme}
