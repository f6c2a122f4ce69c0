"""A web server on this machine that serves one file, and misbehaves as it is told to."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


class Mirror(ThreadingHTTPServer):
    """Answers while its ``with`` block lasts.

    Args:
        body: the file.
        status: of every answer.
        length: what answers say of the file's length, where that is not the truth.
        name: the file's name.
        headers: of every answer.
        breaks: each answer in turn ends after so many bytes; then they are whole.
        trickles: answers come byte by byte, and so many seconds between each two.
        holds: answers stop after so many bytes, and wait for :attr:`released`.

    Attributes:
        answered: how many requests were.
        asked: the headers of each.
        released: lets answers that hold go on.
    """

    daemon_threads = False  # closing the server waits for its answers, and their sockets

    def __init__(
        self,
        body: bytes,
        status: int = 200,
        length: int | None = None,
        name: str = "file.gz",
        headers: dict[str, str] | None = None,
        breaks: Sequence[int] = (),
        trickles: float = 0,
        holds: int | None = None,
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.url = f"http://127.0.0.1:{self.server_port}/{name}"
        self.body, self.status, self.length, self.trickles = body, status, length, trickles
        self.headers, self.breaks, self.holds = headers or {}, list(breaks), holds
        self.asked: list[Message] = []
        self.released = threading.Event()

    @property
    def answered(self) -> int:
        return len(self.asked)

    def __enter__(self) -> Self:
        options = {"poll_interval": 0.01}
        threading.Thread(target=self.serve_forever, kwargs=options).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self.shutdown()
        self.server_close()


class _Answer(BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        self.server.asked.append(self.headers)
        mirror, body = self.server, self.server.body
        self.send_response(mirror.status)
        for name, value in mirror.headers.items():
            self.send_header(name, value)
        length = len(body) if mirror.length is None else mirror.length
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self._send(body)

    def _send(self, content: bytes) -> None:
        if self.server.breaks:
            content = content[: self.server.breaks.pop(0)]
        held = len(content) if self.server.holds is None else self.server.holds
        try:
            while self.server.trickles and content and not self.server.released.is_set():
                self.wfile.write(content[:1])
                content = content[1:]
                self.server.released.wait(self.server.trickles)
            self.wfile.write(content[:held])
            if held < len(content):
                self.server.released.wait()
                self.wfile.write(content[held:])
        except ConnectionError:  # the client had enough
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass
