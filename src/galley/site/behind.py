"""What folds out below a figure: its files, a few of its numbers, and its source, which a page lays out once a reader unfolds them."""

import ast
import csv
import io
import re
from html import escape
from pathlib import Path

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from galley.drawing.drawing import Drawing
from galley.figure.palette import ROLES
from galley.run.cache import Cache, digest
from galley.run.keys import installed, press

ROWS = 12  # of the table, at most
# What the drawing names by its colour and kind, as its author gave it no name.
NAMELESS = re.compile(rf"(?:panel \d+: )?(?:{'|'.join(ROLES)})(?: (?!at |median)\w+)?(?: \d+)?")


def fold(drawing: Drawing, module: Path, name: str, named: str, file: str, cache: Cache) -> str:
    """Return the fold of the figure `name` in a module, which the page calls `named`; its files are `file` and what they end in."""
    source = module.read_text(encoding="utf-8")
    key = digest("behind", press(__name__), installed(), drawing.csv, source, name)
    shown = cache.kept(key, lambda: _numbers(drawing.csv) + _source(source, name))
    return (
        '<details class="behind"><summary>Behind this figure</summary>'
        f"<p>Drawn by <code>{named}:{name}</code>. "
        f'Its <a href="{file}.csv" download>data</a> and the <a href="{file}.svg" download>drawing</a>.</p>'
        f"<template data-search-exclude>{shown}</template></details>"
    )


def _numbers(data: str) -> str:
    """Return a table of the series of a drawing, those first that have a name: where each begins and ends, and between which values."""
    series: dict[str, list[tuple[str, float]]] = {}
    for row in csv.DictReader(io.StringIO(data)):
        value = row.get("value") or row["y"]
        if value:
            series.setdefault(row["series"], []).append((row["x"], float(value)))
    shown = sorted(series.items(), key=lambda each: NAMELESS.fullmatch(each[0]) is not None)[:ROWS]
    rows = "".join(f"<tr><th scope=row>{_words(name)}</th>{_row(points)}</tr>" for name, points in shown)
    heads = "".join(f"<th scope=col>{head}</th>" for head in ("Series", "Points", "x", "y", "least y", "greatest y"))
    return f'<div class="numbers"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'


def _row(points: list[tuple[str, float]]) -> str:
    (first, start), *_, (last, end) = [*points, points[-1]]
    values = [value for _, value in points]
    across = f"{_short(float(first))} to {_short(float(last))}" if first and last else ""
    cells = [str(len(points)), across, f"{_short(start)} to {_short(end)}", _short(min(values)), _short(max(values))]
    return "".join(f"<td>{cell}</td>" for cell in cells)


def _short(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def _words(name: str) -> str:
    """Return the name of a series, as code if it is written as a formula."""
    return f"<code>{escape(name)}</code>" if re.search(r"[\\^_]", name) else escape(name)


def _source(source: str, name: str) -> str:
    """Return the source of one function of a figure module, coloured as the theme colours code."""
    node = next(node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and node.name == name)
    code = ast.get_source_segment(source, node) or ""
    return str(highlight(code, PythonLexer(), HtmlFormatter(cssclass="highlight")))
