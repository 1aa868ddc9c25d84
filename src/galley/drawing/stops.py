"""A figure function called at the stops of its controls, each time on an empty figure; and one drawing bound of them all."""

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import matplotlib.style
from matplotlib import rcParams
from matplotlib.colors import get_named_colors_mapping

import galley.figure
from galley.drawing import data, frames, snapshot, svg
from galley.drawing.drawing import Drawing, FigureError
from galley.drawing.pen import Pen, Unprintable
from galley.drawing.stage import Stage, Unsteady
from galley.figure import palette as roles
from galley.figure.controls import Control, declared, start
from galley.figure.controls import stops as stops_of
from galley.run import doubts
from galley.run.cache import digest

MISSING = re.compile(r"Glyph (\d+) \(\\N\{(.*)\}\) missing from font")  # as matplotlib says it
STAND_IN = "¤"  # what it draws instead of a character of a formula
SPELL = "write it by a character of its own such as ℒ or ŷ, as mathematics between $…$, or in other words"
STYLE = Path(galley.figure.__file__).with_name("house.mplstyle")


@contextmanager
def house() -> Iterator[None]:
    """Set matplotlib up in the house style for as long as a figure is drawn."""
    get_named_colors_mapping().update(roles.ROLES)
    with matplotlib.style.context(["default", STYLE]), doubts.refused():
        yield


@dataclass
class Stops:
    """A figure, drawn at each of its stops.

    Attributes:
        controls: What a reader may drag; empty if the figure stands still.
        start: The figure at its start, by itself.
        stops: The drawing, the words of the readout, and what is recorded, of each stop.
        shapes: What the drawings refer to.
        record: What is recorded of the start.
        csv: The data at the start.
        size: In points.
    """

    controls: tuple[Control, ...]
    start: Element
    stops: list[tuple[Element, str, tuple[float, str]]]
    shapes: svg.Shapes
    record: dict[str, Any]
    csv: str
    size: tuple[float, float]


def every_stop(
    function: Callable[..., object],
    prefix: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    moving: bool = True,
) -> Stops:
    """Draw a figure at its start, and at each of its stops."""
    try:
        controls = declared(function)
    except ValueError as wrong:
        raise error(function, str(wrong)) from None
    first = {control.name: control.values[control.start] for control in controls} | dict(parameters or {})
    moves = bool(controls) and moving and not parameters
    with house():
        rcParams["svg.hashsalt"] = prefix
        pen, shapes = Pen(), svg.Shapes()
        stage = Stage(pen)
        _call(function, stage, first)
        frame = stage.frame()
        if controls and stage.subfigs:
            raise error(function, "it has figures within it, which no stop could keep in place; use figure.subplots")
        if controls:  # once more where everything stands already, as at the other stops
            stage = Stage(pen, frame)
            _call(function, stage, first)
        drawn = _drawn(function, stage, shapes, apart=bool(controls))
        record: dict[str, Any] = {"size": list(frame.size), "marks": snapshot.marks(drawn, shapes)}
        record |= dict(zip(("sum", "looks"), snapshot.whole(drawn, shapes), strict=True))
        record["series"] = data.series(table := data.table(stage))
        made = Stops(tuple(controls) if moves else (), drawn, [], shapes, record, table, frame.size)
        readout = str(stage.get_label())
        for stop in stops_of(controls) if moves else ():
            given = {control.name: control.values[at] for control, at in zip(controls, stop, strict=True)}
            there, said = drawn, readout
            try:
                if given != first:
                    stage = Stage(pen, frame)
                    _call(function, stage, given)
                    with explained(function):
                        frame.compare(stage.frame())
                    there, said = _drawn(function, stage, shapes, apart=True), str(stage.get_label())
            except FigureError as wrong:
                where = ", ".join(f"{name} = {value}" for name, value in given.items())
                raise FigureError(f"at {where}: {wrong.wrong}", wrong.right, wrong.line, wrong.column) from wrong
            made.stops.append((there, said, snapshot.whole(there, shapes)))
    if not all(said for _, said, _ in made.stops):
        raise error(function, "it has controls but says nothing; call readout(figure, …) with what a stop means")
    return made


def _call(function: Callable[..., object], stage: Stage, given: Mapping[str, Any]) -> None:
    """Call a figure function on an empty figure, and lay out what it draws."""
    if function(stage, **given) is not None:
        raise error(function, "it returns something; draw on the figure that it receives, and return nothing")
    with explained(function):
        stage.draw_without_rendering()


def _drawn(function: Callable[..., object], stage: Stage, shapes: svg.Shapes, *, apart: bool = False) -> Element:
    """Return the drawing of a figure that its function has drawn on."""
    with explained(function):
        data.check(stage)
        drawn = svg.clean(stage.pen.draw(stage), shapes, apart=apart)
    for words in snapshot.texts(drawn):  # of private use, or an accent that a browser would put over another letter
        if any(letter == STAND_IN or unicodedata.category(letter) in ("Co", "Mn") for letter in words):
            raise error(function, f"a character of the formula “{words}” is in no font; {SPELL}")
    return drawn


def bind(prefix: str, made: Stops) -> Drawing:
    """Return the drawing of a figure at all its stops as one; `prefix` is what its ids begin with."""
    stops, shapes = made.stops, made.shapes
    trees = [tree for tree, _, _ in stops] or [made.start]
    at = start(made.controls)
    names = {name: f"{prefix}-{number}" for number, name in enumerate(svg.used([trees[at], *trees]), 1)}

    def renamed(value: str) -> str:
        return svg.referring(value, lambda name: names.get(name, name))

    woven, count = frames.weave(trees), itertools.count(len(names) + 1)
    slots = list(frames.slots(woven, lambda: f"{prefix}-{next(count)}"))
    slots = [(name, place, key, list(map(renamed, values)), which) for name, place, key, values, which in slots]
    pressed = svg.finish(frames.still(woven, at), shapes, names)
    texts = tuple(tuple(snapshot.texts(tree)) for tree in trees)
    still = Drawing(prefix, pressed, made.csv, made.record, *made.size, texts=texts)
    if not stops:
        return still
    readouts = tuple(readout for _, readout, _ in stops)
    sums = [total for _, _, (total, _) in stops]
    said = [digest(readout, looks)[:8] for _, readout, (_, looks) in stops]
    record = {"controls": list(map(_recorded, made.controls)), "sums": sums, "said": said}
    book, seal = frames.book(made.controls, readouts, slots, pressed)
    return replace(
        still,
        record=made.record | {"stops": record},
        controls=made.controls,
        readouts=readouts,
        frames=book,
        seal=seal,
    )


def _recorded(control: Control) -> str:
    """Return what is recorded of a control: the ends of its range and its start, or all that can be chosen."""
    if not control.slides:
        return f"{control.name}: {', '.join(control.keys)}; {control.keys[control.start]}"
    ends = f"{control.keys[0]} to {control.keys[-1]}, {len(control.keys)} stops"
    marks = "".join(f"; {control.keys[at]}: {said}" for at, said in control.marks.items())
    return f"{control.name}: {ends}; {control.keys[control.start]}{marks}"


@contextmanager
def explained(function: Callable[..., object]) -> Iterator[None]:
    """Say of whatever cannot be printed where its function stands, and what would be right."""
    try:
        yield
    except Exception as wrong:
        match wrong:
            case svg.StrangeColour():
                message = f"{wrong}; colours are roles, opaque, such as {', '.join(roles.LIGHT)}"
            case Unprintable() | Unsteady():
                message = str(wrong)
            case UserWarning() if missing := MISSING.match(str(wrong)):
                message = f"the character {chr(int(missing[1]))} ({missing[2].lower()}) is in no font; {SPELL}"
            case ValueError() | Warning():
                words = re.sub(r"^ParseFatalException: |, found .*$", "", last_words(wrong))
                raise error(function, f"matplotlib cannot draw it: {words}; mend the function") from wrong
            case _:
                raise
        raise error(function, message) from None


def error(function: Callable[..., object], message: str) -> FigureError:
    """Return what is wrong with a figure and, after the last semicolon of `message`, what would be right, where its function stands."""
    code = getattr(function, "__code__", None)
    wrong, _, right = message.rpartition("; ")
    return FigureError(wrong, right, code.co_firstlineno if code else 1)


def last_words(wrong: BaseException) -> str:
    """Return the last line of what an exception says, or what it is called if it says nothing."""
    return next((line for line in reversed(str(wrong).strip().splitlines()) if line.strip()), type(wrong).__name__)
