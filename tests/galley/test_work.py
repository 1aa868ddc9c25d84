"""Tasks: computed once, kept for what they have read, and computed again when that has changed."""

from pathlib import Path
from typing import Any

import pytest

from galley.run import lanes
from galley.run.cache import Cache
from galley.run.work import Steps, Task, results
from galley.run.workers import Failure

LIBRARY = {
    "lab/__init__.py": "def __getattr__(name):\n    from importlib import import_module\n    return import_module(f'lab.{name}').VALUE\n",
    "lab/plain.py": "from lab._count import count\n\ndef one():\n    count('one')\n    return 1\n\ndef two():\n    count('two')\n    return 2\n",
    "lab/_count.py": """
import os

def count(name):
    with open(os.path.join(os.path.dirname(__file__), "../../../counted"), "a") as file:
        file.write(name + " ")
""",
    "lab/data.py": "import csv\nfrom pathlib import Path\nfrom lab._count import count\n\ndef read():\n    count('read')\n"
    "    path = Path(__file__).with_name('table.csv')\n    return path.read_text() if path.exists() or 1 else ''\n",
    "lab/table.csv": "7",
    "lab/late.py": "from lab._count import count\n\ndef by_name():\n    count('by_name')\n    import importlib\n"
    "    return importlib.import_module('lab.other').VALUE\n\ndef lazily():\n    count('lazily')\n    import lab\n    return lab.other\n\n"
    "def listed():\n    count('listed')\n    import os\n    return len(os.listdir(os.path.dirname(__file__) + '/shelf'))\n",
    "lab/other.py": "VALUE = 3\n",
    "lab/shelf/a": "",
    "lab/beyond.py": "import subprocess\nfrom lab._count import count\n\ndef ask():\n    count('ask')\n    return subprocess.run(['true']).returncode\n",
    "lab/wrong.py": "from lab._count import count\n\ndef fail():\n    count('fail')\n    raise ValueError('no')\n",
}


class Lab:
    """A library in a folder of its own, and how often each of its functions has run."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.counted = root.parent / "counted"
        for name, text in LIBRARY.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        """Write a file of the library."""
        path = self.root / "src" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def ask(self, *expressions: str, **options: Any) -> list[Any]:
        """Return what expressions are worth, by a run of its own."""
        tasks = [Task("galley.maths.values:evaluate", (text, self.root / "src/lab"), **options) for text in expressions]
        return results(tasks, self.root, Cache(self.root / ".cache"), count=2, seconds=10.0)

    def ran(self) -> str:
        """Return which functions have run since this was asked last, sorted."""
        said = self.counted.read_text() if self.counted.exists() else ""
        self.counted.unlink(missing_ok=True)
        return " ".join(sorted(said.split()))


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """A fresh laboratory."""
    return Lab(tmp_path / "book")


def test_nothing_is_computed_twice(lab: Lab) -> None:
    """Equal tasks are computed once in a run, and not at all in the next."""
    assert lab.ask("plain.one()", "plain.two()", "plain.one()") == [1, 2, 1]
    assert lab.ran() == "one two"
    assert lab.ask("plain.two()", "plain.one()") == [2, 1]
    assert lab.ran() == ""


def test_what_is_kept_starts_no_process(lab: Lab) -> None:
    """A run in which all is kept starts no worker."""
    lab.ask("plain.one()")
    lanes.let_go()
    lab.ask("plain.one()")
    assert not lanes._warm


@pytest.mark.parametrize(
    ("expression", "path", "text", "value"),
    [
        ("plain.one()", "lab/plain.py", LIBRARY["lab/plain.py"].replace("return 1", "return 9"), 9),
        ("data.read()", "lab/table.csv", "9", "9"),
        ("late.by_name()", "lab/other.py", "VALUE = 9\n", 9),
        ("late.lazily()", "lab/other.py", "VALUE = 9\n", 9),
        ("late.listed()", "lab/shelf/b", "", 2),
        ("plain.one()", "lab/_count.py", LIBRARY["lab/_count.py"] + "\n", 1),
    ],
)
def test_what_a_task_has_read_counts(lab: Lab, expression: str, path: str, text: str, value: object) -> None:
    """A change of any file that a task has read, however it came to it, computes it again; the same file again does not."""
    (before,) = lab.ask(expression)
    assert len(lab.ran().split()) == 1
    lab.write(path, text)
    assert lab.ask(expression) == [value]
    assert len(lab.ran().split()) == 1
    if path in LIBRARY:
        lab.write(path, LIBRARY[path])
        assert lab.ask(expression) == [before]
        assert lab.ran() == ""


def test_an_edit_within_a_second_counts(lab: Lab) -> None:
    """An edit of the same length within the same second is seen: Python's own bytecode would not see it."""
    for value in (1, 9, 8, 7):
        lab.write("lab/plain.py", LIBRARY["lab/plain.py"].replace("return 1", f"return {value}"))
        assert lab.ask("plain.one()") == [value]


def test_what_a_task_has_not_read_does_not_count(lab: Lab) -> None:
    """A change of another module computes nothing again."""
    lab.ask("plain.one()")
    lab.ran()
    lab.write("lab/other.py", "VALUE = 9\n")
    lab.write("lab/new.py", "")
    lab.ask("plain.one()")
    assert lab.ran() == ""


def test_what_depends_on_more_than_files_is_not_kept(lab: Lab) -> None:
    """Nobody sees what another program reads: a result that comes by one serves its own run only."""
    assert lab.ask("beyond.ask()", "beyond.ask()") == [0, 0]
    assert lab.ran() == "ask"
    assert lab.ask("beyond.ask()") == [0]
    assert lab.ran() == "ask"


def test_failures_are_not_kept(lab: Lab) -> None:
    """What failed is tried again."""
    for _ in range(2):
        (failure,) = lab.ask("wrong.fail()")
        assert isinstance(failure, Failure)
        assert str(failure.error) == "no"
        assert lab.ran() == "fail"


def test_a_task_of_steps(lab: Lab) -> None:
    """A task may go step by step: its jobs are done once for all tasks, and its result is kept for what they have read."""

    def steps() -> Steps:
        job = ("galley.maths.values:evaluate", ("data.read()", lab.root / "src/lab"))
        (read,) = yield [job]
        both = yield [job, ("galley.maths.values:evaluate", ("plain.two()", lab.root / "src/lab"))]
        return [read, *both]

    expected = ["7", "7", 2]
    assert lab.ask("whole()", "other()", steps=steps) == [expected, expected]
    assert lab.ran() == "read two"
    assert lab.ask("whole()", steps=steps) == [expected]
    assert lab.ran() == ""
    lab.write("lab/table.csv", "8")
    assert lab.ask("whole()", steps=steps) == [["8", "8", 2]]
    assert lab.ran() == "read two"


def test_a_part_of_a_module(lab: Lab) -> None:
    """Of a task's own module only what it reaches counts."""
    part = (lab.root / "src/lab/plain.py", "one")
    lab.ask("plain.one()", part=part)
    lab.ran()
    lab.write("lab/plain.py", LIBRARY["lab/plain.py"].replace("return 2", "return 9"))
    lab.ask("plain.one()", part=part)
    assert lab.ran() == ""
    lab.write("lab/plain.py", LIBRARY["lab/plain.py"].replace("return 1", "return 9"))
    assert lab.ask("plain.one()", part=part) == [9]


def test_entries_of_another_kind_are_made_again(lab: Lab) -> None:
    """Whole entries that hold something else than a result are computed anew."""
    lab.ask("plain.one()")
    lab.ran()
    cache = Cache(lab.root / ".cache")
    for path in cache.folder.glob("??/*"):
        cache.put(path.name, '["something", "else"]')
    assert lab.ask("plain.one()") == [1]
    assert lab.ran() == "one"
