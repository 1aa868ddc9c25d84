"""What was drawn, in few enough numbers to be kept in a file and read in a review; and what moved since."""

import json
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from difflib import SequenceMatcher
from functools import partial
from itertools import zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray

PLACES = ("the first point", "a quarter", "the middle", "three quarters", "the last point")
COLUMNS = ("x", "y", "value", "u", "v")


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


def gist(columns: Mapping[str, NDArray[np.float64]], *, logarithmic: Collection[str] = ()) -> float:
    """Return one number that moves with any point, whatever its magnitude: the sum of the columns' means, in asinh."""
    total = 0.0
    for name, column in columns.items():
        values = column[np.isfinite(column)]
        if len(values):
            total += float(np.arcsinh(np.log10(values) if name in logarithmic else values).mean())
    return total


def signs(count: int) -> NDArray[np.float64]:
    """Return the first `count` signs of Thue and Morse: minus where the place, in binary, has an odd number of ones."""
    return np.array([1.0 - 2.0 * (k.bit_count() % 2) for k in range(count)])


def compare(recorded: Mapping[str, Any], drawn: Mapping[str, Any], tolerance: float = 1e-9) -> list[str]:
    """Return in words what differs between two records of a figure; an empty list if nothing does.

    Words must be the same. Numbers may differ by `tolerance` of the largest magnitude in their column, as it is drawn:
    of the logarithms, on a logarithmic axis. Places of texts and ticks are measured by the limits of their axis.
    """
    if len(recorded["axes"]) != len(drawn["axes"]):
        return [f"the number of panels was {len(recorded['axes'])}, is {len(drawn['axes'])}"]
    moved = _differences("the size", recorded["size"], drawn["size"], tolerance)
    for panel, (old, new) in enumerate(zip(recorded["axes"], drawn["axes"], strict=True), 1):
        place = f"panel {panel}, " if len(drawn["axes"]) > 1 else ""
        moved += _differences(f"{place}place in the grid", old.get("place"), new.get("place"), tolerance)
        for axis in ("x", "y"):
            for key in ("scale", "limits", "label", "ticks", "places"):
                see = partial(_seen, axis=new[axis]) if key in ("limits", "places") else None
                was, now = old[axis].get(key), new[axis].get(key)
                moved += _differences(f"{place}{key} of the {axis} axis", was, now, tolerance, see)
        logarithmic = {axis for axis in ("x", "y") if new[axis]["scale"] == "log"}
        for index, (before, after) in enumerate(zip_longest(old["marks"], new["marks"]), 1):
            moved += _moved(f"{place}mark {index}", before, after, logarithmic, tolerance)
        said, says = ([text[0] for text in texts] for texts in (old["texts"], new["texts"]))
        for _, first, last, low, high in SequenceMatcher(None, said, says, autojunk=False).get_opcodes():
            for before, after in zip_longest(old["texts"][first:last], new["texts"][low:high]):
                moved += _differences(f"{place}text", before, after, tolerance, partial(_placed, panel=new))
    return moved + _stops(recorded.get("stops"), drawn.get("stops"), tolerance)


def _stops(recorded: Mapping[str, Any] | None, drawn: Mapping[str, Any] | None, tolerance: float) -> list[str]:
    """Return in words what differs between the stops of a figure's controls."""
    if recorded is None or drawn is None or recorded["controls"] != drawn["controls"]:
        old, new = (each and each["controls"] for each in (recorded, drawn))
        return _differences("what can be dragged", old, new, tolerance)
    moved = _differences("what is said at the stops", recorded["said"], drawn["said"], tolerance)
    apart = [
        number
        for number, (old, new) in enumerate(zip(recorded["gists"], drawn["gists"], strict=True), 1)
        if abs(old - new) > tolerance * max(abs(old), abs(new), 1)
    ]
    if apart:
        old, new = (each["gists"][apart[0] - 1] for each in (recorded, drawn))
        moved.append(
            f"{len(apart)} of {len(drawn['gists'])} stops moved; the gist of stop {apart[0]} was {old!r}, is {new!r}"
        )
    return moved


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


def _moved(
    name: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    logarithmic: Collection[str],
    tolerance: float,
) -> list[str]:
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
        drawn = math.log10 if column in logarithmic else float
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


def _title(mark: Mapping[str, Any]) -> str:
    """Return all that is not a number of `mark`, in words, and its count."""
    kind, colour = next(iter(mark.items()))
    series = [f"“{mark['series']}”"] if "series" in mark else []
    return " ".join([colour, kind, *([mark["look"]] if "look" in mark else []), *series, f"of {mark['count']}"])


def _seen(values: Sequence[float], axis: Mapping[str, Any]) -> list[float]:
    """Return places on an axis as it draws them, in units of the largest of its limits."""
    low, high, *drawn = (
        math.log10(value) if axis["scale"] == "log" and value > 0 else value for value in (*axis["limits"], *values)
    )
    return [value / (max(abs(low), abs(high)) or 1.0) for value in drawn]


def _placed(text: Sequence[Any], panel: Mapping[str, Any]) -> list[Any]:
    """Return words and colour of a text, and its place as its axes draw it."""
    words, colour, x, y = text
    return [words, colour, *_seen([x], panel["x"]), *_seen([y], panel["y"])]


def _differences(
    name: str, old: Any, new: Any, tolerance: float, see: Callable[[Any], list[Any]] | None = None
) -> list[str]:
    """Say what differs between two values; with `see`, between what it makes of them."""
    if old is None or new is None:
        if old is new:
            return []
        return [f"{name} {json.dumps(new or old, ensure_ascii=False)} is {'new' if old is None else 'gone'}"]
    if _same(see(old) if see else old, see(new) if see else new, tolerance):
        return []
    return [f"{name} was {json.dumps(old, ensure_ascii=False)}, is {json.dumps(new, ensure_ascii=False)}"]


def _same(old: Any, new: Any, tolerance: float) -> bool:
    if not (isinstance(old, Sequence) and isinstance(new, Sequence)) or isinstance(old, str) or isinstance(new, str):
        return bool(old == new)
    largest = max((abs(value) for value in (*old, *new) if isinstance(value, int | float)), default=0.0)
    return len(old) == len(new) and all(
        abs(a - b) <= tolerance * largest if isinstance(a, int | float) and isinstance(b, int | float) else a == b
        for a, b in zip(old, new, strict=True)
    )
