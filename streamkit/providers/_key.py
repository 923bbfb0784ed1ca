"""What an API key looks like: fixed text and kinds of characters, each with how many there are at least and at most."""

from __future__ import annotations

from dataclasses import dataclass

ALNUM = "[A-Za-z0-9]"
WORD = "[A-Za-z0-9_-]"
HEX = "[0-9a-f]"
UPPER = "[A-Z0-9]"
BASE64 = "[A-Za-z0-9+/=]"
DOTTED = "[A-Za-z0-9_.-]"

# Fixed text; or a kind of character, a regular expression of one, with the least number of them and perhaps the most.
Part = str | tuple[str, int] | tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class KeyShape:
    """One kind of secret: `parts` in order, the first of which is fixed text.

    The last part is open: once its least is there, the text is a secret, and it goes on while characters of the kind
    `rest` come. `mixed`: one such character must be among those that make it whole, which words and placeholders do not
    have. `name` is the rule that a recording names where it was cut (`groq-key`).
    """

    name: str
    parts: tuple[Part, ...]
    rest: str
    mixed: str

    @property
    def prefix(self) -> str:
        """The fixed text that it begins with."""
        prefix = self.parts[0]
        assert isinstance(prefix, str)
        return prefix


def key_shape(name: str, prefix: str, *parts: Part, rest: str = "", mixed: str = "[A-Z0-9]") -> KeyShape:
    """A shape whose `rest` is the kind of its last part unless given. Raises ValueError where it could match anything."""
    last = parts[-1] if parts else ""
    if not prefix or isinstance(last, str):
        raise ValueError(f"key shape {name!r}: expected a fixed prefix first and a kind of character last")
    return KeyShape(name, (prefix, *parts), rest or last[0], mixed)


# Several providers give out keys of this shape, so it does not tell whose a key is.
SK_KEY = key_shape("sk-key", "sk-", (ALNUM, 20), rest=WORD)
