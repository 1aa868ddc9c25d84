"""What a server keeps from one build to the next, so that a save costs what depends on it."""

from types import CodeType

from jinja2.bccache import Bucket, BytecodeCache
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, InclusionLevel

from galley.site.edition import Edition


class Templates(BytecodeCache):
    """The theme's templates, compiled: MkDocs sets up the engine that reads them anew for each build."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Hand over the code of a template, if it is the one that was compiled."""
        bucket.code = self._known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Take the code of a template."""
        self._known[bucket.key, bucket.checksum] = bucket.code


class Finished(File):
    """A page that is rendered already."""

    def is_documentation_page(self) -> bool:
        """Let MkDocs write it as it is."""
        return False


class Lists:
    """The lists of checks, rendered: there are as many as pages, and a save moves one of them or none."""

    def __init__(self) -> None:
        self._around: object = None  # what of a book stands on each page of its site
        self._made: dict[str, str] = {}  # the lists at hand, in Markdown
        self._known: dict[str, tuple[str, str]] = {}  # those that were rendered, and what came of each

    def begin(self, edition: Edition) -> None:
        """Begin a build, and forget all where each page looks otherwise than before."""
        pages = [checks.page for checks in edition.pages.values()]
        heads = [(page.text[: page.body], [section.title for section in page.sections[:2]]) for page in pages]
        around = edition.project.said, heads, edition.findings
        if around != self._around:
            self._around, self._known = around, {}

    def file(self, config: MkDocsConfig, uri: str, content: str) -> File | None:
        """Return the page that came of a list last time, or None if that was another."""
        self._made[uri] = content
        made, html = self._known.get(uri, ("", ""))
        if made != content:
            return None
        file = Finished.generated(config, uri, content=html, inclusion=InclusionLevel.NOT_IN_NAV)
        file.dest_uri = uri.removesuffix(".md") + ".html"
        return file

    def keep(self, uri: str, html: str) -> None:
        """Take a page as it was rendered, if it is such a list."""
        if uri in self._made:
            self._known[uri] = self._made[uri], html
