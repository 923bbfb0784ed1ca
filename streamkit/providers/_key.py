"""The shape of an API key: fixed text and classes of characters, each with a minimum and an optional maximum length."""

from __future__ import annotations

from streamkit.frozen import dataclass

ALNUM = "[A-Za-z0-9]"
WORD = "[A-Za-z0-9_-]"
HEX = "[0-9a-f]"
UPPER = "[A-Z0-9]"
BASE64 = "[A-Za-z0-9+/=]"
DOTTED = "[A-Za-z0-9_.-]"

# Fixed text; or a class of characters, as a regular expression, with its minimum and optionally its maximum length.
KeyPart = str | tuple[str, int] | tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class KeyShape:
    """One kind of secret: `parts` in order; the first is fixed text.

    The last part is open-ended: once its minimum length is reached, the text is a secret, and it continues as long as
    characters of the class `rest` follow. `mixed` is a class; the variable parts must contain at least one of its
    characters, so that words and placeholders do not match. `name` is the rule that a recording names where the secret
    was removed (`groq-key`).
    """

    name: str
    parts: tuple[KeyPart, ...]
    rest: str
    mixed: str

    @property
    def prefix(self) -> str:
        """The fixed text at the beginning."""
        prefix = self.parts[0]
        assert isinstance(prefix, str)
        return prefix


def key_shape(name: str, prefix: str, *parts: KeyPart, rest: str = "", mixed: str = "[A-Z0-9]") -> KeyShape:
    """Make a KeyShape whose `rest` is by default the class of its last part.

    Raises ValueError if the prefix is empty or the last part is fixed text, since the shape would then match too much.
    """
    last = parts[-1] if parts else ""
    if not prefix or isinstance(last, str):
        raise ValueError(f"key shape {name!r}: expected a fixed prefix first and a class of characters last")
    return KeyShape(name, (prefix, *parts), rest or last[0], mixed)


# Several providers issue keys of this shape, so it does not identify the provider.
SK_KEY = key_shape("sk-key", "sk-", (ALNUM, 20), rest=WORD)
