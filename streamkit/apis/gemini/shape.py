"""The shape of a chunk of Gemini's `streamGenerateContent`: a whole `GenerateContentResponse`, everything optional.

Source: google-genai 3.4, `types.py`. Its own model forbids what it does not know and fails on real streams
(`usageMetadata.serviceTier`), so it is no measure; only the types of what is there are checked.
"""

from __future__ import annotations

from functools import partial

from streamkit.apis._kit.misfits import kinds_of, misfits_of, unknown_fields
from streamkit.apis._kit.schema import schema_of
from streamkit.apis._kit.shape import ANY, Shape, array, boolean, integer, number, string, structure

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

misfits = misfits_of(SHAPE)
unknown = partial(unknown_fields, SHAPE)
kinds = partial(kinds_of, SHAPE)
schema = schema_of(SHAPE, "A chunk of Gemini streamGenerateContent")
