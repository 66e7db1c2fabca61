"""
A bare page without the chat widget and the same page with it, by turns, in Lighthouse: what the widget costs the page that it is on.

Lighthouse plays a phone of the middle class on a slow line, as it does by default. The page has nothing else, so whatever the
widget costs shows. Both pages are from this machine, the widget from the real server at an origin of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from tests.widget.bot import bot

PROGRAM: Final = Path("build/lighthouse/node_modules/lighthouse/cli/index.js")
CHROMIUM: Final = "--headless=new --no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync"
#: Seconds of one run.
PATIENCE_S: Final = 180.0
PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in</title><link rel="icon" href="data:,">{script}</head>
<body><h1>Example Exchange</h1><p>Sign in to go on.</p></body></html>"""
#: What is printed beside the score: Lighthouse's name of it, and ours.
FIGURES: Final = {
    "first-contentful-paint": "first paint, ms",
    "largest-contentful-paint": "largest paint, ms",
    "total-blocking-time": "blocked, ms",
    "cumulative-layout-shift": "layout shift",
    "total-byte-weight": "bytes",
}


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def site(folder: Path) -> Iterator[str]:
    """Serve a folder; yields the origin."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def report(node: str, chromium: str, address: str) -> dict[str, Any]:
    """Let Lighthouse look at a page once."""
    done = subprocess.run(
        [
            *(node, PROGRAM, address, "--quiet", "--output=json", "--only-categories=performance"),
            *(f"--chrome-flags={CHROMIUM}", "--no-enable-error-reporting"),
        ],
        env={**os.environ, "CHROME_PATH": chromium, "NO_PROXY": "127.0.0.1,localhost"},
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    if done.returncode != 0:
        sys.exit(f"Lighthouse failed at {address}:\n{done.stderr.decode()[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def scores(reports: list[dict[str, Any]]) -> list[float]:
    """Return the performance scores of some runs, 0 to 100."""
    return [100 * each["categories"]["performance"]["score"] for each in reports]


def line(name: str, reports: list[dict[str, Any]]) -> str:
    """Write the medians of some runs."""
    found = scores(reports)
    parts = [f"performance {statistics.median(found):.0f} ({min(found):.0f} to {max(found):.0f})"]
    for audit, words in FIGURES.items():
        value = statistics.median(each["audits"][audit]["numericValue"] for each in reports)
        parts.append(f"{words} {value:.3g}" if value < 1 else f"{words} {value:.0f}")
    return f"{name:>15}: {'; '.join(parts)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="of each page, by turns")
    runs = parser.parse_args().runs
    node, chromium = shutil.which("node"), shutil.which("chromium")
    if node is None or chromium is None or not PROGRAM.is_file():
        sys.exit(
            "This needs node, chromium and Lighthouse: `make bench-lighthouse` installs the last and runs this."
        )
    with tempfile.TemporaryDirectory() as held, site(Path(held)) as origin:
        folder = Path(held)
        with bot(folder / "data", [origin]) as server:
            script = f'<script async src="{server.address}/widget/loader.js"></script>'
            pages = {"without": PAGE.format(script=""), "with the widget": PAGE.format(script=script)}
            for number, page in enumerate(pages.values()):
                (folder / f"{number}.html").write_text(page, "utf-8")
            reports: dict[str, list[dict[str, Any]]] = {name: [] for name in pages}
            for _ in range(runs):
                for number, name in enumerate(pages):
                    reports[name].append(report(node, chromium, f"{origin}/{number}.html"))
    for name, found in reports.items():
        print(line(name, found), flush=True)
    without, with_it = (statistics.median(scores(found)) for found in reports.values())
    if with_it < without:
        sys.exit("The widget costs the page points.")


if __name__ == "__main__":
    main()
