"""IBM watsonx.ai `text/generation_stream`: objects with `results`, each with the next text. (Its chat API is OpenAI's.)

Source: cloud.ibm.com/apidocs/watsonx-ai, "Infer text event stream".
"""

from __future__ import annotations

from typing import Any

from streamkit.apis import Api, Chunk, Ending, Judge, Sample
from streamkit.apis._kit.merge import Fragments, joined
from streamkit.apis._kit.reading import as_string, error_message, first_count, nonempty_string, objects_in, usage_delta
from streamkit.model.message import ERROR, FINISH, TEXT, USAGE, Delta, Message, Part, Reply, Usage

_NO_FINISH = (None, "", "not_finished", "NOT_FINISHED")
# The stop reason of a generation that failed.
_FAILED = ("error", "ERROR")
_COUNTS = ("input_token_count", "generated_token_count")


def recognises(sample: Sample) -> str | None:
    """Recognise a chunk whose `results` have a `generated_text`."""
    for chunk in sample.chunks:
        if any("generated_text" in result for result in objects_in(chunk.get("results"))):
            return "results hold a generated_text"
    return "the request's path" if sample.path.endswith("/text/generation_stream") else None


def flags(chunk: Chunk) -> int:
    """Return what a chunk carries, over all its results, as flags."""
    found = 0
    for result in objects_in(chunk.get("results")):
        if result.get("generated_text"):
            found |= TEXT
        if result.get("stop_reason") not in _NO_FINISH:
            found |= FINISH | (ERROR if result["stop_reason"] in _FAILED else 0)
        if any(result.get(name) for name in _COUNTS):
            found |= USAGE
    return found | (ERROR if chunk.get("errors") or chunk.get("error") else 0)


def deltas(chunk: Chunk) -> tuple[Delta, ...]:
    """Return what a chunk adds."""
    found: list[Delta] = []
    for index, result in enumerate(objects_in(chunk.get("results"))):
        if as_string(result.get("generated_text")):
            found.append(Delta("text", result["generated_text"], choice=index))
        if result.get("stop_reason") not in _NO_FINISH:
            found.append(Delta("finish", as_string(result["stop_reason"]), choice=index))
    if flags(chunk) & FINISH and flags(chunk) & USAGE:
        found.append(usage_delta(usage(chunk)))
    errors = objects_in(chunk.get("errors")) or ([chunk["error"]] if chunk.get("error") else [])
    if flags(chunk) & ERROR and not errors:
        errors = [{"message": "the generation failed"}]
    return (*found, *(Delta("error", error_message(error)) for error in errors))


def usage(chunk: Chunk) -> Usage | None:
    """Return the token counts that a chunk reports: running totals, some of which are 0 in later chunks."""
    counted = [result for result in objects_in(chunk.get("results")) if any(result.get(name) for name in _COUNTS)]
    if not counted:
        return None
    return parse_usage({name: counted[0][name] for name in _COUNTS if counted[0].get(name)})


def parse_usage(raw: dict[str, Any]) -> Usage:
    """Convert the counts to the terms common to all APIs."""
    return Usage(input=first_count(raw, _COUNTS[0]), output=first_count(raw, _COUNTS[1]), raw=raw)


def ended(ending: Ending) -> bool:
    """The stream ends with a stop reason."""
    return any(flag & FINISH for flag in ending.flags)


class WatsonxAssembler:
    """Assembles chunks into what `text/generation` returns."""

    def __init__(self) -> None:
        self._head: dict[str, Any] = {}
        self._results: list[dict[str, Any]] = []
        self._texts: list[Fragments] = []

    def feed(self, chunk: Chunk) -> None:
        """Take the next chunk. Never raises on content."""
        self._head.update((key, value) for key, value in chunk.items() if key != "results" and value is not None)
        for index, result in enumerate(objects_in(chunk.get("results"))):
            if index == len(self._results):
                self._results.append({})
                self._texts.append(Fragments())
            known = self._results[index]
            for key, value in result.items():
                # A count of 0 after another count is not meaningful; the earlier count is kept.
                if value is not None and not (value == 0 and key in _COUNTS and known.get(key)):
                    known[key] = value
            self._texts[index].append(as_string(result.get("generated_text")))

    @property
    def object(self) -> dict[str, Any]:
        """The response assembled so far; a stop reason that means "not finished" becomes null."""
        results = []
        for result, pieces in zip(self._results, self._texts, strict=True):
            stop = result.get("stop_reason")
            results.append(
                {**result, "generated_text": joined(pieces), "stop_reason": None if stop in _NO_FINISH else stop}
            )
        return {**self._head, "results": results}

    @property
    def message(self) -> Reply:
        """The same in the terms common to all APIs."""
        messages = tuple(
            Message(index, None, (Part("text", result["generated_text"]),), nonempty_string(result["stop_reason"]))
            for index, result in enumerate(self.object["results"])
        )
        return Reply(messages, None, nonempty_string(self._head.get("model_id")), usage({"results": self._results}))


def judge() -> Judge:
    """Return the tables of shape and order. Their modules are imported when a stream is first checked."""
    from streamkit.apis.watsonx import grammar, shape

    return Judge.of(shape, grammar, grammar.GRAMMAR)


API = Api(
    name="watsonx",
    title="IBM watsonx.ai text generation",
    recognises=recognises,
    flags=flags,
    deltas=deltas,
    usage=usage,
    model=lambda chunk: nonempty_string(chunk.get("model_id")),
    ended=ended,
    assembler=WatsonxAssembler,
    merged_usage=parse_usage,
    order=40,
    judge=judge,
)
