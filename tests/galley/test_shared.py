"""Calls that several expressions make: made once, with the same values as if each had made its own."""

from pathlib import Path

import pytest

from galley.maths import values
from galley.maths.shared import MOST, Shared, calls, make
from galley.run.cache import Cache
from galley.run.work import Task, results
from galley.run.workers import Failure

LIBRARY = """
import os
from typing import NamedTuple

class Pair(NamedTuple):
    one: float
    two: list

def _count(name):
    with open(os.path.dirname(__file__) + "/counted", "a") as file:
        file.write(name + " ")

def walk(start, steps=3):
    _count("walk")
    if steps < 0:
        raise ValueError("steps must not be negative")
    return [start * 2.0**k for k in range(steps)]

def long(size):
    _count("long")
    return "x" * size

def total(values):
    _count("total")
    values.append(100.0)  # which no other expression may see
    return float(sum(values))

def pair(value):
    _count("pair")
    return Pair(value, [value])

def one(pair):
    return pair.one

def strange():
    _count("strange")
    return lambda: 1

def length(thing):
    return 1
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A library that counts its calls."""
    folder = tmp_path / "src/lab"
    folder.mkdir(parents=True)
    (folder / "ways.py").write_text(LIBRARY)
    return folder


def ask(package: Path, *texts: str) -> list[object]:
    """Return what expressions are worth, each after the calls that it shares."""
    shared = Shared(texts, package)
    tasks = [Task(values.evaluate, (text, package), steps=lambda text=text: shared.steps(text)) for text in texts]
    root = package.parents[1]
    return results(tasks, root, Cache(root / ".cache"), count=2, seconds=10.0)


def counted(package: Path) -> str:
    """Return which functions were called, sorted."""
    return " ".join(sorted((package / "counted").read_text().split()))


def test_calls_are_found_outer_first() -> None:
    """A call is known by what it says, however it is spaced; the language's own functions are none."""
    assert calls("max(a.f(1,2), a.g( a.f(1, 2) )[0])") == ["a.f(1, 2)", "a.g(a.f(1, 2))"]
    assert calls("1 + sqrt(2)") == []


def test_a_shared_call_is_made_once(package: Path) -> None:
    """Three expressions make the same call, and it is made once; each is worth what it is worth alone."""
    texts = ["ways.walk(3)[0]", "ways.walk(3)[2] + 1", "all(ways.walk( 3 ) == [3, 6, 12])", "ways.walk(4)[0]"]
    assert ask(package, *texts) == [3.0, 13.0, True, 4.0]
    assert counted(package) == "walk walk"


def test_shared_calls_within_shared_calls(package: Path) -> None:
    """What is called within a shared call is made once as well, and nobody can change what another gets."""
    texts = ["ways.total(ways.walk(1))", "ways.total(ways.walk(1)) + 1", "ways.walk(1)", "len(ways.walk(1))"]
    assert ask(package, *texts) == [107.0, 108.0, [1.0, 2.0, 4.0], 3]
    assert counted(package) == "total walk"


def test_a_call_may_return_what_the_library_alone_knows(package: Path) -> None:
    """A record of the library's own reaches the expression as it is."""
    assert ask(package, "ways.one(ways.pair(5))", "ways.pair(5)[0]") == [5, 5]
    assert counted(package) == "pair"


def test_what_cannot_be_sent_is_made_anew(package: Path) -> None:
    """A result that no process can read is made by each that needs it."""
    assert ask(package, "ways.length(ways.strange())", "ways.length(ways.strange()) + 1") == [1, 2]
    assert counted(package) == "strange strange"
    assert make("ways.strange()", package, {}) == b""


def test_what_is_large_is_made_anew(package: Path) -> None:
    """A result that would take longer to send than to make is not sent."""
    assert make(f"ways.long({MOST})", package, {}) == b""
    assert make("ways.long(10)", package, {}) != b""


def test_a_failure_is_that_of_each(package: Path) -> None:
    """A call that fails fails each expression that makes it, in its own words, and no other."""
    one, two, three = ask(package, "ways.walk(3, -1)[0]", "ways.walk(3, -1)[1]", "ways.walk(1)[0]")
    for failure in (one, two):
        assert isinstance(failure, Failure)
        assert str(failure.error) == "steps must not be negative"
    assert three == 1.0
