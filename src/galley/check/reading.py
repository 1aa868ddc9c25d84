"""A finished page as a reader gets it: its numerals block by block, its links and ids, and what should not be left in it.

`html.parser` reads it: it is at hand, tells line and column, and takes some three seconds for a book of 250,000 elements.
"""

import re
from html.parser import HTMLParser
from itertools import count

from galley.check.elements import (
    BLOCKS,
    COUNTED,
    DESCRIBES,
    HEADINGS,
    LENGTHS,
    LOADS,
    OURS,
    RAW,
    REFERS,
    VOID,
    Open,
    Place,
    Reading,
    Shown,
)
from galley.page.uniform import EDGE, digits, tokens
from galley.page.visible import SHOWN


def read(html: str, *, part: bool = False) -> Reading:
    """Return what is found in a page, or in a `part` of one."""
    reader = _Reader(html, part)
    reader.feed(html)
    reader.close()
    reader.finish()
    return reader.reading


class _Reader(HTMLParser):
    def __init__(self, html: str, part: bool) -> None:
        super().__init__()
        self.reading = Reading()
        self.main = next((mark for mark in ("<article", 'role="main"', "<main", "<body") if mark in html), "")
        self.open = [Open("", "", within=part)]
        self.section, self.depths = 0, [0.0]  # in which text is found by a search, and how deep headings stand
        self.formula: dict[str, str] = {}
        self.items: dict[str, str] = {}  # of numbered lists, by address
        self.counted: list[tuple[str, str, str, Place]] = []  # of what kind, with the address of a footnote
        self._clear()

    @property
    def here(self) -> Place:
        """Where the parser stands, both counted from one."""
        line, column = self.getpos()
        return line, column + 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        classes = given.get("class", "").split()
        parent = self.open[-1]
        self._boundary(tag)
        new = Open(tag, given.get("id", ""), parent.target, parent.rendering, parent.counted)
        new.target = given.get("href", new.target) if tag == "a" else new.target
        new.counted = next((COUNTED[name] for name in classes if name in COUNTED), new.counted)
        new.searched = parent.searched and "data-search-exclude" not in given
        new.raw = parent.raw or tag in ("code", "pre", "math", "svg", "textarea")
        new.unseen = parent.unseen or tag in ("script", "style")
        new.within = parent.within or self.main in (f"<{tag}", f'role="{given.get("role")}"')
        new.typed = parent.typed or "formula" in classes or "check" in classes
        if not parent.rendering and tag == "math":
            new.rendering = "mathml"
            self.formula = {"tex": "", "mathml": ""}
        elif parent.rendering and tag == "annotation":
            new.rendering = "tex"
        if tag == "li" and parent.tag == "ol":
            parent.items += 1
            self.items[f"#{new.id}"] = str(parent.items)
        if tag == "a" and not parent.within:  # what stands below an entry of the navigation may name it again
            entry = next((each for each in reversed(self.open) if each.tag == "li"), None)
            if entry and not entry.items:
                entry.target, entry.items = new.target, 1
        if "galley-broken" in classes:
            self._wrong("a formula is not set here", "write TeX that Temml knows")
        self.open.append(new)
        self._attributes(tag, given)
        if tag in VOID:
            self.open.pop()
        elif tag in HEADINGS and new.within and new.id:
            self.reading.sections.append((new.id, [], []))
            self.depths.append(len(self.open) - 1)
            self.section = len(self.depths) - 1

    def handle_endtag(self, tag: str) -> None:
        at = next((at for at in range(len(self.open) - 1, 0, -1) if self.open[at].tag == tag), None)
        if at is None:
            return
        self._boundary(tag)
        if self.open[at].rendering and not self.open[at - 1].rendering:
            self._compare()
        if self.depths[self.section] > at:  # a heading within a box ends with it
            self.depths[self.section] = float("inf")
            self.section = max(each for each, depth in enumerate(self.depths) if depth <= at)
        del self.open[at:]

    def handle_data(self, data: str) -> None:
        top = self.open[-1]
        if top.unseen:
            return
        if top.counted:
            if top.counted != "note" or (top.target or "").startswith("#fn:"):
                self.counted.append((top.counted, top.target or "", data, self.here))
            self.searched += [data] if top.counted != "line" else []
            self._put(EDGE, searched=False)
            return
        if top.rendering:
            self.formula[top.rendering] += data
        if top.rendering in ("", "tex"):
            self._put(data)

    def handle_comment(self, data: str) -> None:
        if OURS.match(data):
            self._wrong(f"the comment <!--{data[:40]}--> is left here", "put bindings where the press reads them")

    def finish(self) -> None:
        """End the last block, and hold what an engine numbers against its order."""
        self._flush()
        lines, figures = count(), count(1)
        for kind, address, said, place in self.counted:
            found = tokens(said)
            if kind == "note":
                right = [self.items.get(address, "")]
            elif kind == "figure":
                right = [str(next(figures))]
            else:
                lines = count(1) if found[:1] == ["1"] else lines
                right = [str(next(lines)) for _ in found]
            if found and found != right:
                wrong = f"{' '.join(found)} numbers a footnote, a line or a figure"
                self.reading.wrong.append((place, wrong, "let the engine number it"))

    def _clear(self) -> None:
        self.text: list[str] = []
        self.searched: list[str] = []
        self.prose: list[str] = []
        self.place, self.typed = self.here, True

    def _flush(self) -> None:
        """End a block."""
        text, prose, top = "".join(self.text), "".join(self.prose), self.open[-1]
        found = tokens(text)
        if top.within and (raw := RAW.search(prose)):
            words = " ".join(prose[max(0, raw.start() - 20) :].split())[:50]
            right = "write it as this engine reads it, or in backticks"
            self.reading.wrong.append((self.place, f"{raw[0].strip()} is left as it was typed, in “{words}”", right))
        if found:
            named = "drawing" if top.raw else "title"
            self._show(named if top.tag in ("title", "desc") else "text", self.place, text)
        heading = next((each.id for each in reversed(self.open) if each.tag in HEADINGS), None)
        if heading and found:
            self.reading.ids[heading] = self.reading.ids.get(heading, []) + found
        if top.within:
            name, title, body = self.reading.sections[self.section]
            (title if heading == name else body).extend(tokens("".join(self.searched)))
        self._clear()

    def _boundary(self, tag: str) -> None:
        """End a block where readers see one end, or part what they see apart."""
        if self.open[-1].rendering:
            return
        if tag in BLOCKS or tag == "a" and not self.open[-1].within:
            self._flush()
        elif tag in ("br", "td", "th"):
            self._put("\n", searched=tag != "br")
        elif tag in ("sup", "sub"):
            self._put("^")

    def _put(self, text: str, *, searched: bool = True) -> None:
        top = self.open[-1]
        if not self.text:
            self.place = self.here
        self.typed &= top.typed or not text.strip()
        self.text.append(text)
        self.prose.append(" " if top.raw else text)
        if top.searched and searched:
            self.searched.append(text)

    def _show(self, role: str, place: Place, words: str) -> None:
        top, found = self.open[-1], tokens(words)
        if found:
            typed = self.typed and role == "text"
            self.reading.blocks.append(Shown(role, place, tuple(found), words, top.within, top.target, typed))

    def _compare(self) -> None:
        """Hold what is shown of a formula against its TeX; one without TeX is text."""
        tex, shown = self.formula.values()
        if not tex:
            self._put(shown)
        elif digits(shown) != digits(LENGTHS.sub("", tex)):
            wrong = f"the formula {tex} is shown as {' '.join(shown.split())}"
            self._wrong(wrong, "let it show the digits of its TeX")

    def _attributes(self, tag: str, given: dict[str, str]) -> None:
        """Take what the attributes of the element at hand show, name and load."""
        reading, here = self.reading, self.here
        relation = given.get("rel", "").split()
        for name, value in given.items():
            if name == "id":
                if value in reading.ids:
                    self._wrong(f"the id {value} stands on this page already", "choose another")
                reading.ids.setdefault(value, [])
            elif name in REFERS:
                reading.refers += [(each, here) for each in value.split()]
            elif re.fullmatch(SHOWN, name):
                if kind := self.open[-1].counted:
                    self.counted.append((kind, re.sub(r"fnref\d*", "fn", given.get("href", "")), value, here))
                else:
                    self._show("aside", here, value)
            elif name == "content" and (said := DESCRIBES.fullmatch(given.get("name") or given.get("property", ""))):
                self._show(said[1], here, value)
            elif name in ("href", "xlink:href") and tag == "use":
                reading.refers.append((value.lstrip("#"), here))
            elif name in ("href", "xlink:href") and not {"canonical", "alternate"} & set(relation):
                leads = tag in ("a", "area") or {"prev", "next"} & set(relation)
                (reading.follows if leads else reading.loads).append((value, here))
            elif name in LOADS:
                reading.loads.append((value, here))
            elif name == "srcset":
                reading.loads += [(each.split()[0], here) for each in value.split(",") if each.strip()]
            elif "url(" in value:
                reading.refers += [(each, here) for each in re.findall(r"url\([\"']?#([^)\"']+)", value)]

    def _wrong(self, wrong: str, right: str) -> None:
        self.reading.wrong.append((self.here, wrong, right))
