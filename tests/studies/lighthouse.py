"""Measures what each page of the built book costs a reader, beside the same text as a plain site with formulas set in the browser.

`make lighthouse` runs it in `site/`, with a Lighthouse of its own in `.cache/lighthouse`. For each page it prints the bytes of a first
visit as they are sent, the elements when it opens, what Lighthouse finds on a phone and on a desktop (the median of three runs by
performance), and what axe finds in both colour schemes at both widths with all folds open.
"""

import argparse
import gzip
import json
import mimetypes
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, ViewportSize

from finish.browser import FLAGS, executable, started
from galley.site.mathml import node

ROOT = Path(__file__).parents[2]
LIGHTHOUSE = ROOT / ".cache" / "lighthouse" / "node_modules" / "lighthouse" / "cli" / "index.js"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PACKAGES = ROOT / ".cache" / "lighthouse" / "node_modules"
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
FORMULA = re.compile(
    r'<math(?P<display> display="block")?[^>]*>.*?<annotation[^>]*>(?P<tex>.*?)</annotation></semantics></math>',
    re.DOTALL,
)
DRAWING = re.compile(r'<div class="drawing".*?aria-labelledby="(?P<prefix>[\w-]+)-title.*?</figure>', re.DOTALL)
# How a plain site sets its formulas, as the guides of Material for MkDocs have it.
READERS = {
    "KaTeX": '<link rel="stylesheet" href="/plain/katex/dist/katex.min.css"><script src="/plain/katex/dist/katex.min.js"></script>'
    '<script src="/plain/katex/dist/contrib/auto-render.min.js"></script><script>renderMathInElement(document.body)</script>',
    "MathJax": '<script>MathJax = {options: {enableMenu: false}}</script><script async src="/plain/mathjax/es5/tex-mml-chtml.js"></script>',
}
SET = ".katex, mjx-container, math:not(.katex math, mjx-container math)"  # a formula, whoever set it


class Compressed(SimpleHTTPRequestHandler):
    """Serves a folder as hosts do: compressed, and with connections that stay open."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # noqa: N802  # the name that http.server calls
        """Send a file, compressed unless it is already."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        content = path.read_bytes() if path.is_file() else b""
        self.send_response(200 if path.is_file() else 404)
        kind = "text/javascript" if path.suffix == ".mjs" else mimetypes.guess_type(path.name)[0]
        self.send_header("Content-Type", kind or "application/octet-stream")
        self.send_header("Cache-Control", "max-age=600")
        if path.suffix not in (".woff2", ".png", ".gz"):
            content = gzip.compress(content, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Leave the table alone."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder, and give its address."""
    with ThreadingHTTPServer(("localhost", 0), partial(Compressed, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


def lighthouse(url: str, form: str, runs: int) -> dict[str, Any]:
    """Return what Lighthouse finds: the run of median performance."""
    browser, environment = executable()
    command = [
        str(node()),
        str(LIGHTHOUSE),
        url,
        "--quiet",
        "--output=json",
        f"--chrome-flags=--headless {' '.join(FLAGS)}",
    ]
    command += ["--preset=desktop"] if form == "desktop" else []
    found = []
    for _ in range(runs):
        done = subprocess.run(
            command,
            env=os.environ | environment | {"CHROME_PATH": str(browser)},
            capture_output=True,
            text=True,
            check=True,
        )
        found.append(json.loads(done.stdout))
    return sorted(found, key=lambda each: each["categories"]["performance"]["score"] or 0)[len(found) // 2]


def summary(report: dict[str, Any]) -> str:
    """Return the four scores, the shift of the layout and how long the main thread was blocked."""
    names = ("performance", "accessibility", "best-practices", "seo")
    scores = " ".join(f"{round(100 * (report['categories'][name]['score'] or 0)):3}" for name in names)
    shift, blocked = (
        report["audits"][name]["numericValue"] for name in ("cumulative-layout-shift", "total-blocking-time")
    )
    return f"{scores} {shift:5.3f} {blocked:4.0f} ms"


def visit(browser: Browser, url: str) -> tuple[int, int, int]:
    """Return the bytes of a first visit on a phone, without the headers, the elements of the page, and how many formulas it sets."""
    with browser.new_context(viewport={"width": 390, "height": 844}) as context, context.new_page() as page:
        sent: list[int] = []
        page.on("response", lambda response: sent.append(int(response.headers.get("content-length", 0))))
        page.goto(url, wait_until="networkidle")
        elements, formulas = (
            page.evaluate("each => document.querySelectorAll(each).length", each) for each in ("*", SET)
        )
        return sum(sent), elements, formulas


def faults(browser: Browser, url: str, width: int, scheme: Scheme) -> list[str]:
    """Return what axe finds on a page, all its folds open and all of it laid out."""
    view: ViewportSize = {"width": width, "height": 900}
    with browser.new_context(viewport=view, color_scheme=scheme) as context, context.new_page() as page:
        page.goto(url, wait_until="networkidle")
        page.add_style_tag(content="* { content-visibility: visible !important }")
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        page.evaluate(
            "async () => { for (let y = 0; y < document.body.scrollHeight; y += innerHeight)"
            " { scrollTo(0, y); await new Promise(done => setTimeout(done, 40)) } }"
        )
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
        return [f"{each['id']}: {each['nodes'][0]['html'][:150]} ({len(each['nodes'])})" for each in found]


def plain(site: Path, page: str, reader: str) -> Path:
    """Write a page as a plain site has it: formulas as TeX for the reader's browser, figures as files; return its path."""
    text = (site / page / "index.html").read_text(encoding="utf-8")

    def typed(formula: re.Match[str]) -> str:
        tex = unescape(formula["tex"]).strip().replace("<", "&lt;")
        return f"\\[{tex}\\]" if formula["display"] else f"\\({tex}\\)"

    def image(drawing: re.Match[str]) -> str:
        chapter, _, name = drawing["prefix"].partition("-")
        return f'<img src="/figures/{chapter}/{name}.svg" alt=""></figure>'

    text = re.sub(r"<(?:link|script)[^>]*assets/(?:galley|book)[^>]*>(?:</script>)?", "", text)
    # No plain site has a policy, which would stop KaTeX.
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
    text = DRAWING.sub(image, FORMULA.sub(typed, text)).replace("</body>", READERS[reader] + "</body>")
    file = site / page / f"{reader}.html"
    file.write_text(text, encoding="utf-8")
    return file


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", help="addresses below the site's, such as scalar/ (all, if none is named)")
    parser.add_argument("--runs", type=int, default=3, help="runs of Lighthouse of which the median counts; 0 for none")
    parser.add_argument("--plain", action="store_true", help="the same text as a plain site, too")
    parser.add_argument("--axe", action="store_true", help="what axe finds, too")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, started(*executable()) as browser:
        site = Path(folder) / "site"
        shutil.copytree(ROOT / "site", site)
        pages = given.pages or sorted(
            path.parent.relative_to(site).as_posix() + "/" for path in site.rglob("index.html") if path.parent != site
        ) + [""]
        if given.plain:
            (site / "plain").mkdir()
            for package in (PACKAGES / "katex", PACKAGES / "mathjax"):
                shutil.copytree(package, site / "plain" / package.name)
        print("page                bytes elements | phone: perf a11y best seo shift blocked | desktop")
        with served(site) as url:
            for page in pages:
                addresses = {page or "index": f"{url}/{page}"}
                if given.plain:
                    addresses |= {f"  as {name}": f"{url}/{page}{plain(site, page, name).name}" for name in READERS}
                visits = {name: visit(browser, address) for name, address in addresses.items()}
                assert len({formulas > 0 for _, _, formulas in visits.values()}) == 1, f"formulas are not set: {visits}"
                for name, address in addresses.items():
                    size, elements, _ = visits[name]
                    forms = [
                        summary(lighthouse(address, form, given.runs)) for form in ("phone", "desktop") if given.runs
                    ]
                    print(f"{name:18} {size:6} {elements:8} | {' | '.join(forms)}", flush=True)
                for width, scheme in [(w, s) for w in (1280, 390) for s in SCHEMES if given.axe]:
                    for fault in faults(browser, f"{url}/{page}", width, scheme):
                        print(f"    axe, {width} {scheme}: {fault}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
