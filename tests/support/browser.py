"""Headless Chromium, spoken to by its DevTools protocol: what a page looks like, and what it asks the network for."""

import base64
import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import httpx
import pytest
import websocket

from support.cluster import eventually

START_SECONDS = 30.0
# Nothing that a browser does for itself may be taken for something that the page asked for.
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--remote-debugging-port=0",
)  # fmt: skip


class Page:
    """One tab."""

    def __init__(self, socket: websocket.WebSocket) -> None:
        self._socket = socket
        self._sent = 0
        self._events: list[dict[str, Any]] = []
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result."""
        self._sent += 1
        self._socket.send(json.dumps({"id": self._sent, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv())
            if message.get("id") == self._sent:
                assert "error" not in message, f"{method}: {message['error']}"
                return cast(dict[str, Any], message["result"])
            self._events.append(message)

    def open(self, path: Path, *, scripts: bool = False) -> None:
        """Open a file and return when it has loaded; without `scripts` the page's own are off, as careful people have it."""
        self._events.clear()
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.call("Page.navigate", url=path.as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self._events):
            self._events.append(json.loads(self._socket.recv()))

    def requests(self) -> list[str]:
        """The URLs asked for since the page was opened, its own aside."""
        self.look("0")
        urls = [event["params"]["request"]["url"] for event in self._events if event["method"] == "Network.requestWillBeSent"]
        return urls[1:]

    def complaints(self) -> list[str]:
        """What the browser logged: refused styles, broken markup, scripts that were tried."""
        return [str(event["params"]["entry"]["text"]) for event in self._events if event["method"] == "Log.entryAdded"]

    def look(self, expression: str) -> Any:
        """The value of a JavaScript expression over the page, as the browser's own tools evaluate it."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, f"{expression}: {result['exceptionDetails']}"
        return result["result"].get("value")

    def shown(self, selector: str) -> list[str]:
        """The text of everything that matches and is seen."""
        expression = (
            f"[...document.querySelectorAll({json.dumps(selector)})].filter(e => e.checkVisibility()).map(e => e.textContent.trim())"
        )
        return cast(list[str], self.look(expression))

    def resize(self, width: int, height: int = 900) -> None:
        """Make the window so many pixels wide and high."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def media(self, kind: str = "screen", *, dark: bool = False) -> None:
        """Show the page as on a screen or on paper, light or dark."""
        self.call(
            "Emulation.setEmulatedMedia", media=kind, features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        )

    def contents(self) -> list[Mapping[str, Any]]:
        """What assistive technology is told: role and name of every node that is not hidden from it."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return [{"role": node["role"]["value"], "name": node.get("name", {}).get("value", "")} for node in nodes if not node["ignored"]]

    def picture(self, target: Path, top: int = 0, height: int | None = None) -> Path:
        """Save the page as PNG, from `top` on; all of it without a height."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": top, "width": size["width"], "height": height or size["height"] - top, "scale": 1}
        shot = self.call("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
        target.write_bytes(base64.b64decode(shot["data"]))
        return target


@contextmanager
def browser() -> Iterator[Page]:
    """Start Chromium with a profile of its own and no way to any name, and end it."""
    # Helpers of a browser that has ended go on writing to its profile for a moment.
    with TemporaryDirectory(prefix="fedfleet-browser-", ignore_cleanup_errors=True) as profile:
        command = ["chromium", *FLAGS, f"--user-data-dir={profile}", "about:blank"]
        chromium = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            socket = _tab(_port(Path(profile), chromium))
            try:
                yield Page(socket)
            finally:
                socket.close()
        finally:
            chromium.terminate()
            chromium.wait(timeout=START_SECONDS)


def _port(profile: Path, chromium: "subprocess.Popen[bytes]") -> int:
    """The port of loopback at which it listens: the first line of a file that it writes once it does."""
    told = profile / "DevToolsActivePort"

    def listens() -> bool:
        assert chromium.poll() is None, f"Chromium ended at once: {chromium.returncode}"
        return told.is_file() and bool(told.read_text())

    eventually(listens, "Chromium listens", START_SECONDS)
    return int(told.read_text().splitlines()[0])


def _tab(port: int) -> websocket.WebSocket:
    tabs = httpx.get(f"http://127.0.0.1:{port}/json/list", timeout=START_SECONDS, trust_env=False).json()
    url = next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page")
    return websocket.create_connection(url, timeout=START_SECONDS, suppress_origin=True)


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A tab for the tests of a module: a browser has no business beside tests that look at what is left on the machine."""
    with browser() as tab:
        yield tab
