"""What goes wrong around the press, on the small book: each fault costs time or is told in one line, and no work is lost."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from galley.run.cache import Cache
from tests.galley.book import Book, make_noted
from tests.galley.test_workers import all_gone, gone

FIGURE = "figures/power.py"


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """A small book with what it holds noted."""
    return make_noted(tmp_path)


def show(book: Book, figures: dict[str, str]) -> None:
    """Let the page show more figures, each of which runs some code before it draws, with a name to multiply by."""
    text, page = (
        "import os, random, time\n\n" + (book.root / FIGURE).read_text(),
        (book.root / "docs/power.md").read_text(),
    )
    for name, code in figures.items():
        text += f'\n\ndef {name}(figure):\n    """A power."""\n    w = 1\n    {code}\n    axes = figure.subplots()\n'
        text += '    axes.plot([w * power.power(2.0, k) for k in range(3)], color="warm", label="power")\n'
        page += f"\n![A power rises.](figures/power/{name}.svg)\n\n/// caption\nA power of two.\n///\n"
    book.write(FIGURE, text)
    book.write("docs/power.md", page)


def one_line(book: Book, *command: str) -> str:
    """Run a command that fails; return the one line that it says."""
    done = book.run(*command)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    return line


def _file(path: Path) -> None:
    path.write_text("no folder")


def _dangling(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere" / "at" / "all")


@pytest.mark.parametrize("make_it", [_file, _dangling])
def test_a_cache_that_is_none_costs_time_only(book: Book, make_it: Callable[[Path], None]) -> None:
    """Whatever stands at .cache, pages are checked."""
    (book.root / ".cache").unlink()
    make_it(book.root / ".cache")
    done = book.run("check")
    assert (done.returncode, done.stderr) == (0, "")


def test_no_environment_hinders(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long TMPDIR, a back end that there is not and a folder without a home change nothing."""
    monkeypatch.setenv("TMPDIR", "/tmp/" + "x" * 200)
    monkeypatch.setenv("MPLBACKEND", "nonsense")
    monkeypatch.setenv("HOME", "/nonexistent")
    done = book.spawn("draw", "power.fall", "fall.svg")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("docs/loop.md", "docs/loop.md"),
        ("figures/loop.py", "figures/loop.py"),
        ("src/toys/loop.py", "src/toys/loop.py"),
        ("tests/test_loop.py", "tests/test_loop.py"),
        ("tests/recorded/power.json", "docs/power.md:1:1: nothing is recorded of this page yet"),
    ],
)
def test_what_cannot_be_read_is_one_line(book: Book, path: str, told: str) -> None:
    """A file that the system does not give us is told in one line, also where another page is checked."""
    target = book.root / path
    target.unlink(missing_ok=True)
    target.symlink_to(target.name)  # a link to itself: no rights let anybody read it
    assert told in one_line(book, "check", "docs/power.md")


@pytest.mark.parametrize("name", ["pipe.md", "pipe.csv"])
def test_a_pipe_is_refused(book: Book, name: str) -> None:
    """What nobody can read to its end is refused before it is opened."""
    os.mkfifo(book.root / "docs" / name)
    assert one_line(book, "check") == f"docs/{name}:1:1: it is neither a file nor a folder; take it away"


@pytest.mark.parametrize("target", ["/etc/hostname", "/etc", "../mkdocs.yml"])
def test_what_leads_out_of_the_pages_is_refused(book: Book, target: str) -> None:
    """An asset that is a link to elsewhere is no part of the book, and is not published."""
    (book.root / "docs/asset.txt").symlink_to(target)
    assert (
        one_line(book, "site") == "docs/asset.txt:1:1: it leads out of the folder of the pages; put a copy in its place"
    )


@pytest.mark.parametrize("target", [".", "docs", "src"])
def test_a_site_takes_no_work_away(book: Book, target: str) -> None:
    """A target that holds the project, or a part of it, is refused, and stands as it was."""
    before = {path: path.read_bytes() for path in sorted((book.root / target).rglob("*")) if path.is_file()}
    assert "is neither empty nor a site that galley has built" in one_line(book, "site", "--into", target)
    assert {path: path.read_bytes() for path in before} == before


def test_however_a_figure_ends_it_is_one_line(book: Book) -> None:
    """A figure that ends its process, or raises what is no error, is told at its place in the right words."""
    ends = {
        "leave": ("import sys; sys.exit(3)", "it calls sys.exit; mend the function"),
        "drop": ("os._exit(3)", "it ended its process with status 3; make it smaller or faster"),
        "interrupt": ("raise KeyboardInterrupt", "KeyboardInterrupt; mend the function"),
        "close": ("raise GeneratorExit", "GeneratorExit; mend the function"),
        "raise_": ("raise BaseException('odd')", "BaseException: odd; mend the function"),
    }
    show(book, {name: code for name, (code, _) in ends.items()})
    said = book.run("check", "docs/power.md").stderr.splitlines()
    for name, (_, words) in ends.items():
        (line,) = [line for line in said if f": the figure {name} cannot be drawn: " in line]
        assert line.startswith("figures/power.py:") and line.endswith(words)


def test_no_figure_spoils_the_next(book: Book) -> None:
    """A figure that changes NumPy, matplotlib and the library for good leaves the next one as it would be alone."""
    show(book, {"rise": "pass"})
    alone = book.check().figures["power", "rise"]
    spoil = "import numpy, sys, matplotlib.lines; power.power = lambda w, k: 0.5; numpy.isfinite = None; "
    spoil += "matplotlib.lines.Line2D.draw = None; sys.path[:] = []; raise ValueError('and it fails')"
    book.edit(FIGURE, "    w = 1\n    pass", "    w = 1\n    pass # again")
    show(book, {"spoil": spoil})
    (book.root / ".cache").unlink()
    for _ in ("cold", "warm"):
        edition = book.check()
        assert any("and it fails" in finding.wrong for finding in edition.findings)
        assert edition.figures["power", "rise"] == alone


def test_chance_is_told_when_it_is_noted(book: Book) -> None:
    """A figure that differs each time is not noted, but told at its place."""
    before = (book.root / "tests/recorded/power.json").read_text()
    chances = {
        "seedless": "w = random.random()",
        "timed": "w = time.time_ns() // 1000 % 99991",
        "hashed": "w = hash('w') % 1000",
        "placed": "w = id(object()) % 99991",
        "numbered": "w = os.getpid()",
        "steady": "w = random.Random(3).random()",
    }
    show(book, chances)
    done = book.run("accept")
    told = re.findall(
        r"^figures/power\.py:\d+:1: the figure (\w+) is drawn otherwise each time; seed", done.stderr, re.MULTILINE
    )
    assert (done.returncode, told) == (1, [name for name in chances if name != "steady"])
    assert (book.root / "tests/recorded/power.json").read_text() == before


def test_a_value_of_chance_is_told_when_it_is_noted(book: Book) -> None:
    """A number or a statement that comes out otherwise each time is not noted, but told at its place."""
    code = '''

def chance() -> float:
    """Return what nobody can foresee."""
    import random

    return random.random()


def order() -> float:
    """Return what the order of a set decides."""
    return float([*{f"{k}" for k in range(50)}][0])
'''
    book.write("src/toys/power.py", (book.root / "src/toys/power.py").read_text() + code)
    text = "It is 1<!-- = 1 + 0.001 * power.chance() --> and 9<!-- = 9 + 0.001 * power.order() -->.\n"
    book.write("docs/index.md", f"# Start\n\n{text}\nAnd 2<!-- = 2 + 0 * power.chance() -->.\n")
    before = {path: path.read_bytes() for path in (book.root / "tests/recorded").iterdir()}
    done = book.run("accept")
    told = re.findall(
        r"^docs/index\.md:3:\d+: \d \+ 0\.001 \* power\.(\w+)\(\) is another value each time; seed",
        done.stderr,
        re.MULTILINE,
    )
    assert (done.returncode, told) == (1, ["chance", "order"]), done.stderr
    assert {path: path.read_bytes() for path in (book.root / "tests/recorded").iterdir()} == before


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("Path('docs/power.md').write_text('')", "docs/power.md:9:1: "),
        ("Path('docs/power.md').unlink()", "power.md"),
        (
            "Path('docs/late.md').write_text('# Late\\n\\nIt is 0.36<!-- = power.power(0.9, 10) -->.\\n')",
            "docs/late.md:3:7: ",
        ),
    ],
    ids=["emptied", "gone", "added"],
)
def test_what_changes_while_the_site_is_built_ends_it(book: Book, change: str, told: str) -> None:
    """A page that is emptied, taken away or added after the press has read the pages is not published unchecked."""
    hook = "from pathlib import Path\nfrom mkdocs.plugins import event_priority\n\n\n@event_priority(-200)\n"
    book.write("late.py", f"{hook}def on_pre_build(config):\n    {change}\n")
    book.edit("mkdocs.yml", "plugins:", "hooks: [late.py]\nplugins:")
    done = book.spawn("site")
    assert done.returncode == 1
    assert [line for line in done.stderr.splitlines() if told in line], done.stderr
    assert not (book.root / "site").exists()


@pytest.mark.parametrize("command", ["check", "site", "accept"])
def test_an_interrupt_is_one_line(book: Book, command: str) -> None:
    """Who stops the press reads a word, finds nothing changed, and no process is left."""
    started = book.root / "started"
    code = f"    import os\n    from pathlib import Path\n\n    Path({str(started)!r}).write_text(str(os.getpid()))\n    while True:"
    book.edit("src/toys/power.py", "    while True:", code)
    book.edit("docs/power.md", "power.power(0.9, 10)", "power.slow()")
    arguments = [sys.executable, "-m", "galley.cli", command]
    quiet = os.environ | {"GALLEY_QUIET": "1"}
    with subprocess.Popen(
        arguments, cwd=book.root, env=quiet, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as press:
        while not (started.exists() and started.read_text()):
            assert press.poll() is None
            time.sleep(0.02)
        os.killpg(press.pid, signal.SIGINT)
        _, said = press.communicate()
    assert (press.returncode, said) == (130, "stopped\n")
    while not (gone(int(started.read_text())) and all_gone(press.pid)):
        time.sleep(0.02)
    assert not (book.root / "site").exists()


def test_a_record_is_written_whole_or_not_at_all(book: Book) -> None:
    """Where the disk is full, what was noted stands, and one line says so."""
    record = book.root / "tests/recorded/power.json"
    before = record.read_text()
    book.edit("docs/power.md", "in 1991", "in 1992")
    code = "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (50, 50)); "
    code += "from galley.cli import main; sys.exit(main(['accept']))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=book.root,
        capture_output=True,
        text=True,
        env=os.environ | {"GALLEY_QUIET": "1"},
    )
    assert done.returncode == 1
    assert "File too large" in done.stderr.splitlines()[-1]
    assert record.read_text() == before
    assert json.loads(before)
    assert [path.name for path in record.parent.iterdir() if path.name.startswith(".")] == []


def test_no_kept_result_runs_code(book: Book) -> None:
    """An entry with a right seal that holds a pickle, or names a function, is made again and runs nothing."""
    (book.root / ".cache").unlink()
    assert book.run("check").returncode == 0
    cache = Cache(book.root / ".cache" / "galley")
    trap = book.root / "sprung"
    texts = [f"cos\nsystem\n(S'touch {trap}'\ntR.", json.dumps({"·": "os:system", "of": [f"touch {trap}"]})]
    for number, path in enumerate(sorted(cache.folder.glob("??/*"))):
        text = cache.get(path.name) or ""
        if not text.startswith("<"):  # formulas are shown as they are, and nothing is run of them
            cache.put(path.name, texts[number % 2])
    done = book.run("check")
    assert (done.returncode, done.stderr) == (0, "")
    assert not trap.exists()


def test_the_same_site_anywhere(
    book: Book, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another folder, time zone, locale, order of sets and number of processors give the same files to the byte."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    other = Book(tmp_path_factory.mktemp("elsewhere") / "böck 2")
    shutil.copytree(book.root, other.root, symlinks=True)
    (other.root / ".cache").unlink()
    assert book.spawn("site").returncode == 0
    for name, value in {
        "TZ": "Pacific/Chatham",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "2",
        "OPENBLAS_NUM_THREADS": "7",
    }.items():
        monkeypatch.setenv(name, value)
    allowed = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(allowed)})
        assert other.spawn("site").returncode == 0
    finally:
        os.sched_setaffinity(0, allowed)

    def content(root: Path) -> dict[str, bytes]:
        site = root / "site"
        return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}

    one, two = content(book.root), content(other.root)
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []
