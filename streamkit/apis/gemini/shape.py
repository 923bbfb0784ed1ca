"""The shape of a chunk of Gemini's `streamGenerateContent`: a whole `GenerateContentResponse`, everything optional.

Source: google-genai 3.4, `types.py`. Its own model forbids what it does not know and fails on real streams
(`usageMetadata.serviceTier`), so it is no measure; only the types of what is there are checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from streamkit.apis._kit.misfits import kinds_of, misfits_of, unknown_fields
from streamkit.apis._kit.reading import object_of, objects_in
from streamkit.apis._kit.schema import schema_of
from streamkit.apis._kit.shape import ANY, Shape, array, boolean, integer, number, string, structure
from streamkit.model.stream import Misfit

_PART = structure(
    {
        "text": string(),
        "thought": boolean(),
        "thoughtSignature": string(),
        "functionCall": structure(
            {
                "name": string(),
                "args": structure({}, null=True),
                "id": string(),
                "partialArgs": ANY,
                "willContinue": ANY,
            }
        ),
        "functionResponse": structure({}),
        "inlineData": structure({"mimeType": string(), "data": string()}),
        "fileData": ANY,
        "executableCode": structure({"language": string(), "code": string()}),
        "codeExecutionResult": structure({"outcome": string(), "output": string()}),
        "toolCall": ANY,
        "toolResponse": ANY,
        "videoMetadata": ANY,
    }
)

_CANDIDATE = structure(
    {
        "content": structure({"role": string(), "parts": array(_PART)}),
        "finishReason": string(),
        "finishMessage": string(),
        "index": integer(),
        "safetyRatings": array(ANY),
        "citationMetadata": ANY,
        "groundingMetadata": ANY,
        "urlContextMetadata": ANY,
        "avgLogprobs": number(),
        "logprobsResult": ANY,
        "tokenCount": integer(),
    }
)

_COUNT = integer().called(wrong_type="malformed-usage")

_USAGE = structure(
    {
        "promptTokenCount": _COUNT,
        "candidatesTokenCount": _COUNT,
        "thoughtsTokenCount": _COUNT,
        "totalTokenCount": _COUNT,
        "cachedContentTokenCount": _COUNT,
        "toolUsePromptTokenCount": _COUNT,
        "promptTokensDetails": array(ANY),
        "candidatesTokensDetails": array(ANY),
        "cacheTokensDetails": array(ANY),
        "toolUsePromptTokensDetails": array(ANY),
        "trafficType": string(),
        "serviceTier": string(),
    }
).called(wrong_type="malformed-usage")

SHAPE = Shape(
    types=("object",),
    fields={
        "candidates": array(_CANDIDATE),
        "usageMetadata": _USAGE,
        "promptFeedback": structure({"blockReason": string(), "safetyRatings": array(ANY)}),
        "modelVersion": string(),
        "responseId": string(),
        "createTime": string(),
        "modelStatus": ANY,
        "error": ANY,
    },
)

_misfits = misfits_of(SHAPE)


def misfits(chunks: Sequence[dict[str, Any]]) -> Iterator[Misfit]:
    """Every misfit of every chunk. Where all enumerations are numbers, as the URL's `enum-encoding=int` asks for, those of
    the finish reason and of the traffic type are none."""
    found = list(_misfits(chunks))
    numbered = bool(found) and any(map(_is_numbered, chunks))
    return (fit for fit in found if not (numbered and fit.path.endswith((".finishReason", ".trafficType"))))


def _is_numbered(chunk: dict[str, Any]) -> bool:
    """Whether another enumeration of this chunk is a number: a category of safety, a modality of tokens."""
    usage = object_of(chunk.get("usageMetadata"))
    ratings = (of for one in objects_in(chunk.get("candidates")) for of in objects_in(one.get("safetyRatings")))
    details = (of for name in ("promptTokensDetails", "candidatesTokensDetails") for of in objects_in(usage.get(name)))
    return any(type(of.get("category")) is int for of in ratings) or any(
        type(of.get("modality")) is int for of in details
    )


unknown = partial(unknown_fields, SHAPE)
kinds = partial(kinds_of, SHAPE)
schema = schema_of(SHAPE, "A chunk of Gemini streamGenerateContent")
