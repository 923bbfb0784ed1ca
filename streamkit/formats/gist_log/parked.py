"""Hold exchanges whose chunks are interleaved with those of others, as in the log of a server with concurrent requests."""

from __future__ import annotations

from streamkit.formats._drafts import Draft
from streamkit.formats._payloads import Identity
from streamkit.model.limits import LARGEST_EXCHANGE

_MOST = 64
_PATIENCE = 5000  # lines without a chunk of an exchange, after which it is complete
_EVERY = 256  # lines between two checks for such exchanges

_TOO_LARGE = f"interleaved exchanges are limited to {LARGEST_EXCHANGE >> 20} MiB"


class Parked:
    """Open exchanges by their id, while chunks of another are read."""

    def __init__(self) -> None:
        self._drafts: dict[str, Draft] = {}
        self._looked = 0

    def put(self, draft: Draft, found: Identity | None) -> list[Draft]:
        """Park an exchange that a chunk of another one (`found`) interrupts. Return the exchanges that end with that."""
        mine = draft.identity.id if draft.identity else None
        mixed = found is not None and found.id is not None and mine is not None and mine != found.id
        if not mixed or draft.terminated or not draft.streamed or draft.separation == "fence":
            return [draft]
        finished = [self._drafts.pop(mine)] if mine in self._drafts else []
        self._drafts[str(mine)] = draft
        if len(self._drafts) > _MOST:
            finished.append(self._drafts.pop(next(iter(self._drafts))))
        return finished

    def take(self, found: Identity) -> Draft | None:
        """Return the parked exchange that a chunk continues."""
        return self._drafts.pop(found.id, None) if found.id and not found.begins else None

    def awaiting_end(self, current: Draft) -> Draft | None:
        """Return the one exchange that an end mark without an id must belong to, if it cannot belong to the current one: its
        choices have finished, those of the current one have not, and it continued after the current one began."""
        if current.closed:
            return None
        closed = [name for name, draft in self._drafts.items() if draft.closed and draft.last_line > current.line]
        return self._drafts.pop(closed[0]) if len(closed) == 1 else None

    def release(self) -> list[Draft]:
        """Return all parked exchanges, which are then no longer parked."""
        drafts = list(self._drafts.values())
        self._drafts.clear()
        return drafts

    def look(self, line: int) -> list[Draft]:
        """Return the exchanges that are complete at this line: all of them, if together they take too much memory."""
        if not self._drafts or line - self._looked < _EVERY:
            return []
        self._looked = line
        if sum(draft.size for draft in self._drafts.values()) > LARGEST_EXCHANGE:
            for draft in self._drafts.values():
                draft.stop(line, f"{_TOO_LARGE}: what follows of this one is read as another exchange")
            return self.release()
        names = [name for name, draft in self._drafts.items() if line - draft.last_line > _PATIENCE]
        return [self._drafts.pop(name) for name in names]

    @property
    def first_line(self) -> int | None:
        """The line on which the first of them starts."""
        return min((draft.line for draft in self._drafts.values()), default=None)
