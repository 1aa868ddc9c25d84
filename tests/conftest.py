"""What the tests share: the site, built once and served, and a browser to read it with."""

import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.galley.browser import ROOT, executable, started


@dataclass(frozen=True)
class Site:
    """A built site: its folder, and the address it is served at, which ends in a slash."""

    folder: Path
    url: str


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Leave the test's output alone."""


@contextmanager
def alone() -> Iterator[None]:
    """Wait for the other processes of a run: whoever builds first draws the figures for all."""
    (ROOT / ".cache").mkdir(exist_ok=True)
    with (ROOT / ".cache" / "building").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Build the site strictly, for the address at which a thread serves it."""
    folder = tmp_path_factory.mktemp("book") / "site"
    with ThreadingHTTPServer(("localhost", 0), partial(_Quiet, directory=folder)) as server:
        url = f"http://localhost:{server.server_port}/"
        command = [sys.executable, "-m", "galley.cli", "site", "--into", str(folder)]
        environment = os.environ | {"SITE_URL": url}
        with alone():
            build = subprocess.run(
                command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
        if build.returncode:
            pytest.fail(f"the site does not build:\n{build.stdout}", pytrace=False)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Site(folder, url)
        server.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start a browser."""
    with started(*executable()) as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """Open a page whose script may not fail and which may ask nobody but the site for anything."""
    complaints: list[str] = []
    ours = (site.url, "data:", "blob:")
    with browser.new_context(base_url=site.url) as context, context.new_page() as page:
        page.on(
            "request", lambda request: request.url.startswith(ours) or complaints.append(f"asked for {request.url}")
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
        yield page
    assert complaints == []
