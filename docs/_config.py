"""Write pyproject.schema.json: the JSON Schema of the settings in pyproject.toml, for editors."""

from __future__ import annotations

import json
from pathlib import Path

from streamkit.cli.settings import settings_schema

PAGE = Path(__file__).with_name("pyproject.schema.json")


def page() -> str:
    """Return the schema as indented JSON."""
    return json.dumps(settings_schema(), indent=2) + "\n"


def main() -> None:
    """Write the file."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
