"""A web server on this machine that sends every client the same answer."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


class Mirror(ThreadingHTTPServer):
    """Answers while its ``with`` block lasts, and counts how often."""

    daemon_threads = False  # closing the server waits for its answers, and their sockets

    def __init__(
        self, body: bytes, status: int = 200, length: int | None = None, name: str = "file.gz"
    ) -> None:
        self.answered = 0
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                mirror.answered += 1
                self.send_response(status)
                self.send_header("Content-Length", str(len(body) if length is None else length))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/{name}"

    def __enter__(self) -> Self:
        options = {"poll_interval": 0.01}
        threading.Thread(target=self.serve_forever, kwargs=options).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
