"""What the tests share: the site, built once and served, and a browser to read it with."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from finish.browser import ROOT, executable, started

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell leaves it for what it runs behind
    signal.signal(signal.SIGINT, signal.default_int_handler)

SERVED = pytest.StashKey[tuple[str, str]]()  # the folder of the site, and the address at which it is served


@dataclass(frozen=True)
class Site:
    """A built site: its folder, and the address it is served at, which ends in a slash."""

    folder: Path
    url: str


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Leave the test's output alone."""

    def handle(self) -> None:
        """Take it as it is if a browser that is closed hangs up."""
        with suppress(ConnectionError):
            super().handle()


@contextmanager
def alone() -> Iterator[None]:
    """Wait for the other processes of a run."""
    (ROOT / ".cache").mkdir(exist_ok=True)
    with (ROOT / ".cache" / "building").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def pytest_configure(config: pytest.Config) -> None:
    """Serve the site that will be built, in the process that the others of a run begin and end in."""
    if hasattr(config, "workerinput"):  # this is one of the others
        return
    folder = Path(tempfile.mkdtemp(prefix="book-"))
    config.add_cleanup(partial(shutil.rmtree, folder))
    server = ThreadingHTTPServer(("localhost", 0), partial(_Quiet, directory=folder / "site"))
    config.add_cleanup(server.server_close)
    config.add_cleanup(server.shutdown)
    config.stash[SERVED] = str(folder / "site"), f"http://localhost:{server.server_port}/"
    threading.Thread(target=server.serve_forever, daemon=True).start()


@pytest.hookimpl(optionalhook=True)  # of a run in several processes
def pytest_configure_node(node: Any) -> None:
    """Tell one of the others where the site is served."""
    node.workerinput["served"] = node.config.stash[SERVED]


@pytest.fixture(scope="session")
def site(pytestconfig: pytest.Config) -> Site:
    """Build the site strictly, for the address at which it is served; whoever needs it first builds it for all."""
    folder, url = getattr(pytestconfig, "workerinput", {}).get("served") or pytestconfig.stash[SERVED]
    with alone():
        if not Path(folder).exists():
            command = [sys.executable, "-m", "galley.cli", "site", "--into", folder]
            build = subprocess.run(
                command,
                cwd=ROOT,
                env=os.environ | {"SITE_URL": url},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            if build.returncode:
                pytest.fail(f"the site does not build:\n{build.stdout}", pytrace=False)
    return Site(Path(folder), url)


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
