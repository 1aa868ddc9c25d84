"""Print each page of a finished site, and all of them as one book: `python -m finish.pdf SITE FOLDER`.

The browser at hand prints, at the address where the site will live, so that the links of the PDF lead there; it gets the files from
the folder of the site and nothing from elsewhere.
"""

import json
import mimetypes
import sys
from html import escape
from pathlib import Path
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Page, Route
from pypdf import PdfWriter

from finish.browser import executable, started

FOOT = (
    '<div style="width:100%;padding:0 18mm;display:flex;justify-content:space-between;font:7pt Georgia,serif;color:#5a6170">'
    '<span>{title}</span><span><span class="pageNumber"></span></span></div>'
)
# The pages in the order of the navigation, without the parts of the page at hand.
PAGES = """[...new Set([...document.querySelectorAll(".md-nav--primary a.md-nav__link")]
    .filter(each => !each.hash).map(each => each.href))]"""


def printed(page: Page, address: str, target: Path) -> str:
    """Print the page at an address into a file, and return its title."""
    page.goto(address)
    page.evaluate("document.fonts.ready")
    title = str(page.locator("h1").first.evaluate("each => each.firstChild.textContent"))
    page.pdf(
        path=target,
        format="A4",
        margin={"top": "18mm", "bottom": "20mm", "left": "18mm", "right": "18mm"},
        print_background=True,
        tagged=True,
        outline=True,
        display_header_footer=True,
        header_template="<span></span>",
        footer_template=FOOT.format(title=escape(title)),
    )
    return title


def serve(page: Page, site: Path, url: str) -> None:
    """Let a page find the files of a site at the address where the site will live, and nothing anywhere else."""

    def answer(route: Route) -> None:
        path = site / unquote(urlsplit(route.request.url).path.removeprefix(urlsplit(url).path))
        path = path / "index.html" if path.is_dir() else path
        if route.request.url.startswith(url) and path.is_file():
            route.fulfill(path=path, content_type=mimetypes.guess_type(path.name)[0] or "text/javascript")
        else:
            route.abort()

    page.route("**/*", answer)


def main(site: Path, folder: Path) -> None:
    """Print all pages that the navigation of a site names, in its order, and bind them."""
    url = json.loads((site / "checks.json").read_text(encoding="utf-8"))["audit"]["url"]
    folder.mkdir(parents=True, exist_ok=True)
    book = PdfWriter()
    with started(*executable()) as browser, browser.new_page() as page:
        serve(page, site, url)
        page.goto(url)
        name = page.title()
        for address in page.evaluate(PAGES):
            stem = address.removeprefix(url).removesuffix("index.html").removesuffix(".html").strip("/")
            target = folder / f"{stem.replace('/', '-') or 'index'}.pdf"
            title = printed(page, address, target)
            book.append(target, outline_item=title)
            print(target)
    book.add_metadata({"/Title": name})
    book.write(folder / "book.pdf")
    print(folder / "book.pdf")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
