"""What search engines, previews of links, the site's own search and a reader who is lost are told of each page.

A hook of MkDocs. It works on the finished pages: a share image (the first figure of the page), structured data for each page,
words of alt texts and names of formulas for the search, a list of the pages on the one that is not found, and, where the book has
a repository, a link by which a mistake in a section is reported.
"""

import json
import math
import re
from dataclasses import dataclass
from hashlib import sha256
from html import escape, unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import resvg_py
from mkdocs.plugins import CombinedEvent, event_priority

from galley.figure.palette import FAMILY
from galley.run.cache import write_whole
from galley.site.fonts import figures

ROOT = Path(__file__).parents[2]
WIDTH, HEIGHT, MARGIN = 1200, 630, 40  # pixels, as previews of links want them
FIGURE = re.compile(r'href="(?:\.\./)*(figures/[\w/-]+\.svg)" download')
SECTION = re.compile(r'(?=<h2 id="[^"]+">)|(?=<div class="checks-switch")')
HEADING = re.compile(r'<h[1-6] id="([^"]+)">')
DESCRIBED = re.compile(r'<desc id="[^"]+">([^<]*)</desc>')
UNSEARCHED = re.compile(r"<(svg|template)\b[^>]* data-search-exclude\b.*?</\1>", re.DOTALL)
FORMULA = re.compile(r"<math\b.*?<annotation[^>]*>(.*?)</annotation>.*?</math>", re.DOTALL)
SEARCHES = re.compile(r'\s?data-search-\w+="[^"]+"')  # what the search itself takes away, once it has read it
NAMED = re.compile(r'<div class="formula[^>]*? data-check="[\w.]*?(\w+): ')


@dataclass(frozen=True)
class Told:
    """What a page says of itself."""

    file: str
    address: str
    title: str
    description: str
    kind: str
    place: float  # in the navigation


pages: list[Told] = []


def on_pre_build(**_: Any) -> None:
    """Forget the pages of the build before, which a server keeps."""
    pages.clear()


@event_priority(50)  # before the search reads the page
def _slim(context: Any, page: Any, **_: Any) -> Any:
    """Give the search the text alone: no drawings and no sources of figures, and of each formula its TeX."""
    page.whole = page.content
    page.content = FORMULA.sub(r"\1", UNSEARCHED.sub("", page.content))
    return context


@event_priority(-50)  # after it
def _whole(context: Any, page: Any, nav: Any, **_: Any) -> Any:
    """Give readers the whole page, and keep what it says of itself; `schema:` in its front matter says what it is, if it is no chapter."""
    page.content = SEARCHES.sub("", page.whole)
    title, kind = str(page.meta.get("title", page.title)), str(page.meta.get("schema", "Chapter"))
    place = nav.pages.index(page) if page in nav.pages else math.inf
    description = str(page.meta.get("description", ""))
    pages.append(Told(page.file.dest_uri, page.url, title, description, kind, place))
    return context


on_page_context = CombinedEvent(_slim, _whole)


def on_post_build(config: Any, **_: Any) -> None:
    """Tell it all."""
    site, url = Path(config.site_dir), (config.site_url or "/").rstrip("/") + "/"
    index = site / "search" / "search_index.json"
    entries = json.loads(index.read_text(encoding="utf-8")) if index.is_file() else {"docs": []}
    for page in pages:
        path = site / page.file
        html = path.read_text(encoding="utf-8")
        _find(entries["docs"], page, html)
        head = _head(site, url, config.site_name, page, html, entries["docs"])
        html = html.replace("</head>", head + "</head>", 1)
        path.write_text(_reported(html, config.repo_url, url + page.address), encoding="utf-8")
    if index.is_file():
        index.write_text(json.dumps(entries, separators=(",", ":")), encoding="utf-8")
    lost = site / "404.html"
    if lost.is_file():
        html = lost.read_text(encoding="utf-8")
        lost.write_text(re.sub(r"<h1>.*?</h1>", lambda _: _lost(urlsplit(url).path), html, count=1), encoding="utf-8")


def _head(site: Path, url: str, book: str, page: Told, html: str, entries: list[dict[str, Any]]) -> str:
    """Return what previews and search engines read of a page."""
    address = url + page.address
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": page.kind,
        "name": page.title,
        "description": page.description,
        "url": address,
        "inLanguage": "en",
    }
    if page.kind != "Book":
        told["isPartOf"] = {"@type": "Book", "name": book, "url": url}
        told |= {"position": page.place} if page.place < math.inf else {}
    if page.kind == "FAQPage":
        told["mainEntity"] = [
            {
                "@type": "Question",
                "name": unescape(entry["title"]),
                "acceptedAnswer": {"@type": "Answer", "text": entry["text"].replace("<p> </p>", "").strip()},
            }
            for entry in entries
            if entry["location"].startswith(f"{page.address}#")
        ]
    metas = {"og:type": "article", "og:site_name": book, "og:title": page.title, "og:url": address}
    metas |= {"og:description": page.description, "twitter:card": "summary"}
    if figure := FIGURE.search(html):
        name = f"assets/share/{page.file.removesuffix('.html').removesuffix('/index').replace('/', '-')}.png"
        _share(site / figure[1], page.title, book, site / name)
        told["image"] = url + name
        metas |= {"og:image": url + name, "og:image:width": str(WIDTH), "og:image:height": str(HEIGHT)}
        metas |= {"og:image:alt": unescape(_first(html)), "twitter:card": "summary_large_image"}
    data = json.dumps(told, ensure_ascii=False).replace("</", "<\\/")
    lines = [f'<meta property="{name}" content="{escape(content)}">' for name, content in metas.items() if content]
    return "".join(lines) + f'<script type="application/ld+json">{data}</script>'


def _first(html: str) -> str:
    """Return what the alt text of the first figure says."""
    found = DESCRIBED.search(html)
    return found[1] if found else ""


def _share(figure: Path, title: str, book: str, target: Path) -> None:
    """Write the picture that stands for a page: its first figure on paper, under its title. Drawn once, as long as both stay."""
    svg = figure.read_text(encoding="utf-8")
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    paper = re.search(r'<rect width="100%" height="100%" fill="([^"]+)"/>', svg)
    if not (box and paper):
        raise RuntimeError(f"{figure} is no figure of the press")
    top = 110
    scale = min((WIDTH - 2 * MARGIN) / float(box[1]), (HEIGHT - top - MARGIN) / float(box[2]))
    wide, high = scale * float(box[1]), scale * float(box[2])
    drawn = re.sub(
        r'width="[\d.]+pt" height="[\d.]+pt"',
        f'x="{(WIDTH - wide) / 2:.1f}" y="{top}" width="{wide:.1f}" height="{high:.1f}"',
        svg,
        count=1,
    )
    whole = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" style="font-family:{FAMILY}">'
        f'<rect width="100%" height="100%" fill="{paper[1]}"/>'
        f'<text x="{MARGIN}" y="58" font-size="40" font-weight="700">{escape(title)}</text>'
        f'<text x="{MARGIN}" y="92" font-size="24" fill="#5a6170">{escape("" if title == book else book)}</text>{drawn}</svg>'
    )
    kept = ROOT / ".cache" / "share" / f"{sha256(whole.encode()).hexdigest()[:24]}.png"
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        fonts = [str(font) for font in sorted(figures().glob("STIX*.ttf"))]
        png = resvg_py.svg_to_bytes(svg_string=whole, font_files=fonts, skip_system_fonts=True, dpi=96)
        write_whole(kept, bytes(png))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(kept.read_bytes())


def _find(entries: list[dict[str, Any]], page: Told, html: str) -> None:
    """Let the search find a section by the words of its alt texts and the names of the functions that its equations are.

    Numerals are left out, as those of the search are those of the text.
    """
    places = [(match.start(), match[1]) for match in HEADING.finditer(html)]
    words: dict[str, list[str]] = {}
    for pattern in (DESCRIBED, NAMED):
        for match in pattern.finditer(html):
            section = next((name for at, name in reversed(places) if at < match.start()), "")
            found = re.split(r"[\s_]+", unescape(match[1]))
            words.setdefault(section, []).extend(word for word in found if not any(map(str.isnumeric, word)))
    for entry in entries:
        at, _, section = entry["location"].partition("#")
        if at == page.address and (found := words.pop(section, [])):
            entry["text"] += f" {escape(' '.join(dict.fromkeys(found)), quote=False)}"


def _reported(html: str, repository: str | None, address: str) -> str:
    """Return a page with a link at the end of each section by which a mistake in it is reported."""
    if not repository:
        return html
    parts = SECTION.split(html)
    for at, part in enumerate(parts[1:], 1):
        if heading := HEADING.match(part):
            where = quote(f"In {address}#{heading[1]}:\n\n> ", safe="")
            link = f"{repository.rstrip('/')}/issues/new?template=sentence.yml&amp;sentence={where}"
            parts[at] += (
                f'<p class="report" data-search-exclude><a href="{link}">Report a mistake</a> in this section</p>'
            )
    return "".join(parts)


def _lost(base: str) -> str:
    """Return what stands on the page that is not found."""
    listed = "".join(
        f'<li><a href="{base}{page.address}">{escape(page.title)}</a></li>'
        for page in sorted(pages, key=lambda page: page.place)
        if page.kind != "Book" and page.place < math.inf
    )
    return (
        "<h1>This page is not here</h1><p>The address may be mistyped, or the page may have moved. "
        f'The search above finds words, formulas and figures. The book <a href="{base}">begins here</a>, and goes on with:</p>'
        f"<ul>{listed}</ul>"
    )
