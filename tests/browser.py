"""A Chromium without a window, for tests of the pages that streamkit writes: it loads them, runs their scripts and takes pictures.

    with chromium(folder) as browser:
        page = browser.open(path.as_uri())
        page.evaluate("document.title")
        Path("page.png").write_bytes(page.screenshot(width=1200, height=800))

The browser is the one that is installed on this system (or that `STREAMKIT_CHROMIUM` names); without one, `needs_chromium` skips.
It is driven by the DevTools protocol: https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.processes import started
from tests.waiting import SAFETY_S, eventually

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = os.environ.get("STREAMKIT_CHROMIUM") or next(
    (found for name in NAMES if (found := shutil.which(name))), None
)
OPTIONS = (
    "--headless",
    "--no-sandbox",  # which does not start in containers; the pages are those of the tests
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--remote-debugging-port=0",
)
IN_CHROMIUM = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed (apt install chromium)"),
]
"""The marks of tests in Chromium."""


def needs_chromium(test: Callable[..., None]) -> Callable[..., None]:
    """Mark a test in Chromium."""
    for mark in IN_CHROMIUM:
        test = mark(test)
    return test


class Page:
    """A tab. `dialogs` are the texts of the dialogs that it opened, `requests` the addresses that it asked for."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser, self._session = browser, session
        self.dialogs: list[str] = []
        self.requests: list[str] = []
        self._loaded = 0
        for domain in ("Page", "Network", "Runtime"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol. Raises RuntimeError with its error."""
        return self._browser.call(method, parameters, self._session)

    def load(self, url: str) -> None:
        """Load an address, and wait until the page and all that it refers to have been loaded. The lists begin anew."""
        self.dialogs.clear()
        self.requests.clear()
        before = self._loaded
        if error := self.call("Page.navigate", url=url).get("errorText"):
            raise RuntimeError(f"{url}: {error}")
        self._browser.until(lambda: self._loaded > before)

    def evaluate(self, script: str) -> Any:
        """Return the JSON value of an expression; a promise is awaited. Raises RuntimeError if it throws."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"].get("exception", {}).get("description", "it throws"))
        return answer["result"].get("value")

    def screenshot(self, *, width: int = 1200, height: int = 800, dark: bool = False) -> bytes:
        """Return a picture (PNG) of the page at this size, in CSS pixels."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def on(self, event: str, values: dict[str, Any]) -> dict[str, Any] | None:
        """Take note of an event of the protocol. Returns a message to send, if it needs an answer."""
        if event == "Page.loadEventFired":
            self._loaded += 1
        elif event == "Network.requestWillBeSent":
            self.requests.append(values["request"]["url"])
        elif event == "Page.javascriptDialogOpening":
            self.dialogs.append(values["message"])
            return {"method": "Page.handleJavaScriptDialog", "params": {"accept": True}, "sessionId": self._session}
        return None


class Browser:
    """A running Chromium."""

    def __init__(self, loop: asyncio.Runner, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._loop, self._socket = loop, socket
        self._number = 0
        self._pages: dict[str, Page] = {}

    def open(self, url: str = "about:blank") -> Page:
        """Return a new tab with this address."""
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        page = self._pages[session] = Page(self, session)
        page.load(url)
        return page

    def call(self, method: str, parameters: dict[str, Any], session: str | None = None) -> dict[str, Any]:
        """Call a method of the protocol, for a tab or for the browser. Raises RuntimeError with its error."""
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": parameters} | ({"sessionId": session} if session else {})
        answer: dict[str, Any] = self._loop.run(self._exchange(message))
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]  # type: ignore[no-any-return]

    def until(self, condition: Any) -> None:
        """Take events until the condition holds."""
        while not condition():
            self._loop.run(self._event())

    async def _exchange(self, message: dict[str, Any]) -> dict[str, Any]:
        await self._socket.send_json(message)
        while True:
            answer = await self._event()
            if answer.get("id") == message["id"]:
                return answer

    async def _event(self) -> dict[str, Any]:
        message: dict[str, Any] = await self._socket.receive_json(timeout=SAFETY_S)
        page = self._pages.get(message.get("sessionId", ""))
        if page is not None and "method" in message and (reply := page.on(message["method"], message["params"])):
            self._number += 1
            await self._socket.send_json({"id": self._number, **reply})
        return message


async def _connected(profile: Path) -> tuple[aiohttp.ClientSession, aiohttp.ClientWebSocketResponse]:
    port = profile / "DevToolsActivePort"
    await eventually(lambda: port.exists() and port.read_text().count("\n"))
    number, path = port.read_text().split("\n")
    session = aiohttp.ClientSession()
    return session, await session.ws_connect(f"ws://127.0.0.1:{number}{path}", max_msg_size=0)


@contextmanager
def chromium(folder: Path) -> Iterator[Browser]:
    """Start Chromium with its files in this folder; end it, and with it all its processes."""
    assert CHROMIUM is not None
    profile = folder / "profile"
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    command = [CHROMIUM, *OPTIONS, f"--user-data-dir={profile}"]
    with started(command, **silent) as process, asyncio.Runner() as loop:
        session, socket = loop.run(_connected(profile))
        browser = Browser(loop, socket)
        try:
            yield browser
        finally:
            browser.call("Browser.close", {})
            loop.run(socket.close())
            loop.run(session.close())
            process.wait(SAFETY_S)
