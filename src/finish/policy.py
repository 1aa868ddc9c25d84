"""A Content-Security-Policy on each page of a finished site: nothing comes from elsewhere, and no script runs that was not there.

A hook of MkDocs, but not of `offline.yml`, as `'self'` is nothing in the file system. A page that is watched has none, as the
server puts a script of its own into it.
"""

import base64
import re
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

SCRIPT = re.compile(r"<script(?P<said>[^>]*)>(?P<code>.*?)</script>", re.DOTALL)
DATA = re.compile(r"""\btype=["']?(?!module\b|text/javascript\b|application/javascript\b)\w""")
HEAD = re.compile(r"<meta charset=[^>]*>")

serving = False


def on_startup(command: Literal["build", "gh-deploy", "serve"], **_: Any) -> None:
    """Remember whether an author is watching."""
    global serving
    serving = command == "serve"


def on_post_build(config: Any, **_: Any) -> None:
    """Put the policy on each page."""
    if not serving:
        write(Path(config.site_dir))


def write(site: Path) -> None:
    """Put the policy on each page of a site.

    Raises:
        RuntimeError: if a page declares no character set, behind which the policy belongs.
    """
    pages = {path: path.read_text(encoding="utf-8") for path in sorted(site.rglob("*.html"))}
    # of all pages, since instant navigation runs what stands in one under the policy of another
    tag = f'<meta http-equiv="Content-Security-Policy" content="{policy(pages.values())}">'
    for path, html in pages.items():
        text, found = HEAD.subn(lambda match: match[0] + tag, html, count=1)
        if not found:
            raise RuntimeError(f"{path} declares no character set; begin its head with one")
        path.write_text(text, encoding="utf-8")


def policy(pages: Iterable[str]) -> str:
    """Return the policy of pages, with the digests of the scripts that stand in them."""
    codes = {
        match["code"]
        for html in pages
        for match in SCRIPT.finditer(html)
        if "src=" not in match["said"] and not DATA.search(match["said"])
    }
    hashes = sorted(f"'sha256-{base64.b64encode(sha256(code.encode()).digest()).decode()}'" for code in codes)
    scripts = " ".join(["'self'", *hashes])
    return f"default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src {scripts}"
