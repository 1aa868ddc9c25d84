"""The labs of a book: run where nothing is kept of it, their words read as pages are, and what they may show left for the audit."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from galley.check import links
from galley.check.reading import read
from galley.findings import Finding
from galley.page.pieces import Page
from galley.page.scanner import scan
from galley.page.uniform import tokens
from galley.page.visible import blocks
from galley.project import Project
from galley.run.cache import digest, write_whole
from galley.run.keys import Files, installed
from galley.run.workers import Failure, cores, run
from galley.site import typeset
from galley.site.edition import Edition

_RECIPE = Path(__file__).with_name("notebook.py")
_CELL, _MARK = "# %%", "# "  # what begins a cell, and each line of its words


@dataclass(frozen=True)
class Lab:
    """A lab: its words as a page, and itself as a notebook, as a script and executed."""

    page: Page
    notebook: str
    script: str
    executed: str

    @property
    def cells(self) -> list[Any]:
        """The cells, executed, as they stand in a file."""
        return list(json.loads(self.executed)["cells"])

    @property
    def pair(self) -> Path:
        """The file that holds the notebook beside the script, for whoever opens it on a host of code."""
        return self.page.path.with_suffix(".ipynb")


def check(project: Project, edition: Edition) -> dict[str, Lab]:
    """Run the labs that are not kept; return all by what the nav calls them, and tell what is wrong among the edition's findings."""
    paths = [path for path in sorted(project.labs.glob("*.py")) if path.read_text("utf-8").startswith(_CELL)]
    labs, found, said = [], [], []
    for path, result in zip(paths, _results(project, paths), strict=True):
        if isinstance(result, Failure):
            found.append(Finding(path, 1, 1, f"the lab cannot be run: {result.error}", "let it do less"))
            continue
        page, unread = _words(path)
        labs.append(Lab(page, *(result[name] for name in ("notebook", "script", "executed"))))
        found += [*_wrong(path, result["wrong"]), *_pair(labs[-1])]
        said += [*unread, *_numerals(labs[-1])]
        edition.beside[project.uri(path.with_suffix(".md"))] = _account(labs[-1], project)
    pages = [lab.page for lab in labs]
    said += typeset.pages(project, pages, edition)
    if edition.pages:
        known = [*pages, *(checks.page for checks in edition.pages.values())]
        said += links.check(project, pages, known, list(edition.figures), edition.figures)
    found += [replace(finding, column=finding.column + len(_MARK)) for finding in said]
    edition.findings = sorted({*edition.findings, *found})
    return {project.uri(lab.pair): lab for lab in labs}


def pair(project: Project, labs: dict[str, Lab]) -> Iterator[str]:
    """Write the notebook beside each script anew where it is not the same; yield their names."""
    for lab in labs.values():
        if list(_pair(lab)):
            write_whole(lab.pair, lab.notebook.encode())
            yield project.named(lab.pair)


def _results(project: Project, paths: list[Path]) -> list[Any]:
    """Return what each lab comes to, kept for what it has read and for what is installed, or its `Failure`."""
    root, cache = project.root.resolve(), project.cache
    files = Files(root, cache)
    recipe = _RECIPE.read_bytes(), installed()
    keys = [digest("lab", files.name(str(path)), files.held(str(path)), *recipe) for path in paths]
    found: dict[Path, Any] = {}
    for path, key in zip(paths, keys, strict=True):
        with contextlib.suppress(ValueError, TypeError):  # what is kept under this key is of another kind
            names = json.loads(cache.get(digest("reads", key)) or "[]")
            if names and (text := cache.get(files.state(key, names))) is not None:
                found[path] = dict(json.loads(text))
    missing = [path for path in paths if path not in found]
    jobs = [("galley.labs.notebook:run", (path, root, project.package.parent)) for path in missing]
    preload = ("numpy", "galley.labs.notebook")
    for path, result in zip(missing, run(jobs, root=root, count=cores(), preload=preload), strict=True):
        found[path] = result
        if not isinstance(result, Failure) and result["whole"]:
            key, names = keys[paths.index(path)], sorted(map(files.name, result["read"]))
            cache.put(files.state(key, names, seen=result["read"]), json.dumps(result))
            cache.put(digest("reads", key), json.dumps(names))
    return [found[path] for path in paths]


def _words(path: Path) -> tuple[Page, tuple[Finding, ...]]:
    """Return the words of a lab as a page, each on its line but without its mark, and what in them cannot be read."""
    lines, words = [], False
    for line in path.read_text(encoding="utf-8").splitlines():
        words = "[markdown]" in line if line.startswith(_CELL) else words
        lines.append(line[len(_MARK) :] if words and not line.startswith(_CELL) else "")
    return scan(path, "\n".join(lines), "\n".join(lines))


def _wrong(path: Path, wrong: tuple[int, int, str] | None) -> Iterator[Finding]:
    """Yield what has ended a lab, where it stands in the script."""
    if wrong:
        lines = path.read_text(encoding="utf-8").splitlines()
        starts = [number for number, line in enumerate(lines) if line.startswith(_CELL)] + [len(lines)]
        first, end = starts[wrong[0]] + 1, starts[wrong[0] + 1]
        while first < end - 1 and not lines[first].strip():
            first += 1
        yield Finding(path, min(first + wrong[1], end), 1, wrong[2], "mend the lab, or what it is held against")


def _numerals(lab: Lab) -> Iterator[Finding]:
    """Yield the numerals among the words that the code does not hold."""
    code = {
        _bare(token) for cell in lab.cells if cell["cell_type"] == "code" for token in tokens(_text(cell["source"]))
    }
    for block in blocks(lab.page):
        for token in block.tokens:
            if _bare(token) not in code:
                wrong = f"the words say {token}, which the code of the lab does not hold"
                yield Finding(lab.page.path, block.line, block.column, wrong, "compute it, or say it without a numeral")


def _pair(lab: Lab) -> Iterator[Finding]:
    """Yield whether the notebook beside a lab is another."""
    if not lab.pair.is_file() or lab.pair.read_text(encoding="utf-8") != lab.notebook:
        yield Finding(lab.pair, 1, 1, f"this is not {lab.page.path.name} as a notebook", "run make accept")


def _account(lab: Lab, project: Project) -> dict[str, Any]:
    """Return what the site may show of a lab: its words, as the source has them, and its code and outputs, as they came."""
    heading = next((section.title for section in lab.page.sections if section.title), "")
    made = [tokens(text) for cell in lab.cells if cell["cell_type"] == "code" for text in _shown(cell)]
    for cell in lab.cells:
        for output in cell.get("outputs", ()):
            html = _text(output.get("data", {}).get("text/html", ""))
            made += [list(block.tokens) for block in read(html, part=True).blocks if block.role != "drawing"]
    return {
        "source": project.named(lab.page.path),
        "title": " ".join(tokens(heading)),
        "description": "",
        "front": [],
        "blocks": [
            [each.line, each.column + len(_MARK), each.kind, " ".join(each.tokens)] for each in blocks(lab.page)
        ],
        "made": [" ".join(found) for found in made if found],
    }


def _shown(cell: dict[str, Any]) -> Iterator[str]:
    """Yield what a cell shows as plain text: its code, and what came of it."""
    yield _text(cell["source"])
    for output in cell["outputs"]:
        data = output.get("data", {})
        yield _text(output.get("text", "" if "text/html" in data else data.get("text/plain", "")))


def _bare(token: str) -> str:
    return token.strip("-+%").replace(",", "")


def _text(lines: str | list[str]) -> str:
    return lines if isinstance(lines, str) else "".join(lines)
