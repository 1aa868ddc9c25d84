"""The report: every checked item of the book, as a page for each of its pages, and as data."""

import json
import re
from collections.abc import Sequence
from html import escape
from typing import Any

from galley.check.outcome import Item, PageChecks
from galley.check.recorded import plain
from galley.findings import Finding
from galley.maths.printed import show
from galley.project import Project
from galley.site import api
from galley.site.edition import Edition

STATES = ("checked", "input", "cited", "noted")
KINDS = {
    "equation": "equations compared",
    "uncompared": "equations not compared",
    "relation": "relations",
    "number": "numbers",
    "statement": "statements",
    "citation": "citations",
    "figure": "figures",
}
HEADS = ["Line", "Printed", "Held against", "Gave"]
ROWS = 20  # of a table, after which another begins: a browser lays out no part of one
INDEX, DATA, LISTS = "checks.md", "checks.json", "checks/"  # the last holds the pages that list what was checked
_UNSOUGHT = "search: {exclude: true}\n"  # what it lists stands in the chapter, where a search should lead
BLOCK = '<div class="checks-'  # how a table of ours begins
_INTRODUCTION = f"""\
---
title: Checks
description: Every number, equation and figure of this book, with what it was held against.
---

# Checks

What is printed in this book was held against its code when the site was built, and the build stops where the two disagree.
The table counts the numerals of each page.
*Checked* ones are results that were computed again; *inputs* are arguments of such a computation;
*cited* ones are quoted from a source, *noted* ones are a year, a count, an index: both prove nothing, but a change of any is seen and has to be accepted.
Then it counts what was checked; the name of a page leads to the list of it.
The same as data: [{DATA}]({DATA})."""


def dump(project: Project, edition: Edition) -> str:
    """Return the report as JSON: per page the count of numerals by how they are accounted for, and the items."""
    pages = [
        {
            "page": project.uri(path),
            "numerals": {state: checks.counts[state] for state in STATES},
            "items": [_entry(checks, item) for item in checks.items],
        }
        for path, checks in edition.pages.items()
    ]
    return json.dumps({"pages": pages}, ensure_ascii=False) + "\n"


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


def pages(project: Project, edition: Edition) -> dict[str, str]:
    """Return the pages of the report, in Markdown: one with the counts, and one for each page."""
    heads = ["Page", "Checked", "Inputs", "Cited", "Noted", *(words.capitalize() for words in KINDS.values())]
    made, rows, functions = {}, [], api.addresses(project)
    for path, checks in edition.pages.items():
        name = list_of(project, project.uri(path))
        known = {place: project.link(address, name) for place, address in functions.items()}
        made[name] = _page(project, name, checks, known)
        title = f'<a href="{project.link(project.address(name), INDEX)}">{escape(_title(checks))}</a>'
        counts = [checks.counts[state] for state in STATES]
        kinds = [sum(item.kind == kind for item in checks.items) for kind in KINDS]
        rows.append([title, *map(str, counts + kinds)])
    return {INDEX: f"{_INTRODUCTION}\n\n{_table('counts', heads, rows)}\n"} | made


def list_of(project: Project, uri: str) -> str:
    """Return the page that lists the checks of another."""
    return f"{LISTS}{project.stem(project.docs / uri)}/index.md"


def _page(project: Project, name: str, checks: PageChecks, functions: dict[str, str]) -> str:
    """Return the page that lists the items of another."""
    uri = project.uri(checks.page.path)
    back = f'<a href="{project.link(project.address(uri), name)}">{_as_text(_title(checks))}</a>'
    rows = [_row(checks, item, functions) for item in checks.items]
    tables = "\n".join(_table("list", HEADS, rows[at : at + ROWS]) for at in range(0, len(rows), ROWS))
    title = f"Checks: {re.sub('[<>&]', '', _title(checks))}"  # a theme may write it into the head as it is
    return (
        f"---\ntitle: {json.dumps(title, ensure_ascii=False)}\n{_UNSOUGHT}---\n\n# Checks: {_as_text(_title(checks))}\n\n"
        f"What was checked of {back}, with the lines of <code>{escape(uri)}</code>.\n\n{tables or 'Nothing.'}\n"
    )


def _table(name: str, heads: list[str], rows: list[list[str]]) -> str:
    """Return a table as one line of HTML, which Markdown leaves alone."""
    head = "".join(f"<th>{cell}</th>" for cell in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'{BLOCK}{name}" data-search-exclude>{table}</div>'


def _row(checks: PageChecks, item: Item, functions: dict[str, str]) -> list[str]:
    line, _ = checks.page.place(item.start)
    known = item.note.removeprefix("with ")
    against = "both sides" + (f" with {_code(known)}" if known else "")
    if item.kind != "relation":
        against = _code(item.expression)
    if item.source:
        places = [(escape(place), functions.get(place)) for place in item.source.split(", ")]
        shown = ", ".join(f'<a href="{where}">{place}</a>' if where else place for place, where in places)
        against += f"<br><small>{shown}</small>"
    gave = {
        "equation": item.note,
        "uncompared": item.note,
        "citation": "quoted from there, and not checked",
        "figure": "drawn, and compared with the last one accepted",
        "relation": item.expression,
    }.get(item.kind) or show(item.value)
    if item.kind in ("equation", "uncompared", "relation") or item.text.startswith("$"):
        text = _code(item.text.strip("$"))
    else:
        words = re.sub(r"\[([^\[\]]*)\]\([^()]*\)", r"\1", item.text)  # of a link
        text = _prose(re.sub(r"<!--.*?-->|[*`]", "", words))
    return [str(line), text, against, _prose(gave)]


def _prose(text: str) -> str:
    """Return words with the formulas among them, or what is quoted of one, as they are written."""
    parts = re.split(r"\$([^$]+)\$|(\\[A-Za-z]+[^\s;,]*)", text)
    return "".join(_code(part) if at % 3 else escape(part) for at, part in enumerate(parts) if part)


def _code(text: str) -> str:
    """Return a formula or an expression as it is written, on one line."""
    return f"<code>{escape(' '.join(text.split()))}</code>"


def _title(checks: PageChecks) -> str:
    return next((section.title for section in checks.page.sections if section.title), checks.page.path.stem)


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
