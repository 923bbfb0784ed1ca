"""The shape of a chunk of Gemini's `streamGenerateContent`: a whole `GenerateContentResponse`, in which every field is
optional.

Source: google-genai 3.4, `types.py`. Its own model forbids unknown fields and fails on real streams
(`usageMetadata.serviceTier`), so it says nothing about new fields; it does raise on a wrong type in a known field.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from streamkit.apis._kit.misfits import misfit_checker, misfit_kinds, unknown_fields
from streamkit.apis._kit.reading import as_object, objects_in
from streamkit.apis._kit.schema import schema_builder
from streamkit.apis._kit.shape import ANY, Shape, array, boolean, count, expected, string, structure
from streamkit.apis.gemini.tables import TABLES
from streamkit.model.stream import Misfit

# Google's own JSON has no null: it is an error in a field that clients read, and a warning in any other.
_PART = structure(
    {
        **TABLES["Part"].fields,
        "text": string(),
        "thought": boolean(),
        "thoughtSignature": string(),
        "functionCall": structure(
            {**TABLES["FunctionCall"].fields, "name": string(), "args": structure({}, null=True), "id": string()}
        ),
        "functionResponse": structure(TABLES["FunctionResponse"].fields),
        "inlineData": structure({**TABLES["Blob"].fields, "mimeType": string(), "data": string()}),
        "executableCode": structure({**TABLES["ExecutableCode"].fields, "code": string()}),
        "codeExecutionResult": structure({**TABLES["CodeExecutionResult"].fields, "output": string()}),
    }
)

_CANDIDATE = structure(
    {
        **TABLES["Candidate"].fields,
        "content": structure(
            {"role": string("model", "user").called(wrong_value="unknown-word"), "parts": array(_PART)}
        ),
        "finishReason": TABLES["Candidate"].fields["finishReason"].called(wrong_value="unknown-finish-reason"),
        "index": count(),
    }
)

_COUNT = count().called(wrong_type="malformed-usage")
_COUNTS = (
    "promptTokenCount",
    "candidatesTokenCount",
    "thoughtsTokenCount",
    "totalTokenCount",
    "cachedContentTokenCount",
    "toolUsePromptTokenCount",
)
# The count of a modality has both, in all the 13 recorded streams that have such counts.
_OF_MODALITY = array(structure({name: expected(field) for name, field in TABLES["ModalityTokenCount"].fields.items()}))
_DETAILS = (
    "cacheTokensDetails",
    "candidatesTokensDetails",
    "promptTokensDetails",
    "toolUsePromptTokensDetails",
)
_USAGE = structure(
    {
        **TABLES["UsageMetadata"].fields,
        **dict.fromkeys(_COUNTS, _COUNT),
        **dict.fromkeys(_DETAILS, _OF_MODALITY),
        "serviceTier": string(),
    }
).called(wrong_type="malformed-usage")

SHAPE = Shape(
    types=("object",),
    fields={
        **TABLES["Response"].fields,
        "candidates": array(_CANDIDATE),
        "usageMetadata": _USAGE,
        "promptFeedback": structure(TABLES["PromptFeedback"].fields),
        "modelVersion": string(),
        "responseId": string(),
        "createTime": string(),
        "error": ANY,
    },
)

_misfits = misfit_checker(SHAPE)

_ENUMERATIONS = (
    ".blockReason",
    ".category",
    ".finishReason",
    ".language",
    ".modality",
    ".outcome",
    ".probability",
    ".severity",
    ".trafficType",
    ".urlRetrievalStatus",
)


def misfits(chunks: Sequence[dict[str, Any]]) -> Iterator[Misfit]:
    """Yield every misfit of every chunk, except those of enumerations if they are numbers, as with `enum-encoding=int`
    in the URL."""
    found = list(_misfits(chunks))
    numbered = bool(found) and _is_numbered(chunks)
    return (misfit for misfit in found if not (numbered and misfit.path.endswith(_ENUMERATIONS)))


def _is_numbered(chunks: Sequence[dict[str, Any]]) -> bool:
    """Return whether enumerations are numbers: categories of safety ratings, modalities of counts, and none is a word."""
    kinds = {type(value) for chunk in chunks for value in _enumerations(chunk)}
    return int in kinds and str not in kinds


def _enumerations(chunk: dict[str, Any]) -> Iterator[Any]:
    usage = as_object(chunk.get("usageMetadata"))
    for name in ("promptTokensDetails", "candidatesTokensDetails"):
        yield from (entry.get("modality") for entry in objects_in(usage.get(name)))
    for candidate in objects_in(chunk.get("candidates")):
        yield from (rating.get("category") for rating in objects_in(candidate.get("safetyRatings")))
        if type(candidate.get("finishReason")) is str:
            yield candidate["finishReason"]


unknown = partial(unknown_fields, SHAPE)
kinds = partial(misfit_kinds, SHAPE)
schema = schema_builder(SHAPE, "A chunk of Gemini streamGenerateContent")
