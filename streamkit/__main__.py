"""`python -m streamkit` and the command `streamkit` are the same."""

from streamkit.cli.main import main

if __name__ == "__main__":
    main()
