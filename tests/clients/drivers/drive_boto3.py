"""boto3: `converse_stream` of bedrock-runtime."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.config import Config
from common import RETRIES, answer, drive


def converse(base: str, _: str, model: str) -> dict[str, Any]:
    client = boto3.client(
        "bedrock-runtime",
        endpoint_url=base,
        region_name="us-east-1",
        aws_access_key_id="none",
        aws_secret_access_key="none",
        config=Config(retries={"total_max_attempts": 1}) if RETRIES else None,
    )
    text, reasoning, calls, finish, usage = "", "", {}, None, None
    for event in client.converse_stream(modelId=model, messages=[])["stream"]:
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


drive({"converse_stream()": converse})
