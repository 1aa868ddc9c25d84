"""How long a chapter takes to read, said in words under its title: its main line, and with all that is folded.

A hook of MkDocs, for pages with a section *In short*.
"""

import re
from html.parser import HTMLParser
from typing import Any

PACE = 200  # words in a minute, of a text to think along with; a formula counts as one
TIMES = {
    10: "ten minutes",
    15: "a quarter of an hour",
    20: "twenty minutes",
    25: "twenty-five minutes",
    30: "half an hour",
    40: "forty minutes",
    45: "three quarters of an hour",
    50: "fifty minutes",
    60: "an hour",
}
UNREAD = frozenset(("svg", "template", "pre", "math", "select", "table"))


def on_page_content(html: str, **_: Any) -> str:
    """Say it below the title."""
    if 'id="in-short"' not in html:
        return html
    line, whole = words(html)
    said = f"{spoken(line / PACE).capitalize()} to read, {spoken(whole / PACE)} with all that is folded"
    return html.replace("</h1>", f'</h1>\n<p class="pace" data-search-exclude>{said}</p>', 1)


def spoken(minutes: float) -> str:
    """Return the time nearest to some minutes, in words."""
    return TIMES[min(TIMES, key=lambda each: abs(each - minutes))]


def words(html: str) -> tuple[int, int]:
    """Return the number of words of a page that a reader meets unfolded, and of all."""
    counter = _Counter()
    counter.feed(html)
    counter.close()
    return counter.line, counter.line + counter.folded


class _Counter(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.line = self.folded = 0
        self.within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNREAD or tag == "details":
            self.within.append(tag)
        if tag == "math":
            self._count(1)

    def handle_endtag(self, tag: str) -> None:
        if self.within and self.within[-1] == tag:
            self.within.pop()

    def handle_data(self, data: str) -> None:
        if not UNREAD.intersection(self.within):
            self._count(len(re.findall(r"\w+", data)))

    def _count(self, found: int) -> None:
        if "details" in self.within:
            self.folded += found
        else:
            self.line += found
