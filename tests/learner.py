"""A learner without a browser: talks to a Jupyter server as a page does, over HTTP and a websocket.

https://jupyter-server.readthedocs.io/en/latest/developers/websocket-protocols.html
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections import defaultdict, deque
from collections.abc import Callable
from urllib.parse import quote, urlsplit, urlunsplit

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest, HTTPResponse
from tornado.websocket import websocket_connect

DEADLINE = 60.0
"""Seconds that a learner waits for what was asked of a server or a kernel."""
VIEW = "application/vnd.jupyter.widget-view+json"


class CellFailed(AssertionError):
    """A cell raised an error: `name` is the error's."""

    def __init__(self, content: dict) -> None:
        self.name = content["ename"]
        super().__init__(f"{content['ename']}: {content['evalue']}")


class Page:
    """A notebook open in a page: `url` is the server's, `headers` say who one is."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self.url, self.headers = url.rstrip("/"), headers
        # A cell runs while `busy`; `models` are the widgets' states by their ids, `views` the ids of those shown, `told`
        # what the kernel has told each of them lately, as JSON.
        self.views: list[str] = []
        self.told: defaultdict[str, deque[str]] = defaultdict(lambda: deque(maxlen=50))
        self.models: dict[str, dict] = {}
        self.heard, self.busy = 0, False
        self._me = uuid.uuid4().hex
        self._client = AsyncHTTPClient(force_instance=True, defaults={"request_timeout": DEADLINE})
        self._waiting: dict[str, asyncio.Queue] = {}

    async def ask(self, method: str, path: str, /, **body: object) -> HTTPResponse:
        """Send a request to the server. Raises `HTTPClientError` when the answer is an error."""
        text = json.dumps(body) if method in ("POST", "PUT", "PATCH") else None
        return await self._client.fetch(
            HTTPRequest(f"{self.url}{path}", method, headers=self.headers, body=text, connect_timeout=DEADLINE)
        )

    async def read(self, path: str) -> dict:
        """Return what the server has under that path of its API."""
        return json.loads((await self.ask("GET", path)).body)

    async def open(self, notebook: str) -> list[str]:
        """Open a notebook with a kernel of its own. Returns the sources of its code cells."""
        content = (await self.read(f"/api/contents/{quote(notebook)}"))["content"]
        wanted = {"path": notebook, "name": notebook, "type": "notebook", "kernel": {"name": "python3"}}
        self.session = json.loads((await self.ask("POST", "/api/sessions", **wanted)).body)
        self.kernel = self.session["kernel"]["id"]
        parts = urlsplit(f"{self.url}/api/kernels/{self.kernel}/channels?session_id={self._me}")
        channels = urlunsplit(parts._replace(scheme="ws"))
        self._socket = await websocket_connect(HTTPRequest(channels, headers=self.headers), ping_interval=None)
        self._reading = asyncio.create_task(self._read())
        # A kernel that is just starting may answer nobody yet: ask until it does.
        for _ in range(int(DEADLINE)):
            try:
                await self._request("kernel_info_request", {}, seconds=1)
                break
            except TimeoutError:
                continue
        return [cell["source"] for cell in content["cells"] if cell["cell_type"] == "code"]

    async def run(self, code: str) -> list[str]:
        """Run a cell to its end. Returns the ids of the widgets that it showed. Raises `CellFailed`."""
        shown = len(self.views)
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": True}
        reply = await self._request("execute_request", content)
        if reply["status"] == "error":
            raise CellFailed(reply)
        return self.views[shown:]

    async def say(self, widget: str, content: object) -> None:
        """Tell a widget something, as its part in the page does when one presses a button there."""
        await self._send("comm_msg", {"comm_id": widget, "data": {"method": "custom", "content": content}})

    async def look_at(self, stage: str) -> None:
        """Have a stage in sight, as a page does that has just opened: it asks for what there was, and hears what follows."""
        await self.say(stage, {"type": "hello"})

    async def press(self, boxes: str, *texts: str) -> None:
        """Type texts into boxes, and press the button beside them."""
        await self.say(boxes, {"type": "pressed", "texts": list(texts)})

    async def interrupt(self) -> None:
        """Press the stop button."""
        await self.ask("POST", f"/api/kernels/{self.kernel}/interrupt")

    async def until(self, condition: Callable[[], object], seconds: float = DEADLINE) -> None:
        """Wait until a condition holds. Raises `TimeoutError`."""
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.01)

    async def leave(self, shut: bool = True) -> None:
        """Close the page, and with `shut` the notebook's kernel as well."""
        if shut:
            await self.ask("DELETE", f"/api/sessions/{self.session['id']}")
        self._reading.cancel()
        self._socket.close()
        self._client.close()

    def of(self, name: str) -> list[str]:
        """Return the ids of the widgets of a model or view of that name, or with a trait of that name, in order."""
        return [
            key
            for key, state in self.models.items()
            if name in state or name in (state.get("_view_name"), state.get("_model_name"))
        ]

    async def _send(self, kind: str, content: dict) -> str:
        number = uuid.uuid4().hex
        header = {"msg_id": number, "msg_type": kind, "session": self._me, "username": "", "version": "5.3", "date": ""}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
        await self._socket.write_message(json.dumps({**message, "buffers": []}))
        return number

    async def _request(self, kind: str, content: dict, seconds: float = DEADLINE) -> dict:
        """Return the content of the reply, once the kernel is idle again too."""
        number = await self._send(kind, content)
        queue = self._waiting[number] = asyncio.Queue()
        reply, idle = None, False
        try:
            async with asyncio.timeout(seconds):
                while reply is None or not idle:
                    message = await queue.get()
                    if message["header"]["msg_type"] == kind.replace("_request", "_reply"):
                        reply = message["content"]
                    idle = idle or message["content"].get("execution_state") == "idle"
        finally:
            del self._waiting[number]
        return reply

    async def _read(self) -> None:
        while (text := await self._socket.read_message()) is not None:
            message = json.loads(text if isinstance(text, str) else in_binary(text))
            self.heard += 1
            self._take(message["header"]["msg_type"], message["content"])
            queue = self._waiting.get(message["parent_header"].get("msg_id"))
            if queue:
                queue.put_nowait(message)

    def _take(self, kind: str, content: dict) -> None:
        if kind == "execute_input":
            self.busy = True
        elif kind == "execute_reply":
            self.busy = False
        elif kind == "comm_open":
            self.models[content["comm_id"]] = dict(content["data"].get("state", {}))
        elif kind == "comm_msg" and content["data"].get("method") == "update":
            self.models.setdefault(content["comm_id"], {}).update(content["data"]["state"])
        elif kind == "comm_msg" and content["data"].get("method") == "custom":
            self.told[content["comm_id"]].append(json.dumps(content["data"]["content"], ensure_ascii=False))
        elif kind == "display_data" and VIEW in content["data"]:
            self.views.append(content["data"][VIEW]["model_id"])


def in_binary(message: bytes) -> bytes:
    """Return the JSON of a message with buffers: their number, where each part begins, the JSON, the buffers."""
    count = int.from_bytes(message[:4], "big")
    places = [int.from_bytes(message[4 * place : 4 * place + 4], "big") for place in range(1, count + 1)]
    return message[places[0] : places[1] if count > 1 else None]


__all__ = ["DEADLINE", "CellFailed", "HTTPClientError", "Page"]
