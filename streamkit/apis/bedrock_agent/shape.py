"""The shape of InvokeAgent's events: the payload under the name of its event.

Source: botocore 1.44.5, `bedrock-agent-runtime/2023-07-26/service-2.json`, `ResponseStream`. InvokeInlineAgent sends
the same without the agent's id, alias and version.
"""

from __future__ import annotations

from functools import partial

from streamkit.apis._kit.misfits import misfit_checker, misfit_kinds, unknown_fields
from streamkit.apis._kit.schema import schema_builder
from streamkit.apis._kit.shape import Field, Shape, array, expected, string, structure
from streamkit.apis.bedrock_agent.tables import TABLES

EXCEPTIONS = (
    "accessDeniedException",
    "badGatewayException",
    "conflictException",
    "dependencyFailedException",
    "internalServerException",
    "modelNotReadyException",
    "resourceNotFoundException",
    "serviceQuotaExceededException",
    "throttlingException",
    "validationException",
)


def _table(name: str, *, null: bool = False, required: bool = False) -> Field:
    shape = TABLES[name]
    return Field(Shape(types=("object", "null"), fields=shape.fields) if null else shape, required)


_TRACE = {
    "agentAliasId": string(null=True),
    "agentId": string(null=True),
    "agentVersion": string(null=True),
    "callerChain": array(_table("Caller"), null=True),
    "collaboratorName": string(null=True),
    "eventTime": Field(Shape(types=("string", "number", "null"))),
    "sessionId": expected(string()),
    "trace": expected(_table("Trace")).called(inside="warning"),
}

SHAPE = Shape(
    types=("object",),
    fields={
        "chunk": structure({"bytes": string(required=True), "attribution": _table("Attribution", null=True)}),
        "trace": structure(_TRACE),
        "returnControl": _table("ReturnControlPayload"),
        "files": structure({"files": array(_table("OutputFile"), required=True)}),
        **dict.fromkeys(EXCEPTIONS, structure({"message": string(null=True)})),
    },
)

misfits = misfit_checker(SHAPE)
unknown = partial(unknown_fields, SHAPE)
kinds = partial(misfit_kinds, SHAPE)
schema = schema_builder(SHAPE, "An event of Amazon Bedrock's InvokeAgent, under its name")
