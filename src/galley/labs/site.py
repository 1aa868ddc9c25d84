"""Labs on the site: handed executed to mkdocs-jupyter, and what it makes of them set as the book's own pages are."""

import importlib.util
import os
import posixpath
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from html import escape, unescape
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from urllib.parse import quote, urlsplit

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, InclusionLevel
from mkdocs.utils import get_relative_url

from galley.labs.labs import Lab
from galley.page.pieces import Formula
from galley.project import Project
from galley.run.cache import digest
from galley.site.edition import Edition
from galley.site.html import formula

PLUGIN = "mkdocs-jupyter"
_SHOWN = ".jp-RenderedMarkdown, .highlight-ipynb pre, .jp-OutputArea-output"
_CODE = re.compile(r"(<(code|pre)\b.*?</\2>)", re.DOTALL)
_TEX = re.compile(r"\$\$(?P<display>[^$]+)\$\$|\$(?P<inline>[^$]+)\$")
_LINK = re.compile(r'(?<=href=")([^":#]+\.md)(?=["#])')
_BRANCH = re.compile(r"(?:^|/)(?:edit|blob|raw)/([^/]+)/")


class _Later:
    """Finds modules that are loaded when something of them is asked for first, which may be never."""

    names = (
        "jupytext",
        "mkdocs_jupyter.convert",
    )  # of which a build whose labs are all kept needs nothing, and which take a second

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path) if name in self.names else None
        if spec and spec.loader:
            spec.loader = importlib.util.LazyLoader(spec.loader)
        return spec


def prepare() -> None:
    """Let mkdocs-jupyter be listed at no cost, and find nbconvert's templates where nbconvert is, be that another environment."""
    sys.meta_path.insert(0, _Later())
    spec = importlib.util.find_spec("nbconvert")
    if spec and spec.origin:
        os.environ.setdefault("JUPYTER_PATH", str(Path(spec.origin).parents[4] / "share" / "jupyter"))


def files(labs: Mapping[str, Lab], config: MkDocsConfig) -> Iterator[File]:
    """Yield what stands in the site in place of each lab's files: the notebook executed, and the script so that it stands alone."""
    for uri, lab in labs.items():
        executed = Path(config.site_dir, uri)  # which is emptied before this, and where a reader downloads it
        executed.parent.mkdir(parents=True, exist_ok=True)
        executed.write_text(lab.executed, encoding="utf-8")
        yield File(uri, config.site_dir, config.site_dir, config.use_directory_urls)
        script = f"{uri.removesuffix('.ipynb')}.py"
        yield File.generated(config, script, content=lab.script, inclusion=InclusionLevel.NOT_IN_NAV)


def page(html: str, uri: str, lab: Lab, edition: Edition, url: str, repository: str, branch: str) -> str:
    """Return the page of a lab: of what mkdocs-jupyter made, words, code and outputs, and nothing else.

    Args:
        html: what it made, with half a megabyte of styles and scripts that a page of the book has no use for.
        uri: what the nav calls the lab.
        lab: the lab.
        edition: holds its formulas, set.
        url: the address of the page, below the site's.
        repository: the address of the book's source, if that is known.
        branch: the pattern of an address in it, as `edit_uri` has it.
    """
    project = edition.project
    key = digest("lab page", Path(__file__).read_bytes(), html)
    plain = project.cache.kept(key, lambda: "\n".join(_parts(html)))

    def link(match: re.Match[str]) -> str:
        return get_relative_url(
            project.address(posixpath.normpath(posixpath.join(posixpath.dirname(uri), match[1]))), url
        )

    def set_tex(match: re.Match[str]) -> str:
        tex, display = unescape(match["display"] or match["inline"]), match["display"] is not None
        typeset = edition.formulas.get((tex, display))
        return formula(Formula(0, 0, tex, 0, display), typeset, []) if typeset else match[0]

    between = _CODE.split(_LINK.sub(link, plain))
    text = "".join(part if at % 3 == 1 else _TEX.sub(set_tex, part) for at, part in enumerate(between) if at % 3 != 2)
    where = {"script": f"{uri.removesuffix('.ipynb')}.py", "notebook": uri}
    taken = [f'<a href="{escape(get_relative_url(file, url))}" download>{name}</a>' for name, file in where.items()]
    opened = [f'<a href="{escape(target)}">{name}</a>' for name, target in _elsewhere(lab, project, repository, branch)]
    said = f"Take this lab along as a {' or a '.join(taken)}" + (
        f", or open it in {' or '.join(opened)}" if opened else ""
    )
    return f'<div class="lab">{text.replace("</h1>", f"</h1><p>{said}.</p>", 1)}</div>'


def _parts(html: str) -> Iterator[str]:
    """Yield the words, the code and the outputs of a lab in order, freed of what is around them."""
    from bs4 import BeautifulSoup

    for part in BeautifulSoup(html, "html.parser").select(_SHOWN):
        classes, inner = str(part.get("class", "")), part.decode_contents().strip("\n")
        if part.name == "pre" and not classes:
            code = f'<div class="highlight"><pre><code>{inner}\n</code></pre></div>'
            beside = part.find_parent(class_="celltag_beside")
            yield f"<details><summary>What draws below</summary>{code}</details>" if beside else code
        elif "jp-RenderedMarkdown" in classes:
            yield inner.replace('class="anchor-link"', 'class="headerlink"')
        else:
            yield f'<div class="output">{inner}</div>'


def _elsewhere(lab: Lab, project: Project, repository: str, branch: str) -> Iterator[tuple[str, str]]:
    """Yield the hosts that run a notebook of the book's repository, and where they do."""
    place, on = urlsplit(repository), _BRANCH.search(branch)
    if place.netloc == "github.com" and on:
        name, path = place.path.strip("/"), quote(project.named(lab.pair))
        yield "Colab", f"https://colab.research.google.com/github/{name}/blob/{on[1]}/{path}"
        yield "Binder", f"https://mybinder.org/v2/gh/{name}/{on[1]}?labpath={path}"
