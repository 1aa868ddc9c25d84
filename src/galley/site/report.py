"""The ledger: every checked item of the book, as a page and as data."""

import json
import re
from collections.abc import Sequence
from html import escape
from typing import Any
from urllib.parse import quote

from galley.check.outcome import Item, PageChecks
from galley.check.recorded import plain
from galley.findings import Finding
from galley.maths.printed import show
from galley.page.scanner import Formula
from galley.project import Project
from galley.site.edition import Edition

STATES = ("checked", "input", "recorded")
KINDS = ("equation", "relation", "number", "statement", "figure")
_INTRODUCTION = """\
---
title: Checks
description: Every number, equation and figure of this book, with what it was held against.
---

# Checks

What is printed in this book was held against its code when the site was built, and the build stops where the two disagree.
The table counts the numerals of each page.
*Checked* ones are results that were computed again; *inputs* are arguments of such a computation;
*recorded* ones (a year, a count, an index) prove nothing, but a change of any is seen and has to be accepted.
Then it counts what was checked.
The same ledger as data: [checks.json](checks.json)."""


def entries(project: Project, edition: Edition) -> dict[str, Any]:
    """Return the ledger as data: per page the count of numerals by how they are accounted for, and the items."""
    pages = []
    for path, checks in edition.pages.items():
        items = [_entry(checks, item) for item in checks.items]
        pages.append(
            {
                "page": path.relative_to(project.docs).as_posix(),
                "numerals": {state: checks.counts[state] for state in STATES},
                "items": items,
            }
        )
    return {"pages": pages}


def _entry(checks: PageChecks, item: Item) -> dict[str, Any]:
    line, column = checks.page.place(item.start)
    return {
        "line": line,
        "column": column,
        "kind": item.kind,
        "printed": item.text,
        "expression": item.expression,
        "value": plain(item.value),
        "source": item.source,
        "note": item.note,
    }


def dump(project: Project, edition: Edition) -> str:
    """Return the ledger as JSON."""
    return json.dumps(entries(project, edition), ensure_ascii=False, indent=1) + "\n"


def page(project: Project, edition: Edition) -> str:
    """Return the ledger as a page of the site."""
    heads = ["Page", "Checked", "Inputs", "Recorded", *(f"{kind.capitalize()}s" for kind in KINDS)]
    rows = [
        [f'<a href="../{_url(checks)}">{escape(_title(checks))}</a>']
        + [str(checks.counts[state]) for state in STATES]
        + [str(sum(item.kind == kind for item in checks.items)) for kind in KINDS]
        for checks in edition.pages.values()
    ]
    parts = [_INTRODUCTION, _table("ledger-counts", heads, rows)]
    for checks in edition.pages.values():
        items = [_row(checks, item, edition) for item in checks.items]
        if items:
            parts.append(f"## {_as_text(_title(checks))}")
            parts.append(_table("ledger", ["Line", "Printed", "Held against", "Gave"], items))
    return "\n\n".join(parts) + "\n"


def _table(name: str, heads: list[str], rows: list[list[str]]) -> str:
    """Return a table as one line of HTML, which Markdown leaves alone."""
    head = "".join(f"<th>{cell}</th>" for cell in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="{name}" data-search-exclude>{table}</div>'


def _row(checks: PageChecks, item: Item, edition: Edition) -> list[str]:
    line, _ = checks.page.place(item.start)
    against = (
        escape(f"both sides {item.note}".strip())
        if item.kind == "relation"
        else f"<code>{escape(item.expression)}</code>"
    )
    if item.source:
        against += f"<br><small>{escape(item.source)}</small>"
    gave = {
        "equation": item.note,
        "figure": "drawn, and compared with the record",
        "relation": item.expression,
    }.get(item.kind) or show(item.value)
    return [str(line), _printed(checks, item, edition), against, escape(gave)]


def _printed(checks: PageChecks, item: Item, edition: Edition) -> str:
    """Return an item as the page shows it: formulas typeset, words as they stand."""
    formula = next(
        (piece for piece in checks.page.pieces if isinstance(piece, Formula) and piece.start == item.start), None
    )
    if formula is not None and item.kind in ("equation", "relation", "number"):
        html = edition.formulas.get((formula.tex, False)) or edition.formulas.get((formula.tex, formula.display))
        return html.replace("\n", " ") if html else escape(item.text)
    return escape(re.sub(r"<!--.*?-->|[*_`$]", "", item.text))


def _title(checks: PageChecks) -> str:
    return next((section.title for section in checks.page.sections if section.title), checks.page.stem)


def _url(checks: PageChecks) -> str:
    return "" if checks.page.stem == "index" else f"{quote(checks.page.stem)}/"


def _as_text(title: str) -> str:
    """Return a title as Markdown that shows it and obeys none of it."""
    return re.sub(r"([\\`*_{}\[\]!])", r"\\\1", escape(title, quote=False))


def banner(findings: Sequence[Finding]) -> str:
    """Return what an author sees on a page while something is wrong."""
    if not findings:
        return ""
    rows = "".join(f"<li><code>{escape(str(finding))}</code></li>" for finding in findings)
    return (
        f'<div class="admonition failure" role="alert"><p class="admonition-title">Not checked</p><ul>{rows}</ul></div>'
    )
