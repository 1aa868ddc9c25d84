"""Mutants of the finished site: one thing that a reader would meet changed in a file of it, each held against the audit."""

import json
import random
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from galley.check.audit import audit
from galley.run.cache import Cache
from tests.studies.rows import Row, Survivor

SEED, SAMPLE = 11, 40  # of each class
INDEX = "search/search_index.json"
RAW = (
    "<!-- = 1 -->",
    "<!-- holds: 1 < 2 -->",
    " $ ",
    " $w$ ",
    r" \(w\) ",
    " {{ w }} ",
    " [^1] ",
    " ** ",
    r" \frac ",
    "--8<-- ",
)
_DIGIT = re.compile(r"\d")
_PARAGRAPH = re.compile(r"<p>(?:(?!</?p>|<div|<svg).)*?</p>", re.DOTALL)


@dataclass(frozen=True)
class Mutant:
    """A file of the site with one place changed; None stands for a file that is gone."""

    file: str
    start: int
    end: int
    new: str | None


def classes(site: Path) -> dict[str, list[Mutant]]:
    """Return all mutants of a site, by what is changed."""
    pages = {page["page"]: page for page in _account(site)["pages"].values() if page}
    found: dict[str, list[Mutant]] = {}
    for file in sorted(pages):
        html = (site / file).read_text(encoding="utf-8")
        for name, mutant in _of_page(file, html):
            found.setdefault(name, []).append(mutant)
    for path in sorted(site.rglob("*")):
        file = path.relative_to(site).as_posix()
        if file.startswith("figures/") and path.suffix in (".svg", ".json"):
            name = "frame" if path.suffix == ".json" else "figure's file"
            spans = [(0, None)] if path.suffix == ".json" else _between(path.read_text(encoding="utf-8"))
            found.setdefault(name, []).extend(_digits(file, path.read_text(encoding="utf-8"), spans))
    found["search"] = list(_of_search(site, pages))
    found["file gone"] = [Mutant(file, 0, 0, None) for file in [*_account(site)["files"], *pages]]
    found["page added"] = [Mutant("extra/index.html", 0, 0, "<html><body><p>It is 0.87.</p></body></html>")]
    return found


def _account(site: Path) -> dict:
    """Return the account of a site, each page with its file."""
    account = json.loads((site / "checks.json").read_text(encoding="utf-8"))["audit"]
    for name, page in account["pages"].items():
        stem = re.sub(r"(^|/)index$", r"\1", name.removesuffix(".md"))
        page["page"] = next(
            each for each in (f"{stem}/index.html".lstrip("/"), f"{stem}.html") if (site / each).is_file()
        )
    return account


def _of_page(file: str, html: str) -> Iterator[tuple[str, Mutant]]:
    """Yield the mutants of one page, each with its class."""
    article = range(html.index("<article"), html.index("</article"))
    for start, end in _between(html):
        drawn = html.rfind("<svg", 0, start) > html.rfind("</svg", 0, start)
        within = "text" if start in article else "around"
        yield from ((("drawing" if drawn else within), mutant) for mutant in _digits(file, html, [(start, end)]))
    for match in re.finditer(r'<[a-z][^<>]*? (title|alt|aria-label|aria-valuetext|data-check)="([^"]*)"', html):
        yield from ((match[1], mutant) for mutant in _digits(file, html, [match.span(2)]))
    for match in re.finditer(r'<(?:a|link|script)\b[^<>]*? (?:href|src)="(?!https?:|mailto:)([^"#?]+)', html):
        yield "address", Mutant(file, match.start(1), match.end(1), f"{match[1].rstrip('/')}x/")
    for match in re.finditer(r'<h[1-6] id="([^"]+)"', html):
        if f'href="#{match[1]}"' in html:
            yield "id", Mutant(file, match.start(1), match.end(1), f"{match[1]}x")
    paragraphs = [match for match in _PARAGRAPH.finditer(html) if match.start() in article]
    for number, match in enumerate(paragraphs):
        yield "left raw", Mutant(file, match.start() + 3, match.start() + 3, RAW[number % len(RAW)])
        yield "added", Mutant(file, match.end() - 4, match.end() - 4, " and 0.87")
        yield "added", Mutant(file, match.end(), match.end(), "<p>It is 7.</p>")
        if _DIGIT.search(unescape(re.sub("<[^<>]*>", "", match[0]))):
            yield "removed", Mutant(file, match.start(), match.end(), "")


def _between(html: str) -> list[tuple[int, int]]:
    """Return where text stands between tags, but for what no reader meets."""
    hidden = [
        match.span() for match in re.finditer(r"<(script|style)\b.*?</\1>|<!--.*?-->|<meta[^<>]*>", html, re.DOTALL)
    ]
    spans = [match.span() for match in re.finditer(r"(?<=>)[^<>]*\d[^<>]*(?=<)", html)]
    return [span for span in spans if not any(start < span[0] < end for start, end in hidden)]


def _digits(file: str, text: str, spans: Sequence[tuple[int, int | None]]) -> Iterator[Mutant]:
    """Yield a mutant for each digit within spans: it grows by one."""
    for start, end in spans:
        for match in _DIGIT.finditer(text, start, len(text) if end is None else end):
            if not re.search(r"&#\d*\Z", text[max(0, match.start() - 8) : match.start()]):
                yield Mutant(file, *match.span(), str((int(match[0]) + 1) % 10))


def _of_search(site: Path, pages: dict) -> Iterator[Mutant]:
    """Yield the digits of titles and texts in the search index, of pages that have a source."""
    if not (site / INDEX).is_file():
        return
    text = (site / INDEX).read_text(encoding="utf-8")
    for match in re.finditer(
        r'"location":"([^"#]*)[^"]*","title":"((?:[^"\\]|\\.)*)","text":"((?:[^"\\]|\\.)*)"', text
    ):
        if f"{match[1]}index.html" in pages or match[1] in pages:
            spans = [match.span(2), match.span(3)]
            yield from (each for each in _digits(INDEX, text, spans) if not re.search(r"\\u\w*\Z", text[: each.start]))


def run(site: Path, choose: Callable[[list[Mutant]], list[Mutant]] | None = None) -> list[Row]:
    """Hold a sample of each class of mutants of a site against the audit; the site is left as it was."""
    choose = choose or (lambda found: random.Random(SEED).sample(found, min(SAMPLE, len(found))))
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        cache = Cache(Path(folder))
        if found := audit(site, cache).findings:
            raise AssertionError(f"the site is not clean to begin with: {found[0]}")
        for name, mutants in classes(site).items():
            survivors = [mutant for mutant in choose(mutants) if not _noticed(site, mutant, cache)]
            total = len(choose(mutants))
            told = [_survivor(site, mutant) for mutant in survivors]
            rows.append(Row(f"audit: {name}", total - len(survivors), total, survivors=told))
    return rows


def _noticed(site: Path, mutant: Mutant, cache: Cache) -> bool:
    """Tell whether the audit finds something wrong with a mutant."""
    path = site / mutant.file
    old = path.read_bytes() if path.is_file() else None
    try:
        if mutant.new is None:
            path.unlink()
        else:
            text = (old or b"").decode()
            path.parent.mkdir(exist_ok=True)
            path.write_text(text[: mutant.start] + mutant.new + text[mutant.end :], encoding="utf-8", newline="")
        return bool(audit(site, cache).findings)
    finally:
        if old is None:
            path.unlink()
            path.parent.rmdir()
        else:
            path.write_bytes(old)


def _survivor(site: Path, mutant: Mutant) -> Survivor:
    text = (site / mutant.file).read_text(encoding="utf-8") if (site / mutant.file).is_file() else ""
    around = " ".join(text[max(0, mutant.start - 60) : mutant.end + 20].split())
    line = text.count("\n", 0, mutant.start) + 1
    return Survivor(mutant.file, line, mutant.start - text.rfind("\n", 0, mutant.start), f"{around} → {mutant.new}")
