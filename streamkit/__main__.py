"""`python -m streamkit` and the command `streamkit` are the same."""

from __future__ import annotations

from typing import NoReturn

from streamkit import collector, imports


def main() -> NoReturn:
    """Run the command line and exit with its exit code."""
    collector.relax()  # before the imports, during which it would run a dozen times
    imports.find_directly()
    from streamkit.cli.main import main as run

    run()


if __name__ == "__main__":
    main()
