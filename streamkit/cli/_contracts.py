"""The JSON Schemas of `lint --schema`, and the choice of those that apply to a stream."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any

from streamkit.errors import UsageError
from streamkit.frozen import dataclass
from streamkit.model.stream import Stream

if TYPE_CHECKING:
    from pathlib import Path

    from streamkit.rules import Contract


@dataclass(frozen=True, slots=True)
class Contracts:
    """The schemas that were given: those for the streams of one API, and under "" those for all.

    `documents` has the API, the JSON and the name of each, from which another process makes its own.
    """

    of_api: dict[str, list[Contract]] = field(default_factory=dict)
    documents: tuple[tuple[str, Any, str], ...] = ()

    def __reduce__(self) -> tuple[Any, ...]:
        """Pass on the documents instead of the validators, which live in one process."""
        return _compiled, (self.documents,)

    def checked(self, stream: Stream) -> Stream:
        """Return the stream with the schemas that apply to it."""
        from streamkit.rules import contracts

        several = [*self.of_api.get("", ()), *self.of_api.get(stream.api, ())]
        return replace(stream, contract=contracts(several, stream.chunks)) if several else stream


def read_contracts(given: Sequence[str], folder: str = "") -> Contracts:
    """Return the schemas in these files, each `FILE` or `API=FILE`, relative to `folder`.

    Raises UsageError for a file that cannot be read or holds no JSON Schema, UnknownEntry for an API that is not known.
    """
    if not given:
        return Contracts()
    from pathlib import Path

    documents = []
    for text in given:
        api, path = _parted(text, Path(folder))
        documents.append((api, _document(path), Path(text.partition("=")[2] if api else text).name))
    return _compiled(tuple(documents))


def _compiled(documents: tuple[tuple[str, Any, str], ...]) -> Contracts:
    """Return the validators of these schemas. Raises UsageError."""
    from streamkit.rules import contract_of

    found: dict[str, list[Contract]] = {}
    for api, document, named in documents:
        found.setdefault(api, []).append(contract_of(document, named))
    return Contracts(found, documents)


def _parted(text: str, folder: Path) -> tuple[str, Path]:
    api, equals, file = text.partition("=")
    if not equals or (folder / text).is_file():
        return "", folder / text
    from streamkit.apis import APIS

    return APIS[api].name, folder / file


def _document(path: Path) -> Any:
    import json

    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: invalid JSON: {error}") from None
