"""The audit of a finished site: what a reader meets there against what the press has accounted for, whatever engine built it.

The press leaves its account in the site, under `audit` in `checks.json`, so that nothing else is needed. Of each page it says which
numerals its source shows and which the press made itself; of the site, what its configuration says around every page, which files the
press wrote, and which pages are generated.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from functools import cache as once
from hashlib import sha256
from pathlib import Path
from typing import Any

from pathspec.gitignore import GitIgnoreSpec

from galley.check import elements, reading
from galley.check.addresses import Addresses
from galley.check.around import Around, names
from galley.check.elements import Reading
from galley.check.reading import read
from galley.findings import Finding
from galley.page import uniform
from galley.run.cache import Cache, digest

LEDGER = "checks.json"
BEHIND = "let nothing change it behind the press"
_LAST: dict[Path, tuple[str, dict[str, Any]]] = {}  # what was found last on a page: a server audits all at each save


@dataclass(frozen=True)
class Audited:
    """What an audit came to: findings, and how many pages and numerals it read."""

    findings: list[Finding]
    pages: int
    numerals: int


def audit(site: Path, cache: Cache | None = None, *, called: Path | None = None) -> Audited:
    """Audit the site in a folder.

    Args:
        site: the folder.
        cache: keeps what was read of a page, by its content.
        called: what findings call the folder, if it is on its way to another place.
    """
    name = called or site
    try:
        account = json.loads((site / LEDGER).read_text(encoding="utf-8"))["audit"]
    except (OSError, ValueError, KeyError, TypeError):
        wrong, right = "the account of the press is not here", "build the site with the press, or run galley assets"
        return Audited([Finding(name / LEDGER, 1, 1, wrong, right)], 0, 0)
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    sources = {file: source for file in sorted(files) for source in names(file) if source in account["pages"]}
    wanted = sorted(file for file in files if file.endswith(".html"))
    pages = {file: _read(site / file, account["pages"].get(sources.get(file)), cache) for file in wanted}
    generated = GitIgnoreSpec.from_lines(account["generated"])
    addresses = Addresses(account["url"], files, {file: page["ids"] for file, page in pages.items()})
    around = Around(account, sources, pages, addresses)
    found = [*_files(site, files, account)]
    for source, page in account["pages"].items():
        if source not in sources.values():
            found.append((page["source"], (1, 1), "no page of the site shows this", "let the engine render it"))
    for file, page in pages.items():
        if file not in sources and not any(map(generated.match_file, [file, *names(file)])):
            right = "let the press read it, or name it under generated: if another tool writes it"
            found.append((file, (1, 1), "this page did not come through the press", right))
        found += [(file, *wrong) for wrong in [*page["wrong"], *addresses.check(file, page), *around.check(file, page)]]
        for at, on, wrong, right in page["differs"]:
            where = f" ({name.name}/{file}:{on[0]}:{on[1]})" if at and on else ""
            found.append(
                (account["pages"][sources[file]]["source"] if at else file, at or on or (1, 1), wrong + where, right)
            )
    found += around.search(site)
    rooms = {page["source"] for page in account["pages"].values()}
    findings = {Finding(Path(file) if file in rooms else name / file, *place, *said) for file, place, *said in found}
    return Audited(sorted(findings), len(pages), sum(page["numerals"] for page in pages.values()))


def _files(site: Path, files: set[str], account: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the files of the press, such as the stops of figures, that are gone or not as it wrote them."""
    for file, seal in account["files"].items():
        if file not in files:
            yield file, (1, 1), "this file of the press is not there", "let the engine keep it, or run galley assets"
        elif sha256((site / file).read_bytes()).hexdigest() != seal:
            yield file, (1, 1), "this is not what the press wrote", BEHIND


@once
def _recipe() -> str:
    """Return what decides how a page is read."""
    return digest(
        *(
            Path(str(module)).read_bytes()
            for module in (__file__, elements.__file__, reading.__file__, uniform.__file__)
        )
    )


def _read(path: Path, account: Mapping[str, Any] | None, cache: Cache | None) -> dict[str, Any]:
    """Return what is found on a page, as plain data, with what is wrong on it whatever stands on others."""
    html = path.read_bytes()
    key = digest("audit", _recipe(), html, json.dumps(account))
    if path not in _LAST or _LAST[path][0] != key:
        _LAST[path] = key, _found(html, account, cache, key)
    return _LAST[path][1]


def _found(html: bytes, account: Mapping[str, Any] | None, cache: Cache | None, key: str) -> dict[str, Any]:
    """Return the same of what stands on a page, which the cache keeps under a key."""
    if cache and (stored := cache.get(key)) is not None:
        kept: dict[str, Any] = json.loads(stored)
        return kept
    found = read(html.decode("utf-8", "replace"))
    page = asdict(found) | {
        "blocks": [
            asdict(block) for block in found.blocks if not block.within or block.role in ("title", "description")
        ],
        "differs": list(_compare(found, account)) if account else [],
        "numerals": sum(len(block.tokens) for block in found.blocks),
    }
    if cache:
        cache.put(key, json.dumps(page))
    return page


def _compare(found: Reading, account: Mapping[str, Any]) -> Iterator[tuple[Any, Any, str, str]]:
    """Yield what a page shows otherwise than its source: the place there, the place on the page, what is wrong and what is right.

    Blocks may move, as footnotes and the labels of tabs do, so equal ones cancel first. What is left, because the two ends part a text
    into blocks in their own ways, must be the same sequence.
    """
    made: list[list[Any]] = [[0, 0, "aside", made] for made in account["made"]]
    typed = sorted(account["blocks"], key=lambda block: block[2] != "text")
    source = [((line, column), kind, tuple(numerals.split())) for line, column, kind, numerals in typed + made]
    shown = [block for block in found.blocks if block.within and block.role in ("text", "aside", "drawing")]
    shown.sort(key=lambda block: block.role != "text")
    there, here = Counter(block.tokens for block in shown), Counter(numerals for *_, numerals in source)
    again = {tuple(said.split()) for said in account["front"]} | {
        each for _, kind, each in source if kind == "abbreviation"
    }
    left = [
        (place, numerals) for place, kind, numerals in source if not _cancel(there, numerals) and kind != "abbreviation"
    ]
    over = [block for block in shown if not _cancel(here, block.tokens) and block.tokens not in again]
    old = [(token, place) for place, numerals in left for token in numerals]
    new = [(token, block) for block in over for token in block.tokens]
    matcher = SequenceMatcher(None, [token for token, _ in old], [token for token, _ in new], autojunk=False)
    for tag, low, high, first, last in matcher.get_opcodes():
        if tag == "equal":
            continue
        was, now = (" ".join(token for token, _ in some) for some in (old[low:high], new[first:last]))
        at = next((place for _, place in old[low:high] if place[0]), None)
        on = new[first][1].place if now else None
        words = _words(new[first][1].words, new[first][0]) if now else ""
        if not now:
            yield (
                at,
                on,
                f"{was} stands in the source, but the page does not show it",
                "write it so that this engine shows it",
            )
        elif was:
            yield at, on, f"the page shows {now} where {was} is accounted for, in “{words}”", BEHIND
        else:
            right = "write it in the source of the page, where it is checked"
            yield at, on, f"the page shows {now}, which nothing accounts for, in “{words}”", right


def _cancel(counter: Counter[tuple[str, ...]], numerals: tuple[str, ...]) -> bool:
    """Take one of equal numerals away, if there is one."""
    counter[numerals] -= 1
    return counter[numerals] >= 0


def _words(text: str, token: str) -> str:
    """Return the words around a numeral."""
    text = " ".join(text.split())
    at = max(text.find(token.strip("-+%")), 0)
    return text[max(0, at - 30) : at + 40]
