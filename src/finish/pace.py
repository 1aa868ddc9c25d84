"""How long a chapter takes to read, said in words under its title: its main line, and with all that is folded.

A hook of MkDocs, for pages with a section *In short*.
"""

import re
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
UNREAD = re.compile(r"<(svg|template|pre|select|table)\b.*?</\1>", re.DOTALL)
FORMULA = re.compile(r"<math\b.*?</math>", re.DOTALL)
FOLD = re.compile(r"<(/?)details\b[^>]*>")


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
    unfolded = folded = depth = 0
    for at, part in enumerate(FOLD.split(FORMULA.sub(" formula ", UNREAD.sub(" ", html)))):
        if at % 2:
            depth += -1 if part else 1
        elif depth:
            folded += _count(part)
        else:
            unfolded += _count(part)
    return unfolded, unfolded + folded


def _count(html: str) -> int:
    text = re.sub(r"&\w+;", " ", re.sub(r"</?(?:p|h\d|li|div|figure|figcaption|summary|br)\b[^>]*>", " ", html))
    return len(re.findall(r"\S*\w\S*", re.sub(r"<[^>]+>", "", text)))  # what stands within one word parts no other
