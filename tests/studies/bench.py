"""The study of waiting: what builds, checks and saves cost, beside the same pages without the press, and beside other tools.

Run as `python -m tests.studies.bench`, perhaps with the names of some of its parts. All is measured in the same run, on copies of the book.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from galley.build import check
from galley.drawing.draw import draw_named
from galley.project import load
from tests.galley.book import FILES, ROOT, Book, copied
from tests.galley.test_machines import MACHINES, NUDGED
from tests.studies import stops

PEERS = ROOT / ".cache" / "bench"  # where `make bench` puts what they need
PAGES = (10, 30, 100, 300)
ELSEWHERE = {"TZ": "Pacific/Chatham", "LC_ALL": "C", "PYTHONHASHSEED": "2", "OPENBLAS_NUM_THREADS": "7"}
GALLEY = re.compile(r"^  - galley(?::.*)?\n(?: {6}.*\n)*", re.MULTILINE)  # the press among plugins and extensions
# What the press does on a page, by itself: all numbers, and each figure at all its stops.
ALIKE = """
import io, sys
from pathlib import Path
sys.path[:0] = [{root!r}, {root!r} + "/src"]
from matplotlib.figure import Figure
from galley.drawing.draw import load
from galley.drawing.stops import house
from galley.figure.controls import declared, stops
from galley.maths.values import evaluate
root = Path({root!r})
for text in {numbers!r}:
    print(evaluate(text, root / "src/gradients"))
with house():
    for chapter, name in {figures!r}:
        function = getattr(load((root / "figures", root / "src"), root / f"figures/{{chapter}}.py"), name)
        controls = declared(function)
        for stop in stops(controls) if controls else [()]:
            figure, file = Figure(), io.StringIO()
            function(figure, **{{each.name: each.values[at] for each, at in zip(controls, stop)}})
            figure.savefig(file, format="svg")
        print(file.getvalue().partition("<svg")[2][:100])
print("all of it is", "computed")
"""
DONE = "all of it is computed"  # as it is printed, not as it is written: a notebook shows its code, too


class Cost(NamedTuple):
    """What a command took: seconds by the clock, of all processors, and the memory of the largest of its processes in megabytes."""

    clock: float
    processor: float
    memory: float


def cost(folder: Path, *command: str, module: str = "galley.cli", **environment: str) -> Cost:
    """Run a command in a folder, and return what it took."""
    given = os.environ | {"GALLEY_QUIET": "1", "SOURCE_DATE_EPOCH": "1700000000"} | environment
    begun = time.monotonic()
    arguments = [sys.executable, "-m", module, *command]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(arguments, cwd=folder, env=given, stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        assert process.returncode == 0, said.read().decode()[-3000:]
    return Cost(time.monotonic() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def told(name: str, took: Cost, base: Cost | None = None) -> Cost:
    """Print a row of the table, and how many times as long it is as another."""
    times = f"{took.clock / base.clock:7.2f} ×" if base else ""
    print(f"{name:58} {took.clock:8.2f} s {took.processor:8.2f} s {took.memory:7.0f} MB {times}", flush=True)
    return took


def copy(folder: Path) -> Book:
    """Return a copy of the book in a new folder, with a configuration without the press beside its own."""
    folder.mkdir()
    return bare(copied(folder).root, (ROOT / "mkdocs.yml").read_text())


def bare(folder: Path, settings: str) -> Book:
    """Write a configuration, and the same without the press."""
    (folder / "mkdocs.yml").write_text(settings)
    (folder / "floor.yml").write_text(
        GALLEY.sub("", settings).replace("plugins: [search, galley]", "plugins: [search]")
    )
    return Book(folder)


@contextmanager
def one_core() -> Iterator[None]:
    """Bind this process, and all that it starts, to one processor."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    yield
    os.sched_setaffinity(0, allowed)


def floor(book: Book, **environment: str) -> Cost:
    """Build a book without the press."""
    command = ("build", "--quiet", "--config-file", "floor.yml", "--site-dir", "floor")
    return cost(book.root, *command, module="mkdocs", **environment)


def builds(folder: Path) -> None:
    """Builds and checks of the book, cold and warm; and whether it is the same to the byte elsewhere."""
    book, other = copy(folder / "book"), copy(folder / "böck 2")
    floor(book)  # keeps what becomes of the labs' notebooks, as the press does
    base = told("floor: the same pages without the press, warm", floor(book))
    with one_core():
        told("check, cold, on one processor: compute and draw in series", cost(other.root, "check", **ELSEWHERE))
    told("site, cold", cost(book.root, "site"), base)
    told("site, warm", cost(book.root, "site"), base)
    told("check, warm", cost(book.root, "check"), base)
    with one_core():
        cost(other.root, "site", **ELSEWHERE)
    files = {path.relative_to(book.root) for path in (book.root / "site").rglob("*") if path.is_file()}
    assert files == {path.relative_to(other.root) for path in (other.root / "site").rglob("*") if path.is_file()}
    unlike = [str(path) for path in files if (book.root / path).read_bytes() != (other.root / path).read_bytes()]
    print(
        f"{len(files)} files of another folder, time zone, locale, hash seed, number of cores; unlike: {unlike or 'none'}"
    )


class Server:
    """A server of a book, and how long a save takes to show."""

    def __init__(self, book: Book, config: str = "mkdocs.yml") -> None:
        with socket.socket() as free:
            free.bind(("localhost", 0))
            self.url = f"http://localhost:{free.getsockname()[1]}/"
        command = [sys.executable, "-m", "mkdocs", "serve", "-f", config, "-a", self.url[7:-1]]
        quiet = os.environ | {"GALLEY_QUIET": "1", "SITE_URL": self.url}
        self.book = book
        self.process = subprocess.Popen(command, cwd=book.root, env=quiet, stdout=-3, stderr=-3)

    def __enter__(self) -> "Server":
        self.wait("", lambda page: "</html>" in page)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()

    def wait(self, page: str, shows: Callable[[str], bool]) -> None:
        """Wait until a page shows something."""
        while not shows(self.get(page)):
            assert self.process.poll() is None, "the server ended by itself"
            time.sleep(0.02)

    def get(self, page: str) -> str:
        """Return a page as it is served, or nothing."""
        try:
            with urllib.request.urlopen(self.url + page, timeout=60) as answer:
                return str(answer.read().decode())
        except OSError:
            return ""

    def save(self, path: str, old: str, new: str, page: str, sign: str = "") -> Cost:
        """Save a file with a change, and return how long a page took to show a sign, or something else than before."""
        text, before = (self.book.root / path).read_text(), self.get(page)
        assert old in text, f"{path} no longer says {old!r}"
        (self.book.root / path).write_text(text.replace(old, new, 1) if old else text + new)
        begun = time.monotonic()
        self.wait(page, lambda now: sign in now if sign else now not in ("", before))
        return Cost(time.monotonic() - begun, 0, 0)


def word(server: Server, path: str, page: str) -> Cost:
    """Save a page with another word five times, and return the median of what it took to show."""
    took, old = [], ""
    for _ in range(5):
        letters = "".join(chr(97 + int(digit)) for digit in str(time.monotonic_ns()))  # a numeral would want a check
        new = f"Shown {letters}."
        took.append(server.save(path, old, new if old else f"\n{new}\n", page, new))
        old = new
    return sorted(took)[2]


def saves(folder: Path) -> None:
    """Seconds from a save to what a reader sees of it, under `mkdocs serve`; of a word, the median of five."""
    book = copy(folder / "book")
    if (kept := ROOT / ".cache" / "galley").exists():
        shutil.copytree(kept, book.root / ".cache" / "galley")
    cost(book.root, "site")
    page = ("docs/scalar.md", "scalar/")
    with Server(book, "floor.yml") as server:
        base = told("floor: a word, without the press", word(server, *page))
    with Server(book) as server:
        told("a word", word(server, *page), base)
        number = "\nIt is 0.81<!-- = scalar.factor(0.9, 2) -->.\n"
        told("a number", server.save(page[0], "", number, page[1], "scalar.factor(0.9, 2) = 0.81"), base)
        begun = time.process_time()
        draw_named((ROOT / "figures", ROOT / "src"), "scalar", "typical")
        print(f"the figure scalar.typical takes {time.process_time() - begun:.2f} s by itself")
        figure = (
            "figures/scalar.py",
            '"--", linewidth=1, label="power',
            '"--", linewidth=2, label="power',
            "figures/scalar/typical.svg",
        )
        told("a figure", server.save(*figure), base)
        library = ("src/gradients/scalar.py", "depth_to_reach(0.5, w)", "depth_to_reach(0.50001, w)")
        told("a library function", server.save(*library, page[1], "the equation is false"), base)


def growth(folder: Path) -> None:
    """The same for generated books of more and more pages, each with three numbers and a formula."""
    for count in PAGES:
        book = Book(folder / str(count))
        for path, text in FILES.items():
            book.write(path, text)
        (book.root / "node_modules").symlink_to(ROOT / "node_modules")
        for page in range(count - 2):
            numbers = "".join(
                f"It is {0.9**k:.3g}<!-- = power.power(0.9, {k}) -->.\n" for k in range(2 + page, 5 + page)
            )
            book.write(f"docs/page{page}.md", f"# Page\n\nWith $1.{page} < 2$.\n\n{numbers}")
        bare(book.root, FILES["mkdocs.yml"].replace("nav: [index.md, power.md]\n", ""))
        cost(book.root, "accept")
        cost(book.root, "site")
        base = told(f"{count} pages: floor", floor(book))
        told(f"{count} pages: site, warm", cost(book.root, "site"), base)
        told(f"{count} pages: check, warm", cost(book.root, "check"), base)
        edited = ("docs/page0.md", "page0/")
        with Server(book, "floor.yml") as server:
            base = told(f"{count} pages: a word, without the press", word(server, *edited))
        with Server(book) as server:
            told(f"{count} pages: a word", word(server, *edited), base)


def tenfold(folder: Path) -> None:
    """What a page such as the book's own adds to a build and a check: the book, and then with each of its chapters ten times."""
    book, settings = copy(folder / "book"), (ROOT / "mkdocs.yml").read_text()
    shutil.copytree(ROOT / ".cache" / "galley", book.root / ".cache" / "galley", dirs_exist_ok=True)
    chapters = [path.stem for path in (ROOT / "figures").glob("*.py") if (ROOT / f"docs/{path.stem}.md").exists()]
    for count in (1, 10):
        for name in (f"{chapter}{number}" for number in range(1, count) for chapter in chapters):
            shutil.copy(book.root / f"docs/{name[:-1]}.md", book.root / f"docs/{name}.md")
            shutil.copy(book.root / f"tests/recorded/{name[:-1]}.json", book.root / f"tests/recorded/{name}.json")
            settings = settings.replace("  - Labs:\n", f"  - {name}.md\n  - Labs:\n")
        bare(book.root, settings)
        floor(book)
        base = told(f"{count * len(chapters)} chapters: floor", floor(book))
        cost(book.root, "site")
        told(f"{count * len(chapters)} chapters: site, warm", cost(book.root, "site"), base)
        told(f"{count * len(chapters)} chapters: check, warm", cost(book.root, "check"), base)


def peers(folder: Path) -> None:
    """The book's pages with all of its numbers, and all stops of its figures, by the same calls, through the press and through other tools."""
    edition = check(load(ROOT), compare=False)
    book, executed, notebook = (copy(folder / name) for name in ("book", "exec", "jupyter"))
    for path, checks in edition.pages.items():
        numbers = [item.expression for item in checks.items if item.kind == "number"]
        figures = [item.expression.split(".") for item in checks.items if item.kind == "figure"]
        code = ALIKE.format(root=str(ROOT), numbers=numbers, figures=figures)
        text, name = path.read_text(), path.relative_to(ROOT)
        (executed.root / name).write_text(f'{text}\n\n```python exec="on"\n{code}```\n')
        (notebook.root / name).unlink()
        words = "".join(f"# {line}\n" for line in text.splitlines())
        (notebook.root / name).with_suffix(".py").write_text(f"# %% [markdown]\n{words}\n# %%\n{code}")
    settings = (book.root / "floor.yml").read_text()
    others = {
        "markdown-exec": (executed, settings.replace("plugins:\n", "plugins:\n  - markdown-exec\n")),
        "mkdocs-jupyter": (
            notebook,
            re.sub(r"^  - (\w+)\.md$", r"  - \1.py", settings, flags=re.MULTILINE)
            .replace('["*.ipynb"]', '["*.ipynb", "*.py"]')
            .replace("execute: false", "execute: true"),
        ),
    }
    for state in ("cold", "warm"):
        base = told(f"site, {state}", cost(book.root, "site"))
        for tool, (other, configured) in others.items():
            if state == "warm" and tool == "markdown-exec":
                continue  # it keeps nothing, and runs all again
            (other.root / "floor.yml").write_text(configured)
            told(f"{tool}, {state}", floor(other, PYTHONPATH=str(PEERS)), base)
            pages = [page.read_text() for page in (other.root / "floor").rglob("*.html")]
            assert sum(DONE in page for page in pages) == len(edition.pages), f"{tool} does not compute all pages"


def machines(folder: Path) -> None:
    """The checks and figures of the whole book, as a processor of another generation computes them, and from nudged numbers."""
    for machine, played in (MACHINES | {"nudged": NUDGED}).items():
        told(f"check, cold, {machine}", cost(copy(folder / machine).root, "check", **played))


def flipbooks(folder: Path) -> None:
    """What dragging costs."""
    stops.main()


PARTS: dict[str, Callable[[Path], None]] = {
    part.__name__: part for part in (builds, saves, growth, tenfold, peers, machines, flipbooks)
}


def main(names: list[str]) -> None:
    """Measure some parts, or all."""
    for name in names or PARTS:
        print(f"\n{name}: {PARTS[name].__doc__}")
        with tempfile.TemporaryDirectory() as folder:
            PARTS[name](Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
