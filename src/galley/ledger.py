"""The ledger: every proofed item of the book, as a page and as data."""

import json
from collections.abc import Sequence
from html import escape
from typing import Any

from galley.press import Edition
from galley.printed import show
from galley.problems import Problem
from galley.project import Project
from galley.proofs import Item, PageProofs
from galley.recorded import plain

STATES = ("proofed", "input", "recorded")


def entries(project: Project, edition: Edition) -> dict[str, Any]:
    """Return the ledger as data: per page the count of numerals by how they are accounted for, and the items."""
    pages = []
    for path, proofs in edition.pages.items():
        items = [_entry(proofs, item) for item in proofs.items]
        pages.append(
            {
                "page": path.relative_to(project.docs).as_posix(),
                "numerals": {state: proofs.counts[state] for state in STATES},
                "items": items,
            }
        )
    return {"pages": pages}


def _entry(proofs: PageProofs, item: Item) -> dict[str, Any]:
    line, column = proofs.page.place(item.start)
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
    parts = [
        "---\ntitle: Proofs\ndescription: Every number, equation and figure of this book, with what it was held against.\n---\n\n# Proofs\n\n"
        "What is printed in this book was held against its code when the site was built, and the build stops where the two disagree. "
        "The table counts the numerals of each page: *proofed* ones are results that were computed again; *inputs* are arguments of such a "
        "computation; *recorded* ones (a year, a count, an index) prove nothing, but a change of any is seen and has to be accepted. "
        "The same ledger as data: [proofs.json](proofs.json).\n\n"
    ]
    rows = "".join(
        f'<tr><td><a href="../{_url(proofs)}">{escape(_title(proofs))}</a></td>'
        + "".join(f"<td>{proofs.counts[state]}</td>" for state in STATES)
        + "".join(
            f"<td>{sum(item.kind == kind for item in proofs.items)}</td>"
            for kind in ("equation", "relation", "number", "statement", "figure")
        )
        + "</tr>"
        for proofs in edition.pages.values()
    )
    heads = ["Page", "Proofed", "Inputs", "Recorded", "Equations", "Relations", "Numbers", "Statements", "Figures"]
    parts.append(
        f'<div class="md-typeset__scrollwrap"><table><thead><tr>{"".join(f"<th>{head}</th>" for head in heads)}</tr></thead><tbody>{rows}</tbody></table></div>\n\n'
    )
    for proofs in edition.pages.values():
        body = "".join(_row(proofs, item) for item in proofs.items)
        parts.append(
            f'## {_title(proofs)}\n\n<div class="ledger" data-search-exclude><table><thead><tr><th>Line</th><th>Printed</th><th>Held against</th><th>Gave</th></tr></thead><tbody>{body}</tbody></table></div>\n\n'
        )
    return "".join(parts)


def _row(proofs: PageProofs, item: Item) -> str:
    line, _ = proofs.page.place(item.start)
    against = (
        f"<code>{escape(item.expression)}</code>" if item.expression and item.kind != "relation" else escape(item.note)
    )
    if item.source:
        against += f"<br><small>{escape(item.source)}</small>"
    gave = {
        "equation": item.note,
        "figure": "drawn, and compared with the record",
        "relation": " | ".join(item.expression.split(" | ")),
    }.get(item.kind) or show(item.value)
    return f"<tr><td>{line}</td><td>{escape(item.text)}</td><td>{against}</td><td>{escape(gave)}</td></tr>"


def _title(proofs: PageProofs) -> str:
    return next((section.title for section in proofs.page.sections if section.title), proofs.page.stem)


def _url(proofs: PageProofs) -> str:
    return "" if proofs.page.stem == "index" else f"{proofs.page.stem}/"


def banner(problems: Sequence[Problem]) -> str:
    """Return what an author sees on a page while something is wrong."""
    if not problems:
        return ""
    rows = "".join(f"<li><code>{escape(str(problem))}</code></li>" for problem in problems)
    return (
        f'<div class="admonition failure" role="alert"><p class="admonition-title">Not proofed</p><ul>{rows}</ul></div>'
    )
