"""A checked page set: bindings gone, formulas and figures in place, every checked item marked."""

import re
from collections.abc import Callable
from html import escape

from galley.check.outcome import Item, PageChecks
from galley.maths.printed import show
from galley.page.pieces import Binding, Formula, Image, Page
from galley.site import behind, flipbook
from galley.site.edition import Edition

Store = Callable[[str], str]  # keeps a piece of HTML and returns what stands for it in the Markdown
SHORT, NARROW = 40, 24  # characters of TeX, or of what it shows, that never need a break of the line
SCALE = 1.6  # pixels a point, at most: where a figure is as wide as the text
MARKER = "data-galley"  # on every page that the press has set


def set_page(page: Page, edition: Edition, store: Store) -> str:
    """Return the page's Markdown, without front matter, with all that is the press's own kept by `store`."""
    checks = edition.pages[page.path]
    parts = edition.parts[page.path] = []

    def keep(html: str) -> str:
        parts.append(html)
        return store(html)

    marks: dict[int, list[Item]] = {}
    for item in checks.items:
        marks.setdefault(item.start, []).append(item)
    changes: list[tuple[int, int, str]] = []
    short: set[str] = set()
    behind = page.body
    for piece in page.pieces:
        if isinstance(piece, Binding):
            gap = page.text[behind : piece.start]
            start = behind if piece.kind == "eq" and not gap.strip(" \t\n>") else piece.start
            changes.append((start, piece.end, _statement(piece, checks, keep)))
        elif isinstance(piece, Formula):
            html = edition.formulas.get((piece.tex, piece.display))
            if html is None:
                html = f'<code class="galley-broken">{escape(piece.tex)}</code>'
            kept = keep(formula(piece, html, marks.get(piece.start, [])))
            changes.append((piece.start, piece.end, kept))
            if not piece.display and _short(piece.tex, html):
                short.add(kept)
        elif isinstance(piece, Image) and piece.figure in edition.figures:
            changes.append((piece.start, piece.end, keep(_figure(page, piece, edition))))
            changes.append(_source(page, piece, edition, keep))
        behind = piece.end  # the comment of an equation takes its line with it, and the mark of a quotation on that
    for item in checks.items:
        if item.kind in ("number", "citation") and not item.text.startswith("$"):
            changes.append(
                (item.start, item.end, keep(f'<span class="check together"{_told([item])}>{escape(item.text)}</span>'))
            )
    text, at = [], page.body
    for start, end, new in sorted(changes):
        text += [page.text[at:start], new]
        at = end
    body = "".join([*text, page.text[at:]])
    for kept in short:  # a full stop never begins a line
        body = re.sub(f"{re.escape(kept)}[.,;:!?]", r'<span class="together">\g<0></span>', body)
    return body.rstrip() + f"\n\n{keep(_switch(edition, checks))}\n"


def _told(items: list[Item]) -> str:
    """Return the attributes that say how items were checked."""
    words = []
    for item in items:
        match item.kind:
            case "relation":
                told = f"{item.text.strip('$')}: {' and '.join(item.expression.split(' | '))} {item.note}".strip()
            case "equation" | "uncompared":
                told = f"{item.expression}: {item.note}"
            case "citation":
                told = f"cited: {item.expression}"
            case _:
                told = f"{item.expression} = {show(item.value)}" if item.kind == "number" else item.expression
        words.append(f"{told} ({item.source})" if item.source else told)
    return f' data-check="{escape("; ".join(dict.fromkeys(words)))}"'


def _statement(binding: Binding, checks: PageChecks, store: Store) -> str:
    """Return what stands for a binding: nothing, or for a statement its mark."""
    item = next((item for item in checks.items if item.kind == "statement" and item.end == binding.start), None)
    return store(f'<span class="check statement"{_told([item])}></span>') if item else ""


def formula(formula: Formula, html: str, items: list[Item]) -> str:
    """Return a formula that is set, with the marks of what was checked of it."""
    told = _told(items) if items else ""
    check = " check" if items else ""
    if formula.display:
        return f'<div class="formula{check}"{told}>{html}</div>'
    together = " together" if _short(formula.tex, html) else ""
    return f'<span class="formula{check}{together}"{told}>{html}</span>'


def _short(tex: str, html: str) -> bool:
    """Tell whether a formula fits into any line; a longer one is cut at its relations, or scrolls, and then stands higher than its words."""
    return len(tex) <= SHORT or len(re.sub(r"<annotation.*?</annotation>|<[^>]*>", "", html, flags=re.DOTALL)) <= NARROW


def _figure(page: Page, image: Image, edition: Edition) -> str:
    assert image.figure is not None  # set_page asks for figures only
    drawing = edition.figures[image.figure]
    title = page.section(image.start).title or page.path.stem
    shown = drawing.embed(title, image.alt)
    if drawing.controls:
        typeset = {tex: edition.formulas[tex, False] for tex in flipbook.formulas(drawing)}
        shown = flipbook.element(drawing, image.figure[1], shown, f"{_file(page, image, edition)}.json", typeset)
    classes = " ".join(["drawing", *image.classes])
    return f'<div class="{classes}" style="max-width:{drawing.width * SCALE:.0f}px">{shown}</div>'


def _file(page: Page, image: Image, edition: Edition) -> str:
    """Return the address of a figure's files, as seen from its page, without what they end in."""
    assert image.figure is not None  # set_page asks for figures only
    project = edition.project
    return project.link(f"figures/{image.figure[0]}/{image.figure[1]}", project.uri(page.path))


def _source(page: Page, image: Image, edition: Edition, store: Store) -> tuple[int, int, str]:
    """Return the change that ends a caption with the figure's files and its folded source."""
    assert image.figure is not None  # set_page asks for figures only
    at = page.text.rfind("///", image.end, image.caption_end) if image.caption is not None else image.caption_end
    indent = re.sub(r"[^>\t]", " ", page.text[page.line_start(at) : at])  # of a list, or the marks of a quotation
    file = _file(page, image, edition)
    module = edition.project.figures / f"{image.figure[0]}.py"
    named = escape(edition.project.named(module))
    html = behind.fold(edition.figures[image.figure], module, image.figure[1], named, file, edition.project.cache)
    return at, at, f"\n{indent}{store(html)}\n{indent.rstrip()}\n{indent}"


def _switch(edition: Edition, checks: PageChecks) -> str:
    """Return the switch that shows the checks of a page, which ends it and also marks it as ours."""
    counts = checks.counts
    total = sum(counts.values())
    said = f"{total} numerals: {counts['checked']} checked, {counts['input']} inputs of checks, {counts['noted']} noted"
    return (
        f'<div class="checks-switch" {MARKER}="{escape(edition.project.stem(checks.page.path))}" data-search-exclude>'
        f'<label><input type="checkbox" role="switch"> Show checks</label> <span>{said}</span></div>'
    )
