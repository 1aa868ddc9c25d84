"""The stops of a figure that can be dragged: what differs between whole drawings of them. Needs no matplotlib.

The drawings are woven into one, element by element: what stands in several is one element, whose attributes and words may change;
what stands in some only is hidden in the others. How elements are matched decides how much is sent, never what is shown.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import pairwise, zip_longest
from typing import Any
from xml.etree.ElementTree import Element

from galley.drawing.svg import GEOMETRY, compact, rounded
from galley.figure.controls import Control, start
from galley.run.cache import digest

Slot = tuple[str, int, str, list[str], list[int]]  # id, which element within it, attribute, values, which at each stop
Change = tuple[int, str, list[str]]  # the same without the id, with the value at each stop
TEXT = ""  # what stands for an attribute where words change
COLOUR = re.compile(r"var\([^)]*\)")


@dataclass
class Strand:
    """One element of all drawings: what it is in each, or None where it is not there; `id` is given to what changes."""

    parts: list[Element | None]
    children: list["Strand"] = field(default_factory=list)
    id: str = ""

    @property
    def first(self) -> Element:
        """What it is in the first drawing that has it."""
        return next(part for part in self.parts if part is not None)


def weave(parts: Sequence[Element | None]) -> Strand:
    """Return what some drawings have in common, and what each has for itself."""
    strand = Strand(list(parts))
    within = zip_longest(*(() if part is None else part for part in parts))
    strand.children = [weave(column) for column in (within if strand.first.tag == "text" else _aligned(parts))]
    return strand


def _aligned(parts: Sequence[Element | None]) -> list[Sequence[Element | None]]:
    """Return the children of some elements in columns, each of one kind, in an order that is that of every element."""
    rows = {stop: list(part) for stop, part in enumerate(parts) if part is not None}
    exact = len({tuple(map(_kind, row)) for row in rows.values()}) > 1
    columns: list[tuple[tuple[str, ...], dict[int, Element]]] = []
    known: dict[tuple[Any, ...], list[tuple[tuple[str, ...], dict[int, Element]]]] = {}
    for stop, row in rows.items():
        kinds = [_kind(element, exact=exact) for element in row]
        if tuple(kinds) not in known:
            woven, mine = [], []
            matcher = SequenceMatcher(None, [kind for kind, _ in columns], kinds, autojunk=False)
            for tag, first, last, low, high in matcher.get_opcodes():
                same = columns[first:last] if tag == "equal" else [(kind, {}) for kind in kinds[low:high]]
                woven += same if tag == "equal" else [*columns[first:last], *same]
                mine += same
            columns, known[tuple(kinds)] = woven, mine
        for (_, column), element in zip(known[tuple(kinds)], row, strict=True):
            column[stop] = element
    return [[column.get(stop) for stop in range(len(parts))] for _, column in columns]


def _kind(element: Element, *, exact: bool = False) -> tuple[str, ...]:
    """Return what an element has in common with those that may be the same thing at another stop."""
    kind = (element.tag, "words" if element.text else "")
    return (*kind, COLOUR.sub("", element.get("style", "")), element.get("clip-path", "")) if exact else kind


def still(strand: Strand, stop: int) -> Element:
    """Return the drawing of a stop, with all that is hidden there, but for its words."""
    part = strand.parts[stop]
    made = Element(strand.first.tag, (strand.first if part is None else part).attrib)
    made.text = part.text if part is not None else None
    if strand.id:
        made.attrib = {"id": strand.id, **made.attrib}
        if part is None:
            made.attrib["display"] = "none"
    made.extend(still(child, stop) for child in strand.children)
    return made


def slots(root: Strand, name: Callable[[], str]) -> Iterator[Slot]:
    """Give what changes in a drawing, in its order; what changes is given its id by `name`."""
    for strand in root.children:
        changes = list(_changes(strand, root))
        if changes:
            strand.id = name()
        for place, key, values in changes:
            known = {value: number for number, value in enumerate(dict.fromkeys(values))}
            yield strand.id, place, key, list(known), [known[value] for value in values]
        if strand.first.tag != "text":
            yield from slots(strand, name)


def _changes(strand: Strand, parent: Strand) -> Iterator[Change]:
    """Give what changes of one element; of a text, with all within it."""
    if any(part is None and above is not None for part, above in zip(strand.parts, parent.parts, strict=True)):
        yield 0, "display", ["none" if part is None else "inline" for part in strand.parts]
    within = [strand, *(strand.children if strand.first.tag == "text" else ())]
    for place, each in enumerate(within):
        keys = dict.fromkeys(key for part in each.parts if part is not None for key in part.attrib)
        for key in keys:
            values, value = [], each.first.get(key, "")
            for part in each.parts:
                value = value if part is None else part.get(key, "")
                values.append(value)
            if len(set(values)) > 1:
                short = compact if key == "d" else rounded if key in GEOMETRY else str
                values = list(map(short, values))
            if len(set(values)) > 1:
                yield place, key, values
    words = [["" if part is None else part.text or "" for part in each.parts] for each in within]
    if any(len(set(said)) > 1 for said in words):  # then all words of the text are told, so that it can be read as one
        yield from ((place, TEXT, said) for place, said in enumerate(words) if any(said))


def book(controls: Sequence[Control], readouts: Sequence[str], found: Sequence[Slot], drawing: str) -> tuple[str, str]:
    """Return as JSON what the reader's script looks up, and the digest by which a page knows that it belongs to its `drawing`.

    `index` leads from the stop of each control to the number of the stop of all, and `start` is where they start. `keys` and
    `words` are each control's stops in an address and for a reader, `between` the numbers halfway from each stop of a slider
    to the next. `readouts` holds a sentence for each stop of all, and `slots` what changes between them: the id of an element, which of the elements within it (0 for itself), which attribute
    ("" for its text), the values, and which of them stands at each stop.
    """
    count = iter(range(len(readouts)))

    def index(left: Sequence[Control]) -> Any:
        return [index(left[1:]) for _ in left[0].values] if left else next(count)

    read = {
        "keys": {control.name: control.keys for control in controls},
        "words": {control.name: control.words for control in controls},
        "between": {control.name: _between(control) for control in controls if control.slides},
        "index": index(controls),
        "start": start(controls),
        "readouts": readouts,
        "slots": found,
    }
    seal = digest(drawing, json.dumps(read))[:16]
    return json.dumps({"digest": seal, **read}, ensure_ascii=False, separators=(",", ":")), seal


def _between(control: Control) -> list[float]:
    """Return the numbers halfway from each stop of a slider to the next, to the digits of an address."""
    values = [float(value) for value in control.values]
    return [float(f"{(low + high) / 2:.12g}") for low, high in pairwise(values)]
