"""Runs an API's grammar, a table of the allowed order of events, over a stream; violations are returned as values.

A grammar is a table: in state S, a symbol leads to state T, or is a misstep, or both. States belong to a key (a choice, a
content block, an output item), so that interleaved parts each have their own. Rules read the missteps off the stream,
and the drawings in the documentation are made from the same tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from streamkit.frozen import dataclass
from streamkit.model.finding import Severity


@dataclass(frozen=True, slots=True)
class Misstep:
    """A step that the order does not allow.

    `kind` is the name of the rule, `chunk` the index of the chunk (None at the end of the stream), `path` a JSON path,
    `message` a sentence. `severity` is set if it differs from that of the rule.
    """

    kind: str
    chunk: int | None
    message: str
    path: str | None = None
    severity: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """A table of the allowed order.

    `steps[(state, symbol)]` is the next state. `missteps[(state, symbol)]` names the error in a step; such a step is still
    taken if `steps` has it, otherwise the state does not change. A step in neither table is allowed and changes nothing.
    `ends` are the valid final states; any other state at the end is a misstep named by `unfinished[state]`.
    """

    name: str
    start: str
    steps: Mapping[tuple[str, str], str]
    missteps: Mapping[tuple[str, str], str] = field(default_factory=dict)
    ends: frozenset[str] = frozenset()
    unfinished: Mapping[str, str] = field(default_factory=dict)

    @property
    def kinds(self) -> frozenset[str]:
        """Every misstep that this table can produce."""
        states = {self.start, *self.steps.values()} - self.ends
        return frozenset({*self.missteps.values(), *(self.unfinished.get(state, "unfinished") for state in states)})


class Walk:
    """A walk through a grammar, with a state per key."""

    __slots__ = ("_grammar", "states")

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
        self.states: dict[object, str] = {}

    def state(self, key: object) -> str:
        """Return the state of `key`."""
        return self.states.get(key, self._grammar.start)

    def step(self, key: object, symbol: str) -> str | None:
        """Take one step for `key`. Return the name of the misstep, or None if the step is allowed."""
        step = (self.states.get(key, self._grammar.start), symbol)
        self.states[key] = self._grammar.steps.get(step, step[0])
        return self._grammar.missteps.get(step)

    def unfinished(self) -> list[tuple[object, str]]:
        """Return each key whose state is not a valid end, with the name of its misstep."""
        grammar = self._grammar
        return [
            (key, grammar.unfinished.get(state, "unfinished"))
            for key, state in self.states.items()
            if state not in grammar.ends
        ]


def diagram(grammar: Grammar) -> str:
    """Return the table as a Mermaid state diagram, with missteps in brackets after their symbol."""
    lines = ["stateDiagram-v2", f"    [*] --> {grammar.start}"]
    for (state, symbol), following in grammar.steps.items():
        wrong = grammar.missteps.get((state, symbol))
        lines.append(f"    {state} --> {following}: {symbol}" + (f" [{wrong}]" if wrong else ""))
    for (state, symbol), wrong in grammar.missteps.items():
        if (state, symbol) not in grammar.steps:
            lines.append(f"    {state} --> {state}: {symbol} [{wrong}]")
    lines += [f"    {state} --> [*]" for state in sorted(grammar.ends)]
    lines += [f"    {state} --> [*]: end [{wrong}]" for state, wrong in grammar.unfinished.items()]
    return "\n".join(lines)
