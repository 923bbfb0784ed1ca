"""Runs an API's table of lawful event order over a stream, once; what is violated is a value.

A grammar is a table: in state S, a chunk of kind K leads to state T, or is a misstep. States belong to a key (a choice,
a content block, an output item), so that interleaved parts each have their own. Rules read the missteps off the stream.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Misstep:
    """A step that the order does not allow: `kind` is a fixed word that a rule asks for, at chunk `chunk` (None: at the
    end of the stream), JSON path `path`, `said` in a sentence."""

    kind: str
    chunk: int | None
    said: str
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Grammar:
    """A table of lawful order.

    `steps[(state, symbol)]` is the next state; a pair that is not there is a misstep named by `missteps[(state, symbol)]`,
    or by `missteps[("*", symbol)]`, and leaves the state as it is. `ends` are the states in which a stream may end; another
    state at the end is a misstep named by `unfinished[state]`.
    """

    start: str
    steps: Mapping[tuple[str, str], str]
    missteps: Mapping[tuple[str, str], str] = field(default_factory=dict)
    ends: frozenset[str] = frozenset()
    unfinished: Mapping[str, str] = field(default_factory=dict)


class Walk:
    """One grammar being walked, with a state for each key."""

    __slots__ = ("_grammar", "states")

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
        self.states: dict[object, str] = {}

    def step(self, key: object, symbol: str) -> str | None:
        """Take one step for `key`; the name of the misstep, or None where the step is lawful."""
        state = self.states.get(key, self._grammar.start)
        following = self._grammar.steps.get((state, symbol))
        if following is not None:
            self.states[key] = following
            return None
        named = self._grammar.missteps.get((state, symbol)) or self._grammar.missteps.get(("*", symbol))
        return named or "out-of-order"

    def unfinished(self) -> list[tuple[object, str]]:
        """Each key whose state is no lawful end, with the name of its misstep."""
        grammar = self._grammar
        return [
            (key, grammar.unfinished.get(state, "unfinished"))
            for key, state in self.states.items()
            if state not in grammar.ends
        ]
