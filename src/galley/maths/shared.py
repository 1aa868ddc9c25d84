"""Library calls that several expressions make: each is made once in a run, and its result sent to all of them."""

import ast
import pickle
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from galley.maths import values
from galley.run import doubts
from galley.run.work import Steps
from galley.run.workers import Failure

MOST = 1 << 20  # bytes of a result that is sent; a larger one is made anew by whoever needs it


class Shared:
    """The calls that more than one of some expressions make.

    Args:
        texts: Expressions without mistakes.
        package: The folder of the library's package.
    """

    def __init__(self, texts: Iterable[str], package: Path) -> None:
        self.package = package
        made = Counter(call for text in dict.fromkeys(texts) for call in set(calls(text)))
        self.twice = {call for call, count in made.items() if count > 1}

    def steps(self, text: str) -> Steps:
        """Evaluate an expression, after the calls that it shares with others, those within others first."""
        known: dict[str, bytes] = {}
        wanted = [call for call in calls(text) if call in self.twice]
        while waiting := [call for call in wanted if call not in known]:
            ready = [call for call in waiting if known.keys() >= set(self._within(call))]
            given = [{inner: known[inner] for inner in self._within(call)} for call in ready]
            results = yield [(make, (call, self.package, inner)) for call, inner in zip(ready, given, strict=True)]
            for call, result in zip(ready, results, strict=True):
                if isinstance(result, Failure):
                    return result
                known[call] = result
        (value,) = yield [(values.evaluate, (text, self.package, known))]
        return value

    def _within(self, call: str) -> list[str]:
        return [inner for inner in calls(call)[1:] if inner in self.twice]


def calls(text: str) -> list[str]:
    """Return the library calls in an expression, the outer ones first; all their arguments are constants, as the language has no others."""
    nodes = ast.walk(ast.parse(" ".join(text.split()), mode="eval"))
    return list(
        dict.fromkeys(
            ast.unparse(node) for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        )
    )


def make(text: str, package: Path, known: Mapping[str, bytes]) -> bytes:
    """Return the result of a call as another process can read it, nothing if none can; runs in a worker."""
    with doubts.refused():
        result: Any = values.value(text, package, known)
    try:
        sent = pickle.dumps(result)
    except Exception:  # of whatever kind: not everything can be sent
        return b""
    return sent if len(sent) <= MOST else b""
