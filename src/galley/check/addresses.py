"""Where an address on a page of the finished site leads, and whether anything is there."""

import posixpath
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

from galley.check.links import SCHEMES

Wrong = tuple[tuple[int, int], str, str]  # a place on a page, what is wrong there, and what would be right


class Addresses:
    """The files of a site, its pages with their ids, and the address that it lives at, if that is known."""

    def __init__(self, url: str, files: Collection[str], ids: Mapping[str, Collection[str]]) -> None:
        self.url, self.files, self.ids = url, files, ids
        self.base = urlsplit(url).path.rstrip("/") + "/"

    def check(self, file: str, page: Mapping[str, Any]) -> Iterator[Wrong]:
        """Yield what a page leads to, loads and refers to that is not there."""
        for loads, addresses in ((False, page["follows"]), (True, page["loads"])):
            for address, place in addresses:
                if wrong := self.wrong(file, address, loads=loads):
                    yield place, wrong, "load what stands in the site" if loads else "link to what is there"
        for name, place in page["refers"]:
            if name not in page["ids"]:
                yield place, f"nothing on this page has the id {name}", "refer to what is there"

    def place(self, file: str, address: str) -> tuple[str, str] | None:
        """Return the file of the site that an address in `file` leads to, with the id there; None if it leads elsewhere."""
        if self.url and address.startswith(self.url):
            address = self.base + address[len(self.url) :].lstrip("/")
        elsewhere, path, name = _parts(address)
        if elsewhere:
            return None
        if path.startswith("/"):
            target = path.removeprefix(self.base).lstrip("/")
        else:
            target = _joined(file.rpartition("/")[0], path) if path else file
        return (target if target in self.files else _joined(target, "index.html")), name

    def wrong(self, file: str, address: str, *, loads: bool = False) -> str | None:
        """Return what is wrong with an address in `file` that a reader may follow, or that the page `loads`."""
        try:
            place = self.place(file, address)
        except ValueError:
            return f"{address[:60]} is no address"
        if place is None:
            scheme = urlsplit(address).scheme or "https"
            allowed = ("data", "blob") if loads else SCHEMES
            return None if scheme in allowed else f"{address[:60]} is {'loaded from' if loads else 'opened'} elsewhere"
        target, name = place
        if target not in self.files:
            return f"{address} leads to {target}, which is not in the site"
        if name not in ("", "top") and target in self.ids and name not in self.ids[target]:
            return f"{address} leads to #{name}, which {target} does not have"
        return None


def _joined(folder: str, path: str) -> str:
    """Return where a path leads from a folder."""
    while folder and path.startswith("../"):  # so that the links of a nav are the same from all pages, and known
        folder, path = folder.rpartition("/")[0], path[3:]
    return _normal(folder, path)


@lru_cache(maxsize=10_000)
def _normal(folder: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(folder, path))


@lru_cache(maxsize=10_000)
def _parts(address: str) -> tuple[bool, str, str]:
    """Return whether an address names a scheme or a host, its path, and the id that it leads to."""
    parts = urlsplit(address)
    name = unquote(parts.fragment).partition(":~:")[0].partition("?")[0]
    return bool(parts.scheme or parts.netloc), unquote(parts.path), name
