"""A client that is cancelled before its first request leaves nothing open."""

from __future__ import annotations

import asyncio
import gc

import pytest

from streamkit.transport.client import Client


def test_a_cancelled_start_closes_the_session(caplog: pytest.LogCaptureFixture) -> None:
    async def start() -> None:
        task = asyncio.create_task(Client().__aenter__())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("streamkit.transport.client.getproxies", dict)
        asyncio.run(start())
    gc.collect()
    assert "Unclosed" not in caplog.text
