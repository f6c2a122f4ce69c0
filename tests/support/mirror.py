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
        version: the ETag of every answer, such as ``'"1"'``; with one, Range requests are answered.
        headers: of every answer.
        breaks: each answer in turn ends after so many bytes; then they are whole.
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
        version: str = "",
        headers: dict[str, str] | None = None,
        breaks: Sequence[int] = (),
        holds: int | None = None,
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.url = f"http://127.0.0.1:{self.server_port}/{name}"
        self.body, self.status, self.length, self.version = body, status, length, version
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
        start = self._start()
        if start > 0 and start >= len(body):
            self.send_error(416)
            return
        self.send_response(206 if start else mirror.status)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        if mirror.version:
            self.send_header("ETag", mirror.version)
        for name, value in mirror.headers.items():
            self.send_header(name, value)
        length = len(body) if mirror.length is None else mirror.length
        self.send_header("Content-Length", str(length - start))
        self.end_headers()
        self._send(body[start:])

    def _start(self) -> int:
        """Where the answer begins: RFC 9110, of which a mirror without versions knows nothing."""
        wanted = self.headers.get("Range", "")
        is_same = self.headers.get("If-Range", self.server.version) == self.server.version
        if not (self.server.version and wanted and is_same):
            return 0
        return int(wanted.removeprefix("bytes=").removesuffix("-"))

    def _send(self, content: bytes) -> None:
        if self.server.breaks:
            content = content[: self.server.breaks.pop(0)]
        held = len(content) if self.server.holds is None else self.server.holds
        try:
            self.wfile.write(content[:held])
            if held < len(content):
                self.server.released.wait()
                self.wfile.write(content[held:])
        except ConnectionError:  # the client had enough
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass
