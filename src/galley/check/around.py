"""What a site says of its pages around and beside them: titles, descriptions, navigation, contents, footers, and the search."""

import json
import re
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any

from galley.check.addresses import Addresses, Wrong
from galley.page.uniform import tokens

INDEX = "search/search_index.json"
Numerals = tuple[str, ...]


def names(file: str) -> list[str]:
    """Return what the source of a page of the site may be called: engines keep its name, or make a folder of it."""
    stem = file.removesuffix(".html")
    folder = stem.removesuffix("index")
    return [f"{stem}.md", *([f"{folder}README.md", f"{folder.rstrip('/')}.md"] if folder != stem else [])]


class Around:
    """The pages of a site, which of them have a source, and what the account of the press says of both."""

    def __init__(
        self, account: Mapping[str, Any], sources: Mapping[str, str], pages: Mapping[str, Any], addresses: Addresses
    ) -> None:
        self.account, self.sources, self.pages, self.addresses = account, sources, pages, addresses
        self.texts = {tuple(tokens(text)) for text in account["site"].values()}
        self.name = tuple(tokens(account["site"].get("site_name", "")))

    def check(self, file: str, page: Mapping[str, Any]) -> Iterator[Wrong]:
        """Yield the numerals around a page that are those of no heading or title where they lead, and of no text of the site."""
        own = self._titles(file)
        for block in page["blocks"]:
            found, role, target = tuple(block["tokens"]), block["role"], block["target"]
            place = self.addresses.place(file, target) if target else None
            allowed = own | self.texts
            if role == "title":
                allowed = {both for title in own for both in (title, title + self.name, self.name + title, self.name)}
            elif role == "description":
                allowed = self.texts | self._said(file, "description")
            elif place and place[1]:
                allowed = {tuple(self.pages.get(place[0], {"ids": {}})["ids"].get(place[1], ()))} | self.texts
            elif place and place[0] != file:
                allowed = self._titles(place[0]) | self.texts
            if found not in allowed:
                words = " ".join(block["words"].split())[:60]
                wrong = f"“{words}” shows {' '.join(found)} around the page, which nothing accounts for"
                yield block["place"], wrong, "let the site repeat what its pages and its configuration say"

    def search(self, site: Path) -> Iterator[tuple[str, tuple[int, int], str, str]]:
        """Yield what the search of Material for MkDocs says otherwise than the pages."""
        right = "build the site anew"
        entries: dict[str, dict[str, tuple[list[str], list[str]]]] = {}
        for entry in (
            json.loads((site / INDEX).read_text(encoding="utf-8"))["docs"] if INDEX in self.addresses.files else ()
        ):
            place = self.addresses.place("index.html", entry["location"])
            if place is None or self.addresses.wrong("index.html", entry["location"]):
                yield INDEX, (1, 1), f"the search leads to {entry['location']}, which is not there", right
            elif place[0] in self.sources:
                found = tokens(_plain(entry["title"])), tokens(_plain(entry["text"]))
                entries.setdefault(place[0], {})[place[1]] = found
        for file, told in entries.items():
            at = ""
            sections: dict[str, tuple[list[str], list[str]]] = {"": ([], [])}
            for name, title, text in self.pages[file]["sections"]:
                at = name if name in told else at  # the heading of a page has no entry of its own
                heading, body = sections.setdefault(at, ([], []))
                heading.extend(title)
                body.extend(text)
            for name, (title, text) in told.items():
                heading, body = sections.get(name, ([], []))
                if text != body or title != heading and tuple(title) not in self._titles(file):
                    said, says = (" ".join(each) for each in ([*title, *text], [*heading, *body]))
                    yield INDEX, (1, 1), f"the search says {said} of {file}#{name}, where the page says {says}", right

    def _titles(self, file: str) -> set[Numerals]:
        """Return what a page may be called: by its front matter, by its headings, by the navigation."""
        headings = [tuple(numerals) for numerals in self.pages.get(file, {"ids": {}})["ids"].values() if numerals]
        label = self.account["site"].get(f"nav: {self.sources.get(file)}", "")
        first = headings[:1] if file in self.sources else headings
        return {(), tuple(tokens(label)), *first} | self._said(file, "title")

    def _said(self, file: str, key: str) -> set[Numerals]:
        """Return what the front matter of a page says under a key."""
        page = self.account["pages"].get(self.sources.get(file))
        return {tuple(page[key].split())} if page else set()


def _plain(html: str) -> str:
    """Return the text of an entry of the search, which keeps a few tags."""
    joined = re.sub(r"</?su[bp]>", "^", re.sub(r"</?code>", "", html))
    return unescape(re.sub(r"</?(?:p|pre|li|ol|ul)>", "\n", joined))
