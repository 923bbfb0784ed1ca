"""boto3: `converse_stream` of bedrock-runtime."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.config import Config
from common import RETRIES, answer, at, drive


def client_at(base: str) -> Any:
    return boto3.client(
        "bedrock-runtime",
        **at(endpoint_url=base),
        region_name="us-east-1",
        aws_access_key_id="none",
        aws_secret_access_key="none",
        config=Config(retries={"total_max_attempts": 1}) if RETRIES else None,
    )


def plain(base: str, _: str, model: str) -> dict[str, Any]:
    final = client_at(base).converse(modelId=model, messages=[])
    blocks, usage = final["output"]["message"]["content"], final.get("usage")
    used = [block["toolUse"] for block in blocks if "toolUse" in block]
    return answer(
        text="".join(block.get("text", "") for block in blocks),
        reasoning="".join(
            block.get("reasoningContent", {}).get("reasoningText", {}).get("text", "") for block in blocks
        ),
        calls=[[tool["toolUseId"], tool["name"], tool["input"]] for tool in used],
        finish=final.get("stopReason"),
        usage=usage and [usage.get("inputTokens"), usage.get("outputTokens")],
    )


def converse(base: str, _: str, model: str) -> dict[str, Any]:
    text, reasoning, calls, finish, usage = "", "", {}, None, None
    for event in client_at(base).converse_stream(modelId=model, messages=[])["stream"]:
        if "contentBlockStart" in event:
            start = event["contentBlockStart"]
            tool = start["start"].get("toolUse", {})
            calls[start["contentBlockIndex"]] = [tool.get("toolUseId"), tool.get("name"), ""]
        elif "contentBlockDelta" in event:
            delta = event["contentBlockDelta"]["delta"]
            text += delta.get("text", "")
            reasoning += delta.get("reasoningContent", {}).get("text", "")
            if "toolUse" in delta:
                calls[event["contentBlockDelta"]["contentBlockIndex"]][2] += delta["toolUse"]["input"]
        elif "messageStop" in event:
            finish = event["messageStop"].get("stopReason")
        elif "metadata" in event:
            usage = event["metadata"].get("usage")
    return answer(
        text=text,
        reasoning=reasoning,
        calls=list(calls.values()),
        finish=finish,
        usage=usage and [usage.get("inputTokens"), usage.get("outputTokens")],
    )


drive({"converse_stream()": converse}, plain={"converse_stream()": plain})
