"""What was drawn, in few enough numbers to be kept in a file and read in a review; and what moved since.

It is read off the drawing itself, whatever drew it: all words with their places, and all marks by their looks, each with how many
there are, some of their points, and a sum of all their coordinates. Beside them stand the data, as in the figure's CSV.
"""

import json
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import zip_longest
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import NDArray

from galley.drawing.svg import GEOMETRY, REFERENCE, Shapes
from galley.run.cache import digest

NEAR = 0.001  # points: what moved less has not moved; coordinates are drawn to a millionth
TOLERANCE = 1e-9  # of the largest magnitude of data: other processors run other kernels
PLACES = ("the first point", "a quarter", "the middle", "three quarters", "the last point")
COLUMNS = ("x", "y", "value", "u", "v")
COORDINATE = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
VARIABLE = re.compile(r"var\(--galley-([\w-]+), #[0-9a-f]{6}\)")
TRANSLATION = re.compile(r"translate\((\S+) (\S+)\)")
WEIGHTS = 1 + (np.arange(1, 100_000) * (math.sqrt(5) - 1) / 2) % 1  # between one and two, no pattern among them
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


def marks(root: Element, shapes: Shapes) -> list[dict[str, Any]]:
    """Return what shows of a drawing, in groups of one kind and one look, in the order of their first."""
    groups: dict[tuple[str, str], list[tuple[Element, tuple[float, float]]]] = {}
    for element, style, moved in _elements(root):
        if element.tag not in ("svg", "g", "tspan"):
            groups.setdefault((element.tag, style), []).append((element, moved))
    found = []
    for (tag, style), members in groups.items():
        group: dict[str, Any] = {tag: VARIABLE.sub(r"\1", style)}
        if tag == "text":
            group["words"] = ["".join(element.itertext()) for element, _ in members]
            some = [place for element, moved in members for place in _points(element, moved)[:1] or [list(moved)]]
        else:
            points = [point for element, moved in members for point in _points(element, moved)]
            some = [points[k] for k in sorted({0, len(points) // 2, len(points) - 1}) if points]
            group |= {"count": len(members), "points": len(points)}
            group["sum"] = _total([_sum(_geometry(element, shapes)) for element, _ in members])
        found.append(group | {"at": [_near(each) for point in some for each in point]})
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
    return math.fsum(numbers * WEIGHTS[: len(numbers)])


def _total(sums: Sequence[float]) -> float:
    return _near(math.fsum(np.array(sums) * WEIGHTS[: len(sums)]))


def _near(value: float) -> float:
    return round(value, 4) + 0.0  # no minus zero


def digits(value: float, most: int = 11) -> float:
    """Return `value` to so many significant digits: what is beyond differs from one processor to the next."""
    return float(f"{value:.{most}g}")


def reading(columns: Mapping[str, NDArray[np.float64]], *, logarithmic: Collection[str] = ()) -> dict[str, Any]:
    """Return the count of points and, for each column, a few of its values, its largest magnitude and a signed sum.

    The values are the first, those at each quarter, and the last, of the points that are numbers. In the sum the signs
    follow Thue and Morse, + − − + − + + − …: a point that moved alone shows there in full, whichever it is, while
    rounding, which moves all points a little, all but cancels. What moves many points shows in the values.

    Args:
        columns: What was drawn, all of one length.
        logarithmic: Columns on a logarithmic axis; magnitude and sum are of their decimal logarithms, as they are drawn.
    """
    table = np.stack([np.asarray(column, dtype=np.float64) for column in columns.values()])
    table = table[:, np.isfinite(table).all(axis=0)]
    count = table.shape[1]
    at = sorted({round(k * (count - 1) / (len(PLACES) - 1)) for k in range(len(PLACES))}) if count else []
    read: dict[str, Any] = {"count": count}
    most, sums = [], []
    for name, column in zip(columns, table, strict=True):
        read[name] = [digits(column[k]) for k in at]
        drawn = np.log10(column) if name in logarithmic else column
        largest = float(max(abs(drawn), default=0.0))
        most.append(digits(largest))
        last = 11 - math.floor(math.log10(largest)) if largest else 0  # the place of the last digit of the largest
        total = math.fsum(drawn / (largest or 1.0) * signs(count)) * largest  # in units of the largest: no overflow
        sums.append(round(total, min(last, 300)) + 0.0)  # + 0.0: no minus zero
    return read | {"most": most, "sums": sums}


def signs(count: int) -> NDArray[np.float64]:
    """Return the first `count` signs of Thue and Morse: minus where the place, in binary, has an odd number of ones."""
    return np.array([1.0 - 2.0 * (k.bit_count() % 2) for k in range(count)])


def compare(recorded: Mapping[str, Any], drawn: Mapping[str, Any], tolerance: float = TOLERANCE) -> list[str]:
    """Return in words what differs between two records of a figure; an empty list if nothing does.

    Words and looks must be the same, coordinates may differ by `NEAR`, and data by `tolerance` of the largest magnitude in their
    column, as it is drawn: of the logarithms, on a logarithmic axis.
    """
    moved = []
    if not _same(recorded["size"], drawn["size"]):
        moved.append(f"the size was {recorded['size']}, is {drawn['size']}")
    old, new = ({_look(group): group for group in record["marks"]} for record in (recorded, drawn))
    for name in {**old, **new}:
        moved += _group(name, old.get(name), new.get(name))
    for number, (before, after) in enumerate(zip_longest(recorded["data"], drawn["data"]), 1):
        moved += _data(f"series {number}", before, after, tolerance)
    if not moved and recorded["looks"] != drawn["looks"]:
        moved.append("something looks otherwise, or stands above what it stood below")
    if not moved and not _same([recorded["sum"]], [drawn["sum"]]):
        moved.append(f"something moved; the sum of all was {recorded['sum']!r}, is {drawn['sum']!r}")
    return moved + _stops(recorded.get("stops"), drawn.get("stops"))


def _look(group: Mapping[str, Any]) -> str:
    tag, style = next(iter(group.items()))
    return f"{tag} {style}".strip()


def _same(old: Sequence[float], new: Sequence[float]) -> bool:
    return len(old) == len(new) and all(abs(one - other) <= NEAR for one, other in zip(old, new, strict=True))


def _group(name: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Iterator[str]:
    """Say what differs between two groups of things that look the same."""
    if old is None or new is None:
        known = new or old or {}
        said = (
            ", ".join(f"“{words}”" for words in known.get("words", ()))
            or f"{known['count']} of {known['points']} points"
        )
        yield f"{name} ({said}) is {'new' if old is None else 'gone'}"
    elif "words" in new and old["words"] != new["words"]:
        matcher = SequenceMatcher(None, old["words"], new["words"], autojunk=False)
        for tag, first, last, low, high in matcher.get_opcodes():
            if tag != "equal":
                was, now = (
                    ", ".join(map(repr, words)) or "nothing"
                    for words in (old["words"][first:last], new["words"][low:high])
                )
                yield f"the text was {was}, is {now}"
    elif (old.get("count"), old.get("points")) != (new.get("count"), new.get("points")):
        was, now = (f"{group['count']} of {group['points']} points" for group in (old, new))
        yield f"{name} was {was}, is {now}"
    elif not _same(old["at"], new["at"]):
        at = (
            next(k for k, (one, other) in enumerate(zip(old["at"], new["at"], strict=True)) if abs(one - other) > NEAR)
            // 2
        )
        was, now = (f"({group['at'][2 * at]:g}, {group['at'][2 * at + 1]:g})" for group in (old, new))
        what = f"the text {new['words'][at]!r}" if "words" in new else f"{name}, point {at + 1} of those recorded,"
        yield f"{what} was at {was}, is at {now}"
    elif "sum" in new and not _same([old["sum"]], [new["sum"]]):
        yield f"{name} moved between the recorded points; its sum was {old['sum']!r}, is {new['sum']!r}"


def _stops(recorded: Mapping[str, Any] | None, drawn: Mapping[str, Any] | None) -> list[str]:
    """Return in words what differs between the stops of a figure's controls."""
    if recorded is None or drawn is None or recorded["controls"] != drawn["controls"]:
        old, new = (json.dumps(each and each["controls"], ensure_ascii=False) for each in (recorded, drawn))
        return [] if old == new else [f"what can be dragged was {old}, is {new}"]
    moved = []
    for key, what in (("sums", "moved"), ("said", "say or look something else")):
        both = list(zip(recorded[key], drawn[key], strict=True))
        apart = [
            at for at, (old, new) in enumerate(both, 1) if (old != new if key == "said" else not _same([old], [new]))
        ]
        if apart:
            old, new = both[apart[0] - 1]
            moved.append(
                f"{len(apart)} of {len(both)} stops {what}; the first is stop {apart[0]}, where {old!r} is {new!r} now"
            )
    return moved


def _data(name: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, tolerance: float) -> list[str]:
    """Say what differs between the readings of two series of data."""
    if before is None or after is None:
        return [f"{name} ({_title(after or before or {})}) is {'new' if before is None else 'gone'}"]
    if _title(before) != _title(after):
        return [f"{name} was {_title(before)}, is {_title(after)}"]
    moved = []
    columns = [column for column in COLUMNS if column in after]
    for column, *numbers in zip(
        columns, *(mark[key] for key in ("most", "sums") for mark in (before, after)), strict=True
    ):
        most, most_now, total, total_now = numbers
        bound = tolerance * max(most, most_now)
        drawn = math.log10 if column in after.get("log", "") else float
        apart = [abs(drawn(old) - drawn(new)) for old, new in zip(before[column], after[column], strict=True)]
        where = f"{name} ({_title(after)}): {column}"
        if apart and max(apart) > bound:
            k = apart.index(max(apart))
            place = PLACES[k] if len(apart) == len(PLACES) else f"point {k + 1}"
            moved.append(f"{where} at {place} was {before[column][k]!r}, is {after[column][k]!r}")
        elif abs(most - most_now) > bound:
            moved.append(f"{where} had the largest magnitude {most!r}, has {most_now!r}")
        elif abs(total - total_now) > bound:
            moved.append(f"{where} moved between the recorded points; its signed sum was {total!r}, is {total_now!r}")
    return moved


def _title(series: Mapping[str, Any]) -> str:
    scale = f", logarithmic in {series['log']}" if "log" in series else ""
    return f"“{series['series']}” of {series['count']}{scale}"


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
