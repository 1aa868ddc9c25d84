"""An author's server: an edited page, figure or library function shows at once, without a restart, and a mistake does not end it."""

import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment
from mkdocs.config import load_config

from galley.plugin import Galley
from galley.site.serving import Templates
from tests.galley.book import Book, make_noted


@dataclass
class Server:
    """A running server and its book."""

    book: Book
    url: str

    def page(self, address: str) -> str:
        """Return a page as it is served now."""
        with urllib.request.urlopen(f"{self.url}{address}", timeout=5) as answer:
            return str(answer.read().decode())

    def until(self, shows: Callable[[str], bool], address: str = "power/", seconds: float = 40.0) -> str:
        """Return a page, the chapter if no other is named, as soon as it shows something; fail if it never does."""
        deadline = time.monotonic() + seconds
        page = ""
        while time.monotonic() < deadline:
            try:
                page = self.page(address)
            except OSError:
                page = ""
            if shows(page):
                return page
            time.sleep(0.2)
        raise AssertionError(f"the page never showed it:\n{re.sub('<svg.*?</svg>', '', page, flags=re.DOTALL)[-3000:]}")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The small book, served."""
    book = make_noted(tmp_path_factory.mktemp("served"))
    book.write("docs/labs/two.py", "# %% [markdown]\n# # Lab: two\n\n# %%\nprint(1 + 1)\n")
    book.edit(
        "mkdocs.yml",
        "galley]",
        "galley, {mkdocs-jupyter: {include: ['*.ipynb'], ignore: ['*.md']}}]\nexclude_docs: '*.py'",
    )
    assert book.run("accept").returncode == 0
    book.edit("mkdocs.yml", "power.md]", "power.md, labs/two.ipynb]")
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", f"localhost:{port}"]
    process = subprocess.Popen(command, cwd=book.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server = Server(book, f"http://localhost:{port}/")
    try:
        server.until(lambda page: 'data-galley="power"' in page)
        yield server
        assert process.poll() is None, "the server ended by itself"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def server(running: Server) -> Iterator[Server]:
    """The served book, which is as it was again after each test."""
    rooms = [running.book.root / room for room in ("docs", "figures", "src")]
    good = {path: path.read_bytes() for room in rooms for path in room.rglob("*") if path.suffix in (".md", ".py")}
    yield running
    for path, content in good.items():
        if path.read_bytes() != content:
            path.write_bytes(content)


def without_reload(page: str) -> str:
    """Return a page without the script that a server adds at each request."""
    return page[: page.rindex("<script>")]


def test_an_edited_page_shows(server: Server) -> None:
    """Words that change are served."""
    server.book.edit("docs/power.md", "It was known", "It has been known")
    assert "Not checked" not in server.until(lambda page: "It has been known" in page)


def test_an_edited_figure_shows(server: Server) -> None:
    """A figure is drawn anew when its module changes."""
    server.book.edit("figures/power.py", '"cool"', '"warm"')
    page = server.until(lambda page: "var(--galley-warm" in page)
    assert "power.fall: " in page  # the drawn data is not what is recorded, and the page says so
    assert '"warm"' in unescape(page.partition("<template data-search-exclude>")[2].partition("</template>")[0])


def test_an_edited_lab_shows(server: Server) -> None:
    """A lab is run anew when it changes; what is wrong with it, such as a notebook that is no longer the same, is told on its page."""
    server.until(lambda page: '<div class="output"><pre>2' in page, "labs/two/")
    server.book.edit("docs/labs/two.py", "1 + 1", "1 + 5")
    page = server.until(lambda page: '<div class="output"><pre>6' in page, "labs/two/")
    assert "docs/labs/two.ipynb:1:1: this is not two.py as a notebook" in page
    server.book.edit("docs/labs/two.py", "1 + 5", "1 / 0")
    server.until(lambda page: "docs/labs/two.py:5:1: ZeroDivisionError: division by zero" in page, "labs/two/")


def test_an_edited_library_function_shows(server: Server) -> None:
    """The library is read anew, and what no longer agrees is told on the page."""
    server.book.edit("src/toys/power.py", "float(w) ** depth", "float(w) ** (depth + 1)")
    page = server.until(lambda page: "0.00463839768658" in page)
    assert "Not checked" in page
    assert "docs/power.md:9:62: 0.0052 is printed, but power.power(0.9, 50) = 0.00463839768658" in page


def test_a_list_of_checks_follows_its_page(server: Server) -> None:
    """A list that was rendered already is served as it is, until something on it or around it changes."""
    server.until(lambda page: "<td>21</td><td>0.35</td>" in page, "checks/power/")
    other = without_reload(server.page("checks/index/"))
    server.book.edit("docs/power.md", "It was known", "More words.\n\nIt was known")
    server.until(lambda page: "<td>23</td><td>0.35</td>" in page, "checks/power/")
    assert without_reload(server.page("checks/index/")) == other
    server.book.edit("docs/power.md", "title: Powers", "title: Roots")
    server.until(lambda page: "Roots" in page, "checks/power/")


def test_a_template_is_compiled_once() -> None:
    """What one build has compiled, the next takes as it is, unless its source is another."""
    kept, sources = Templates(), {"page": "one {{ word }}"}
    assert Environment(loader=DictLoader(sources), bytecode_cache=kept).get_template("page").render(word=1) == "one 1"
    again = Environment(loader=DictLoader(sources), bytecode_cache=kept)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(again, "compile", lambda *_: pytest.fail("it was compiled again"))
        assert again.get_template("page").render(word=2) == "one 2"
    sources["page"] = "two {{ word }}"
    assert Environment(loader=DictLoader(sources), bytecode_cache=kept).get_template("page").render(word=3) == "two 3"


def test_a_figure_that_raises_shows_where(server: Server) -> None:
    """A mistake in a figure is told with its line, and mending it mends the page."""
    server.book.edit("figures/power.py", "    axes = figure", "    1 / 0\n    axes = figure")
    server.until(lambda page: "figures/power.py:8:5: the figure fall cannot be drawn: ZeroDivisionError" in page)
    server.book.edit("figures/power.py", "    1 / 0\n", "")
    server.until(lambda page: 'data-galley="power"' in page and "Not checked" not in page)


def test_a_page_that_is_gone_ends_no_server(server: Server) -> None:
    """A page that its author takes away, or saves as no text, is told on the others; back again, all is well."""
    path = server.book.root / "docs/index.md"
    content = path.read_bytes()
    path.unlink()
    server.until(lambda page: "mkdocs.yml:2:7: the nav names index.md, which is not there" in page)
    path.write_bytes(b"# Start\n\n\xff\n")
    server.until(lambda page: "docs/index.md:3:1: the byte 0xff is no UTF-8" in page)
    path.write_bytes(content)
    server.until(lambda page: 'data-galley="power"' in page and "Not checked" not in page)


def test_a_newer_save_ends_what_is_computed(tmp_path: Path) -> None:
    """What a save has made vain is not computed to its end: here it has none, until its page is saved."""
    book = make_noted(tmp_path)
    wait = """
    from pathlib import Path

    page = Path(__file__).parents[2] / "docs/index.md"
    if "Saved" not in page.read_text():
        page.write_text("# Saved\\n\\nIt is 1<!-- = power.wait() -->.\\n")
        while True:
            pass
    return 1.0
"""
    book.edit("src/toys/power.py", '    """Never return."""\n    while True:\n        pass\n', '    """Wait."""' + wait)
    book.edit("src/toys/power.py", "def slow()", "def wait()")
    book.write("docs/index.md", "# Start\n\nIt is 1<!-- = power.wait() -->.\n")
    config = load_config(str(book.root / "mkdocs.yml"))
    config.plugins.on_startup(command="serve", dirty=False)
    config.plugins.on_pre_build(config=config.plugins.on_config(config))
    press = config.plugins["galley"]
    assert isinstance(press, Galley)
    (path,) = [path for path in press.shared.edition.pages if path.name == "index.md"]
    assert press.shared.edition.pages[path].page.text.startswith("# Saved")
    assert not [finding for finding in press.told if "failed" in finding.wrong]


def test_serving_writes_nothing_into_the_rooms(server: Server) -> None:
    """A build that wrote where it watches would build for ever."""
    rooms = ("docs", "figures", "src", "tests")
    before = {
        path: path.stat().st_mtime_ns
        for room in rooms
        for path in (server.book.root / room).rglob("*")
        if "__pycache__" not in path.parts
    }
    server.book.write("docs/index.md", "# Start\n\nAgain [there](power.md).\n")
    server.until(lambda page: "Again" in page, "")
    server.book.write("docs/index.md", "# Start\n\nOnce more [there](power.md).\n")
    server.until(lambda page: "Once more" in page, "")  # a whole build has come and gone since the first
    after = {
        path: path.stat().st_mtime_ns
        for room in rooms
        for path in (server.book.root / room).rglob("*")
        if "__pycache__" not in path.parts
    }
    assert {path.name for path in after if after[path] != before.get(path)} == {"index.md"}
