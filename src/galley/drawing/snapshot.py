"""What was drawn, in few enough numbers to be kept in a file and read in a review; and what moved since.

It is read off the drawing itself, whatever drew it: all words with their places, and all marks by their looks, each with how many
there are, some of their points, and a sum of all their coordinates.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from os.path import commonprefix
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import NDArray

from galley.drawing.svg import GEOMETRY, REFERENCE, Shapes
from galley.run.cache import digest

NEAR = 0.001  # points: what moved less has not moved; coordinates are drawn to a millionth
MOST = 6  # things of which a message tells one by one
SAID = {  # what a part of a record is called in a message
    "words": "the text",
    "count": "the count",
    "points": "the count of points",
    "at": "some coordinate",
    "size": "the size",
    "looks": "a look, or what stands above what,",
    "series": "the list of names of the data",
    "sum": "the sum of all coordinates",
    "controls": "the list",
    "sums": "the sum of all coordinates",
    "said": "what is said, or a look,",
}
COORDINATE = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
VARIABLE = re.compile(r"var\(--galley-([\w-]+), #[0-9a-f]{6}\)")
TRANSLATION = re.compile(r"translate\((\S+) (\S+)\)")
WEIGHTS = 1 + (np.arange(1, 100_001) * (math.sqrt(5) - 1) / 2) % 1  # between one and two, no pattern among them
WEIGHTS[1::2] += 2  # of each y


def texts(root: Element) -> list[str]:
    """Return the words of a drawing, text by text, in order."""
    return ["".join(text.itertext()) for text in root.iter("text")]


def whole(root: Element, shapes: Shapes) -> tuple[float, str]:
    """Return the sum of all coordinates of a drawing, in which any that moves shows, and a digest of all words and looks."""
    order, sums = [], []
    for element, style, _ in _elements(root):
        sums.append(_sum(_geometry(element, shapes)))
        order += [element.tag, style, element.text or ""]
    return _total(sums), digest(*order)[:8]


def marks(root: Element, shapes: Shapes) -> dict[str, dict[str, Any]]:
    """Return what shows of a drawing, in groups of one kind and one look, in the order of their first."""
    groups: dict[str, list[tuple[Element, tuple[float, float]]]] = {}
    for element, style, moved in _elements(root):
        if element.tag not in ("svg", "g", "tspan"):
            look = VARIABLE.sub(r"\1", f"{element.tag} {style}".strip())
            groups.setdefault(look, []).append((element, moved))
    found = {}
    for look, members in groups.items():
        group: dict[str, Any] = {}
        if members[0][0].tag == "text":
            group["words"] = ["".join(element.itertext()) for element, _ in members]
            some = [place for element, moved in members for place in _points(element, moved)[:1] or [list(moved)]]
        else:
            points = [point for element, moved in members for point in _points(element, moved)]
            some = [points[k] for k in sorted({0, len(points) // 2, len(points) - 1}) if points]
            group |= {"count": len(members), "points": len(points)}
        group["at"] = [_near(each) for point in some for each in point]
        group["sum"] = _total([_sum(_geometry(element, shapes)) for element, _ in members])
        found[look] = group
    return found


def _points(element: Element, moved: tuple[float, float]) -> list[list[float]]:
    """Return the coordinates of an element in pairs; those of words as they are, of all else as far moved as what they stand in."""
    numbers = _numbers(_own(element))
    pairs = numbers[: len(numbers) // 2 * 2].reshape(-1, 2)
    found: list[list[float]] = (pairs if element.tag == "text" else pairs + moved).tolist()
    return found


def _elements(
    root: Element, style: str = "", moved: tuple[float, float] = (0.0, 0.0)
) -> Iterator[tuple[Element, str, tuple[float, float]]]:
    """Give all that stands in an element, with its style, that of what it stands in if it has none, and how far that is moved."""
    for element in root:
        mine = element.get("style", style)
        yield element, mine, moved
        place = TRANSLATION.match(element.get("transform", ""))
        yield from _elements(
            element, mine, (moved[0] + float(place[1]), moved[1] + float(place[2])) if place else moved
        )


def _own(element: Element) -> str:
    """Return the coordinates of an element."""
    return " ".join(element.attrib[key] for key in GEOMETRY if key in element.attrib)


def _geometry(element: Element, shapes: Shapes) -> str:
    """Return the coordinates of an element, with those of what it refers to: its marker, its clip."""
    names = (match[0] for value in element.attrib.values() if "#" in value for match in REFERENCE.finditer(value))
    return " ".join(
        [
            _own(element),
            *(_own(part) for name in names if name in shapes.elements for part in shapes.elements[name].iter()),
        ]
    )


def _numbers(written: str) -> NDArray[np.float64]:
    return np.array(COORDINATE.findall(written), dtype=np.float64)


@lru_cache(10_000)
def _sum(written: str) -> float:
    """Return the sum of some coordinates, each with a weight of its own: nothing that moves cancels against another."""
    numbers = _numbers(written)
    return math.fsum(numbers * np.resize(WEIGHTS, len(numbers)))


def _total(sums: Sequence[float]) -> float:
    return _near(math.fsum(np.array(sums) * np.resize(WEIGHTS, len(sums))))


def _near(value: float) -> float:
    return round(value, 4) + 0.0  # no minus zero


def compare(recorded: Mapping[str, Any], drawn: Mapping[str, Any]) -> list[str]:
    """Return in words what differs between two records of a figure; an empty list if nothing does.

    Words and looks must be the same, and coordinates may differ by `NEAR`.
    """
    old, new = recorded["marks"], drawn["marks"]
    moved = [said for look in {**old, **new} for said in _differ(look, old.get(look), new.get(look))]
    if not moved:
        moved += _differ(
            "all together", *({key: each[key] for key in SAID if key in each} for each in (recorded, drawn))
        )
    return moved + list(_differ("what can be dragged", recorded.get("stops"), drawn.get("stops")))


def _differ(name: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Iterator[str]:
    """Say in what two parts of a record differ: in the first thing alone, as what follows it differs because of it."""
    if old is None or new is None:
        if known := old or new:
            shown = _listed(next(iter(known.values())))  # its words, its count, or what can be dragged
            yield f"{name} ({shown}) is {'new' if old is None else 'gone'}"
        return
    for key, is_now in new.items():
        was, where = old.get(key), ""
        if not _same(was, is_now):
            if isinstance(was, list) and isinstance(is_now, list):
                start = len(commonprefix([was, is_now]))
                end = len(commonprefix([was[start:][::-1], is_now[start:][::-1]]))
                was, is_now = (each[start : len(each) - end] for each in (was, is_now))
                where = f"from stop {start + 1} on " if key in ("sums", "said") else ""
            yield f"{name}: {SAID[key]} {where}was {_listed(was)}, is {_listed(is_now)}"
            return


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(_same, old, new))
    return old == new or isinstance(old, int | float) and isinstance(new, int | float) and abs(old - new) <= NEAR


def _listed(value: Any) -> str:
    """Return what differs as a message shows it: of many things the first."""
    if not isinstance(value, list):
        return str(value)
    return ", ".join(map(repr, value[:MOST])) + ", …" * (len(value) > MOST) or "nothing"


def compact(value: Any, width: int = 160, indent: int = 0) -> str:
    """Return `value` as JSON: what fits within `width` on one line, what does not over as few lines as it takes.

    An object or a list within a list always has a line of its own.
    """
    line = json.dumps(value, ensure_ascii=False)
    if indent + len(line) <= width or not isinstance(value, dict | list) or not value:
        return line
    named = isinstance(value, dict)
    items = (
        [(f"{json.dumps(key, ensure_ascii=False)}: ", value[key]) for key in value]
        if named
        else [("", v) for v in value]
    )
    lines: list[str] = []
    for key, content in items:
        item = key + compact(content, width - len(key) - 1, indent + 1)
        flows = named or not isinstance(content, dict | list)
        if lines and flows and "\n" not in lines[-1] + item and indent + len(lines[-1]) + len(item) + 4 <= width:
            lines[-1] += f", {item}"
        else:
            lines.append(item)
    first, last = "{}" if named else "[]"
    return first + (",\n" + " " * (indent + 1)).join(lines) + last
