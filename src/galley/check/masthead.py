"""What the configuration says around every page: the site's name, description and notice, and the labels of its navigation.

No check can hold a numeral there, so it is noted in `site.json` beside the recorded values of the pages, and cannot change unseen.
"""

import json
import re
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any

from galley.findings import Finding
from galley.page.uniform import tokens
from galley.project import Project

NAMED = ("site_name", "site_description", "site_author", "copyright")


def texts(said: Mapping[str, Any]) -> dict[str, str]:
    """Return what readers see of a configuration around every page, by the entry's name, or by the page that a label stands for."""

    def labels(nav: Any) -> Iterator[tuple[str, str]]:
        for entry in nav if isinstance(nav, list) else ():
            for label, below in entry.items() if isinstance(entry, dict) else ():
                yield f"nav: {below if isinstance(below, str) else label}", str(label)
                yield from labels(below)

    found = {name: str(said[name]) for name in NAMED if said.get(name)} | dict(labels(said.get("nav")))
    return {name: unescape(re.sub(r"<[^<>]*>", "", text)) for name, text in found.items()}


def path(project: Project) -> Path:
    """Return the file in which the texts with numerals are noted; a book that has none has no such file."""
    return project.tests / "recorded" / "site.json"


def state(project: Project) -> dict[str, str]:
    """Return the texts that show numerals."""
    return {name: text for name, text in texts(project.said).items() if tokens(text)}


def check(project: Project) -> Iterator[Finding]:
    """Yield the texts with numerals that are not as they were noted."""
    try:
        noted = json.loads(path(project).read_text(encoding="utf-8")) if path(project).is_file() else {}
        old = {str(name): str(text) for name, text in noted.items()}
    except (OSError, ValueError, AttributeError):
        yield Finding(path(project), 1, 1, "this is no record of a site", "delete it and run make accept")
        return
    new = state(project)
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            was = f"{name} is noted as {old[name]!r}" if name in old else f"the numerals of {name} are not noted"
            now = f"and says {new[name]!r} now" if name in new else "and shows no numeral now"
            yield project.finding(name.removeprefix("nav: "), f"{was}, {now}", "if that is meant, run make accept")
