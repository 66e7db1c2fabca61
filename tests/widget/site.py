"""Companies' sites with the widget on them: pages of other origins than the bot's, under a policy as strict as a bank's."""

from __future__ import annotations

import html
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in</title><link rel="stylesheet" href="/site.css"><script src="/before.js"></script>
<script async src="{server}/widget/loader.js"{data}></script></head>
<body><main><h1>Example Exchange</h1><p>Sign in to go on.</p>
<p><label>E-mail <input type="email"></label></p><p><button type="button">Send code</button></p></main></body></html>"""
_STYLE = "body{font:16px/1.5 system-ui,sans-serif;margin:0;padding:24px;background:#fff;color:#222}button{padding:8px 16px}"
#: What a site of its own could do to listen: it sees every message that reaches its window.
_BEFORE = "window.heard=[];window.names=0;names=Object.getOwnPropertyNames(window);addEventListener('message',e=>heard.push(JSON.stringify(e.data)));"


class Site:
    """A site at an origin of its own; `?language=fr` and the like become `data-` attributes of the script tag."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        #: Of the bot.
        self.server = ""

    def page(self, data: dict[str, str]) -> str:
        """Return the page."""
        attributes = "".join(f' data-{name}="{html.escape(value)}"' for name, value in data.items())
        return _PAGE.format(server=self.server, data=attributes)

    @property
    def policy(self) -> str:
        """Nothing of its own but files, and of the bot what docs/widget.md names."""
        return (
            "default-src 'none'; style-src 'self'; connect-src 'self'; "
            f"script-src 'self' {self.server}; frame-src {self.server}"
        )


@contextmanager
def site(host: str = "127.0.0.1") -> Iterator[Site]:
    """Run a site on a free port."""
    made = Site("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            files = {"/site.css": ("text/css", _STYLE), "/before.js": ("text/javascript", _BEFORE)}
            kind, text = files.get(address.path, ("text/html", made.page(dict(parse_qsl(address.query)))))
            if address.path == "/favicon.ico":
                kind, text = "image/x-icon", ""
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(text.encode())))
            self.send_header("Content-Security-Policy", made.policy)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.origin = f"http://{host}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
