"""A browser for tests and for print: one that is installed, else the one that an npm package ships."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from galley.run.cache import digest
from galley.site.mathml import node

ROOT = Path(__file__).parents[2]
INSTALLED = (
    "google-chrome",
    "google-chrome-stable",
    "chromium",
    "chromium-browser",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# No sandbox, as a CI may run as root; nothing that talks to anyone.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
# The package unpacks into the system's temporary folder, and by itself leaves out the libraries that a bare machine lacks.
UNPACK = """
import chromium, { inflate } from "@sparticuz/chromium";
await chromium.executablePath();
await inflate("node_modules/@sparticuz/chromium/bin/al2023.tar.br");
"""
# Its own list of fonts holds for one folder of one cloud.
FONTS = '<fontconfig><dir prefix="relative">.</dir><dir>/usr/share/fonts</dir></fontconfig>'


def executable() -> tuple[Path, dict[str, str]]:
    """Return a browser that starts, and what its environment needs.

    Raises:
        RuntimeError: if there is none.
    """
    for name in INSTALLED:
        if (found := shutil.which(name)) and _starts(Path(found), {}):
            return Path(found), {}
    browser, environment = shipped()
    if not _starts(browser, environment):
        raise RuntimeError("No browser: install Chrome or Chromium, as the one in node_modules does not start here.")
    return browser, environment


@contextmanager
def started(path: Path, environment: dict[str, str]) -> Iterator[Browser]:
    """Start the browser at `path`, and end it after use."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, env={**os.environ, **environment}, args=FLAGS)
        yield browser
        browser.close()


def shipped() -> tuple[Path, dict[str, str]]:
    """Return the browser of the npm package and what its environment needs, unpacked once for each state of the lock file."""
    folder = ROOT / ".cache" / f"chromium-{digest((ROOT / 'package-lock.json').read_bytes())[:12]}"
    if not folder.exists():
        folder.parent.mkdir(exist_ok=True)
        unpacked = Path(tempfile.mkdtemp(dir=folder.parent))
        command = [str(node()), "--input-type=module", "--eval", UNPACK]
        subprocess.run(command, cwd=ROOT, env={**os.environ, "TMPDIR": str(unpacked)}, check=True)
        (unpacked / "fonts" / "fonts.conf").write_text(FONTS)
        unpacked.rename(folder)  # last, so that a folder of this name is whole
    return folder / "chromium", {
        "LD_LIBRARY_PATH": str(folder / "al2023" / "lib"),
        "FONTCONFIG_PATH": str(folder / "fonts"),
    }


def _starts(browser: Path, environment: dict[str, str]) -> bool:
    """Tell whether `browser` runs: a name may stand for no more than the advice to install it."""
    try:
        subprocess.run([browser, "--version"], env={**os.environ, **environment}, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True
