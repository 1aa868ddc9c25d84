"""The library as pages: each function with its docstring, its formulas set, and the sections that are checked against it."""

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path

from galley.findings import Finding
from galley.page.pieces import Formula
from galley.project import Project
from galley.run.library import parsed
from galley.site import mathml
from galley.site.edition import Edition
from galley.site.html import formula

INDEX = "api.md"
BLOCK = '<div class="api">'  # how all of a page but its heading begins
_FORMULA = re.compile(r"\$\$(?P<display>.+?)\$\$|\$(?P<inline>[^$]+)\$", re.DOTALL)
_INLINE = re.compile(
    rf"{_FORMULA.pattern}|`(?P<code>[^`]+)`|\*(?P<strong>\w[^*]*)\*|(?P<address>https?://[^\s,;)]+[^\s,;).])", re.DOTALL
)
_PART = re.compile(r"(Args|Attributes|Returns|Raises|Source):\s*(.*)", re.DOTALL)
_ITEM = re.compile(r"^    (\w+): ", re.MULTILINE)
_INTRODUCTION = """\
---
title: The library
description: The mathematics of this book as a package of Python, each function with its formula and the sections that are checked against it.
---

# The library

What this book prints is computed by the package `{0}`, which can be used by itself: after `pip install .` in the book's folder, `from {0} import {1}`.
All functions are pure and take NumPy's arrays of float64; what is random takes its generator.
"""
Node = ast.FunctionDef | ast.ClassDef


def wanted(project: Project) -> bool:
    """Tell whether the book has such pages, which its nav decides."""
    return INDEX in project.nav


def typeset(project: Project, edition: Edition) -> Iterator[Finding]:
    """Set the formulas of the docstrings; yield those that cannot be set."""
    found = [
        (path, node, _tex(match))
        for path, tree in (_modules(project) if wanted(project) else {}).items()
        for node in [tree, *_public(tree)]
        for match in _FORMULA.finditer(ast.get_docstring(node) or "")
    ]
    results = mathml.set_math([tex for *_, tex in found], project.cache, project.root)
    for (path, node, tex), result in zip(found, results, strict=True):
        if isinstance(result, mathml.MathError):
            wrong = f"the formula {tex[0]} of this docstring cannot be set: {result.message}"
            yield Finding(path, getattr(node, "lineno", 1), 1, wrong, "write TeX that Temml knows")
        else:
            edition.formulas[tex] = result


def addresses(project: Project) -> dict[str, str]:
    """Return the address below the site's of each function, by its place in the source."""
    pages = _modules(project) if wanted(project) else {}
    return {
        f"{project.named(path)}:{node.lineno}": f"{project.address(_name(path))}#{node.name}"
        for path, tree in pages.items()
        for node in _public(tree)
    }


def pages(project: Project, edition: Edition) -> dict[str, str]:
    """Return the pages, in Markdown: one that lists the modules, and one for each of them."""
    modules = _modules(project) if wanted(project) else {}
    checked: dict[str, dict[str, str]] = {}  # by the place of a function: titles of sections, by their addresses
    for path, checks in edition.pages.items():
        for item in checks.items:
            section = checks.page.section(item.start)
            target = project.address(project.uri(path)) + (f"#{section.slug}" if section.slug else "")
            for place in item.source.split(", "):
                checked.setdefault(place, {})[target] = section.title or path.stem
    made = {_name(path): _page(path, tree, checked, edition) for path, tree in modules.items()}
    return {INDEX: _index(modules, edition)} | made if made else {}


def _index(modules: Mapping[Path, ast.Module], edition: Edition) -> str:
    rows, package = "", edition.project.package.name
    for path, tree in modules.items():
        address = edition.project.link(edition.project.address(_name(path)), INDEX)
        first = (ast.get_docstring(tree) or "").split("\n\n")[0]
        rows += f'<dt><a href="{address}"><code>{path.stem}</code></a></dt><dd>{_set(first, edition)}</dd>'
    return f"{_INTRODUCTION.format(package, next(iter(modules)).stem)}\n{_block(f'<dl>{rows}</dl>')}\n"


def _page(path: Path, tree: ast.Module, checked: Mapping[str, Mapping[str, str]], edition: Edition) -> str:
    project, name, html = edition.project, _name(path), _docstring(tree, edition)
    links = [f'<a href="#{node.name}"><code>{node.name}</code></a>' for node in _public(tree)]
    html += f"<p>{', '.join(links)}</p>"
    for node in _public(tree):
        place, sections = f"{project.named(path)}:{node.lineno}", []
        for target, title in checked.get(place, {}).items():
            sections.append(f'<a href="{project.link(target, name)}">{_set(title, edition)}</a>')
        said = f"checked against it: {', '.join(sections)}" if sections else "nothing is checked against it by itself"
        html += f'<h2 id="{node.name}"><code>{node.name}</code></h2>'  # where a theme counts headings, the page must be in its nav
        html += f'<p class="signature"><code>{escape(_signature(node))}</code></p>{_docstring(node, edition)}'
        html += f"<p><small><code>{place}</code>; {said}.</small></p>"
    title = f"{project.package.name}.{path.stem}"
    return f"---\ntitle: {title}\n---\n\n# `{title}`\n\n{_block(html)}\n"


def _modules(project: Project) -> Mapping[Path, ast.Module]:
    """Return the public modules of the library, in the order of the book; one that cannot be read is told elsewhere."""
    order = [Path(page).stem for page in project.nav]
    paths = [path for path in sorted(project.package.glob("*.py")) if not path.stem.startswith("_")]
    found = {}
    for path in sorted(paths, key=lambda path: order.index(path.stem) if path.stem in order else len(order)):
        try:
            found[path] = parsed(path.read_text(encoding="utf-8"))
        except (SyntaxError, ValueError):
            continue
    return found


def _public(tree: ast.Module) -> list[Node]:
    nodes = [node for node in tree.body if isinstance(node, Node)]
    return [node for node in nodes if not node.name.startswith("_")]


def _name(path: Path) -> str:
    return f"{INDEX.removesuffix('.md')}/{path.stem}/index.md"


def _signature(node: Node) -> str:
    if isinstance(node, ast.ClassDef):
        return f"class {node.name}({', '.join(map(ast.unparse, node.bases))})"
    return f"{node.name}({ast.unparse(node.args)})" + (f" -> {ast.unparse(node.returns)}" if node.returns else "")


def _docstring(node: Node | ast.Module, edition: Edition) -> str:
    """Return a docstring as one block of HTML."""
    html = []
    for part in re.split(r"\n\s*\n", inspect.cleandoc(ast.get_docstring(node) or "")):
        match = _PART.fullmatch(part)
        if not match:
            html.append(f"<p>{_set(part, edition)}</p>")
            continue
        named = _ITEM.split("    " + match[2]) if _ITEM.match("    " + match[2]) else [match[2]]
        items = zip(named[1::2], named[2::2], strict=True)
        rows = [f"<dt><code>{name}</code></dt><dd>{_set(text, edition)}</dd>" for name, text in items]
        text = f"<dl>{''.join(rows)}</dl>" if rows else f"<p>{_set(named[0], edition)}</p>"
        html.append(f'<div class="part"><p><em>{match[1]}</em></p>{text}</div>')
    return "".join(html)


def _block(html: str) -> str:
    """Return HTML as one line that Markdown leaves alone."""
    return f"{BLOCK}{' '.join(html.split(chr(10)))}</div>"


def _tex(match: re.Match[str]) -> tuple[str, bool]:
    return " ".join((match["display"] or match["inline"]).split()), match["display"] is not None


def _set(text: str, edition: Edition) -> str:
    """Return words with their formulas, code, addresses and emphasis set."""
    html, at = [], 0
    for match in _INLINE.finditer(text):
        html.append(escape(text[at : match.start()], quote=False))
        at = match.end()
        if match["display"] or match["inline"]:
            tex, display = _tex(match)
            html.append(formula(Formula(0, 0, tex, 0, display), edition.formulas.get((tex, display), escape(tex)), []))
        elif match["address"]:
            html.append(f'<a href="{escape(match["address"])}">{escape(match["address"])}</a>')
        else:
            tag = "code" if match["code"] else "em"
            html.append(f"<{tag}>{escape(match['code'] or match['strong'])}</{tag}>")
    return "".join([*html, escape(text[at:], quote=False)])
