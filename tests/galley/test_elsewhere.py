"""A book that keeps nothing where this one does: its library, configuration, pages and addresses, and with plugins of its own."""

import json
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from finish import offline
from tests.conftest import _Quiet
from tests.galley.book import FILES as USUAL
from tests.galley.book import Book, make

FILES = {
    "settings/base.yml": """\
site_name: !ENV [BOOK_NAME, Powers elsewhere]
use_directory_urls: true
theme: {name: material, font: false}
plugins: [search, galley]
markdown_extensions:
  galley: {library: lib/toys, figures: art, tests: trials, generated: [api.md]}
  pymdownx.blocks.caption: {}
  pymdownx.snippets: {base_path: [!relative $config_dir/parts], check_paths: true}
""",
    "book.yml": """\
INHERIT: settings/base.yml
docs_dir: pages
use_directory_urls: false
hooks: [hooks.py]
draft_docs: later.md
not_in_nav: "/unlisted.md\\n/api.md"
nav: [index.md, Part: [part/index.md, part/deep/power.md]]
extra_javascript: [{path: assets/galley/flipbook.mjs, type: module}]
validation: {anchors: warn, nav: {omitted_files: warn}}
""",
    "hooks.py": """\
from mkdocs.structure.files import File


def on_files(files, config):
    files.append(File.generated(config, "api.md", content="# Names\\n\\nOf version 0.87.\\n"))


def on_page_markdown(markdown, page, config, files):
    return markdown.replace("{{ depth }}", "50")
""",
    "pages/index.md": """\
# Start

See [a stop](part/deep/power.md#fall?depth=12) and [the part](part/index.md).
""",
    "pages/part/index.md": '# Part\n\nOf two pages.\n\n--8<-- "known.md"\n',
    "parts/known.md": "It leaves 0.35<!-- = power.power(0.9, 10) -->.\n",
    "pages/unlisted.md": "# Unlisted\n\nNothing.\n",
    "pages/later.md": "# Later\n\nIt will be 0.999.\n",
    "pages/.ipynb_checkpoints/old.md": "# Old\n\nIt was 0.999.\n",
    "pages/part/deep/power.md": """\
---
title: Powers
---

Powers
======

A power
-------

After {{ depth }} layers 0.0052<!-- = power.power(0.9, 50) --> is left.

    0.9 ** 10

![A power falls.](../../figures/power/fall.svg)

/// caption
A power of 0.9 falls to 0.35<!-- = power.power(0.9, 10) -->.
///
""",
}
PAGE = "pages/part/deep/power.md"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """That book, its values accepted."""
    book = make(tmp_path_factory.mktemp("elsewhere"))
    for path in USUAL:
        (book.root / path).unlink()
    for path, text in FILES.items():
        book.write(path, text)
    book.write("lib/toys/__init__.py", "")
    book.write("lib/toys/power.py", USUAL["src/toys/power.py"])
    book.write("trials/test_power.py", USUAL["tests/test_power.py"])
    figures = USUAL["figures/power.py"].replace(
        "depth=10", 'depth: float = slider(2, 12, step=1, start=10, label="depth")'
    )
    figures = figures.replace(
        "from toys import power", "from galley.figure import number, readout, slider\nfrom toys import power"
    )
    figures = figures.replace(
        "    axes.plot",
        '    axes.set(xlim=(0, 12), ylim=(0.2, 1))\n    readout(figure, f"depth {number(depth)}")\n    axes.plot',
    )
    book.write("art/power.py", figures.replace("range(depth", "range(int(depth)"))
    accepted = book.run("accept", "-f", "book.yml")
    assert accepted.returncode == 0, accepted.stderr
    return book


@pytest.fixture(scope="module")
def site(book: Book) -> Path:
    """Its site, built strictly."""
    built = book.run("-f", "book.yml", "site", "--into", "built")
    assert built.returncode == 0, built.stderr
    return book.root / "built"


def test_it_is_checked_from_any_folder_of_it(book: Book) -> None:
    """Each page is checked as it reaches the reader; drafts, what is excluded and what another tool writes are left alone."""
    folder = book.root / "pages" / "part"
    said = Book(folder).run("check", "--config", "../../book.yml")
    assert (said.returncode, said.stderr) == (0, "")
    pages = [(folder / line.partition(":")[0]).relative_to(book.root).as_posix() for line in said.stdout.splitlines()]
    assert pages == ["pages/index.md", "pages/part/index.md", PAGE, "pages/unlisted.md"]
    assert {path.stem for path in (book.root / "trials/recorded").iterdir()} == {
        "index",
        "part_index",
        "power",
        "unlisted",
    }


def test_what_comes_from_a_plugin_or_a_snippet_is_checked(book: Book) -> None:
    """A number that no file of the pages holds is held against the code all the same, and told where it enters the page."""
    for path, old, new, told in [
        ("parts/known.md", "0.35<", "0.36<", "pages/part/index.md:5:"),
        ("hooks.py", '"50"', '"51 of 0.7"', f"{PAGE}:11:"),
    ]:
        book.edit(path, old, new)
        try:
            said = book.spawn("check", "-f", "book.yml")  # MkDocs reads a hook once in a process
            assert said.returncode == 1
            assert [line for line in said.stderr.splitlines() if line.startswith(told)], said.stderr
        finally:
            book.edit(path, new, old)


def test_the_engine_builds_it(book: Book) -> None:
    """The engine's own command builds it strictly, too, and fails where the hook makes a page false."""
    command = ("build", "--strict", "-f", "book.yml", "-d", "by-engine")
    done = book.spawn(*command, module="mkdocs")
    assert done.returncode == 0, done.stderr
    assert "After 50 layers" in (book.root / "by-engine/part/deep/power.html").read_text()
    book.edit("hooks.py", '"50"', '"51 of 0.7"')
    try:
        done = book.spawn(*command, module="mkdocs")
        assert done.returncode == 1
        assert "0.7 is not checked" in done.stderr + done.stdout
    finally:
        book.edit("hooks.py", '"51 of 0.7"', '"50"')


def test_the_site_is_whole(site: Path) -> None:
    """Nothing raw is left, other tools' pages are there, and the report lists each page under an address of its own."""
    page = (site / "part/deep/power.html").read_text()
    assert "After 50 layers" in page and "<!-- =" not in page and 'data-galley="power"' in page
    assert '<h2 id="a-power">' in page and "0.9 ** 10" in page
    assert (
        "0.35" in (site / "part/index.html").read_text()
        and 'data-galley="part_index"' in (site / "part/index.html").read_text()
    )
    assert "Drawn by <code>art/power.py:fall</code>" in page
    assert "Of version 0.87" in (site / "api.html").read_text()
    assert not list(site.rglob("later*")) and not list(site.rglob("old*"))
    report = json.loads((site / "checks.json").read_text())
    assert [entry["page"] for entry in report["pages"]] == [
        "index.md",
        "part/index.md",
        "part/deep/power.md",
        "unlisted.md",
    ]
    assert 'href="checks/part_index/index.html"' in (site / "checks.html").read_text()
    assert 'href="../../part/deep/power.html"' in (site / "checks/power/index.html").read_text()


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """The address at which the site is served."""
    with ThreadingHTTPServer(("localhost", 0), partial(_Quiet, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


def test_a_slider_works(browser: Browser, address: str) -> None:
    """The frames of a figure are found from within a folder, and the link to a stop leads to it."""
    with browser.new_context() as context, context.new_page() as page:
        page.goto(f"{address}part/deep/power.html")
        slider = page.get_by_role("slider")
        slider.scroll_into_view_if_needed()
        page.wait_for_selector("flip-book input:not([disabled])")
        assert page.locator("flip-book output").inner_text() == "depth 10"
        slider.focus()
        page.keyboard.press("ArrowLeft")
        assert page.locator("flip-book output").inner_text() == "depth 9.0"
        page.goto(f"{address}index.html")
        page.get_by_role("link", name="a stop").click()
        page.wait_for_function("document.querySelector('flip-book output')?.textContent == 'depth 12'")
        assert page.locator("a[download]", has_text="drawing").get_attribute("href") == "../../figures/power/fall.svg"


def test_it_opens_from_the_file_system(browser: Browser, site: Path, tmp_path: Path) -> None:
    """The bundle opens without a server: the slider moves, a link leads to a stop, the search finds, and nobody is asked for anything."""
    bundle = tmp_path / "book"
    shutil.copytree(site, bundle)
    offline.main(bundle, tmp_path / "book.zip")
    shutil.rmtree(bundle)
    shutil.unpack_archive(tmp_path / "book.zip", tmp_path)
    complaints: list[str] = []
    with browser.new_context() as context, context.new_page() as page:
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
        page.on("request", lambda request: request.url.startswith(("file:", "data:")) or complaints.append(request.url))
        page.goto(f"{bundle.as_uri()}/index.html")
        page.get_by_role("link", name="a stop").click()
        page.wait_for_function("document.querySelector('flip-book output')?.textContent == 'depth 12'")
        page.get_by_role("slider").focus()
        page.keyboard.press("ArrowLeft")
        assert page.locator("flip-book output").inner_text() == "depth 11"
        field = page.locator("[data-md-component=search-query]")
        field.click()
        field.press_sequentially("falls")
        page.locator(".md-search-result__link").first.wait_for()
        assert page.locator(".md-search-result__link").first.get_attribute("href").startswith(bundle.as_uri())  # type: ignore[union-attr]  # a link
    assert complaints == []


def test_a_module_that_needs_another_is_refused(tmp_path: Path) -> None:
    """What no classic script can do is told, and not packed."""
    (tmp_path / "a.mjs").write_text('import b from "./b.mjs"\n')
    with pytest.raises(RuntimeError, match="imports or exports"):
        offline.convert(tmp_path)
