"""Ends the page of licences with the notices of all that the site ships, as the installed packages have them."""

import json
import re
from collections.abc import Iterator
from functools import cache
from html import escape
from importlib.metadata import distribution, version
from importlib.resources import files
from pathlib import Path
from typing import Any

from galley.site.fonts import figures

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "temml": "styles of formulas",
    "@fontsource/stix-two-math": "letters of formulas",
    "@fontsource-variable/source-serif-4": "letters of the text",
}
THEME = Path(str(files("material"))) / "templates"
NOTICE = re.compile(r"/\*(?:(?!\*/).){,1000}(?:licen[cs]e|copyright)(?:(?!\*/).){,1000}\*/", re.IGNORECASE | re.DOTALL)


def on_page_content(html: str, *, page: Any, **_: Any) -> str:
    """Write the notices below what the page says itself."""
    if page.file.src_uri != "licences.md":
        return html
    return html + folded()


@cache  # a server builds again and again
def folded() -> str:
    """Return the notices, each in a fold of its own."""
    return "".join(
        f"<details><summary>{escape(name)}</summary><pre>{escape(text)}</pre></details>" for name, text in notices()
    )


def notices() -> Iterator[tuple[str, str]]:
    """Yield what the site ships of others, what for, and its notice."""
    for name, use in PACKAGES.items():
        folder = ROOT / "node_modules" / name
        what = json.loads((folder / "package.json").read_bytes())
        yield f"{what['name']} {what['version']}: {use}", (folder / "LICENSE").read_text("utf-8").strip()
    yield (
        f"matplotlib {version('matplotlib')}: letters of figures",
        (figures() / "LICENSE_STIX").read_text("utf-8").strip(),
    )
    theme = distribution("mkdocs-material")
    notice = Path(str(theme.locate_file(f"mkdocs_material-{theme.version}.dist-info/licenses/LICENSE")))
    yield f"mkdocs-material {theme.version}: the theme", notice.read_text("utf-8").strip()
    icons = THEME / ".icons" / "material" / "LICENSE"
    yield "Material Design Icons: the theme's icons", icons.read_text("utf-8").strip()
    scripts = sorted(path for path in THEME.glob("assets/javascripts/**/*.js") if path.name != "wordcut.js")
    found = dict.fromkeys(match for path in scripts for match in NOTICE.findall(path.read_text("utf-8")))
    bundled = {name for path in THEME.glob("assets/javascripts/**/*.map") for name in packages(path)}
    yield f"Scripts within the theme: {', '.join(sorted(bundled))}, lunr-languages", "\n".join(found)


def packages(path: Path) -> Iterator[str]:
    """Yield the packages that a script is bundled of, by its map."""
    for source in json.loads(path.read_bytes())["sources"]:
        if found := re.search(r"node_modules/((?:@[^/]+/)?[^/]+)", source):
            yield found[1]
