"""A figure function in, a drawing out, in the house style and the same to the byte each time; or a reason why not."""

import difflib
import importlib.util
import inspect
import re
import sys
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import matplotlib.style
from matplotlib import rcParams
from matplotlib.artist import Artist
from matplotlib.colors import get_named_colors_mapping
from matplotlib.figure import Figure
from matplotlib.text import Text

import galley.figure
from galley.drawing import drawn, svg
from galley.drawing import frames as stops
from galley.drawing.drawing import Drawing, FigureError
from galley.drawing.frames import Frames
from galley.drawing.marks import Unprintable
from galley.drawing.stage import Stage, Unsteady
from galley.figure import fonts as typeface
from galley.figure import palette as roles
from galley.figure.controls import Control, declared
from galley.figure.controls import stops as stops_of
from galley.run import imports
from galley.run.cache import digest

STYLE = Path(galley.figure.__file__).with_name("house.mplstyle")
NO_COLOUR = re.compile(r"'(.*?)' is not a valid value for (?:color|\w*colou?r)")  # as matplotlib says it


@contextmanager
def house(fonts: Path) -> Iterator[None]:
    """Set matplotlib up in the house style for as long as a figure is drawn; `fonts` holds KaTeX's TrueType files."""
    get_named_colors_mapping().update(roles.ROLES)
    typeface.install(fonts)
    with matplotlib.style.context(["default", STYLE]), warnings.catch_warnings():
        warnings.simplefilter("error")  # whatever NumPy or matplotlib has doubts about is not printed
        warnings.filterwarnings("ignore", "Glyph .* missing")  # found, and named better, by _spell
        yield


def draw(
    function: Callable[..., object],
    *,
    chapter: str,
    name: str,
    fonts: Path,
    parameters: Mapping[str, Any] | None = None,
    moving: bool = True,
) -> Drawing:
    """Call a figure function on an empty figure and return what it drew.

    Args:
        function: Takes a `matplotlib.figure.Figure` and keyword-only parameters, draws, and returns nothing.
        chapter: The stem of its chapter.
        name: Its name.
        fonts: The folder of KaTeX's TrueType files.
        parameters: What to call it with instead of its defaults; its controls stand still then.
        moving: Whether all stops of its controls are drawn, and not only the start.

    Raises:
        FigureError: If it returns something, draws nothing, or draws what cannot be printed.
    """
    prefix = f"{chapter}-{name}".replace("_", "-")
    try:
        controls = declared(function)
    except ValueError as wrong:
        raise _error(function, str(wrong)) from None
    given = {control.name: control.values[control.start] for control in controls} | dict(parameters or {})
    with house(fonts):
        rcParams["svg.hashsalt"] = prefix
        figure = Stage()
        _call(function, figure, given)
        with _explained(function):
            figure.draw_without_rendering()
            if controls:  # once more where everything stands already, as at the other stops
                figure.keep()
                with _explained(function, Unsteady):
                    _call(function, figure, given)
                figure.settle()
            drawn.check(figure)
            names = stops.name(figure) if controls else []
            drawing = figure.pen.draw_whole(figure)
            _spell(figure.findobj(Text), fonts)
            pressed = svg.press(drawing, prefix, frozenset(names))
        width, height = (float(round(72 * inches, 2)) for inches in figure.get_size_inches())
        still = Drawing(prefix, pressed.text, drawn.table(figure), drawn.record(figure), width, height)
        if not (controls and moving) or parameters:
            return still
        return _moving(still, function, figure, controls, pressed, fonts)


def _moving(
    still: Drawing,
    function: Callable[..., object],
    figure: Stage,
    controls: list[Control],
    pressed: svg.Pressed,
    fonts: Path,
) -> Drawing:
    """Return the drawing with all stops of its controls."""
    frames = Frames(figure, pressed)
    readouts: list[str] = []
    for stop in stops_of(controls):
        given = {control.name: control.values[at] for control, at in zip(controls, stop, strict=True)}
        figure.rewind()
        try:
            with _explained(function, Unsteady):
                _call(function, figure, given)
            with _explained(function):
                frames.take()
                _spell(frames.fresh, fonts)
        except FigureError as wrong:
            where = ", ".join(f"{name} = {value}" for name, value in given.items())
            raise FigureError(f"at {where}: {wrong.wrong}", wrong.right, wrong.line, wrong.column) from wrong
        readouts.append(str(figure.get_label()))
    if not all(readouts):
        raise _error(function, "it has controls but says nothing; call readout(figure, …) with what a stop means")
    kept = {"controls": [_recorded(control) for control in controls], "said": digest(*frames.words)[:12]}
    record = still.record | {"stops": kept | {"gists": frames.gists}}
    return replace(
        still,
        record=record,
        controls=tuple(controls),
        readouts=tuple(readouts),
        frames=stops.book(controls, readouts, frames.all),
    )


def _recorded(control: Control) -> str:
    """Return what is recorded of a control: the ends of its range and its start, or all that can be chosen."""
    if not control.slides:
        return f"{control.name}: {', '.join(control.keys)}; {control.keys[control.start]}"
    ends = f"{control.keys[0]} to {control.keys[-1]}, {len(control.keys)} stops"
    marks = "".join(f"; {control.keys[at]}: {said}" for at, said in control.marks.items())
    return f"{control.name}: {ends}; {control.keys[control.start]}{marks}"


def _call(function: Callable[..., object], figure: Figure, parameters: Mapping[str, Any]) -> None:
    figure.set_label("")
    if function(figure, **parameters) is not None:
        raise _error(function, "it returns something; draw on the figure that it receives, and return nothing")


@contextmanager
def _explained(function: Callable[..., object], *only: type[Exception]) -> Iterator[None]:
    """Say of whatever cannot be printed, or of `only` some of it, where its function stands, and what would be right."""
    try:
        yield
    except Exception as wrong:
        match wrong:
            case _ if only and not isinstance(wrong, only):
                raise
            case svg.StrangeColour():
                message = f"{wrong}; colours are roles, opaque, such as {', '.join(roles.LIGHT)}"
            case Unprintable() | Unsteady() | typeface.MissingCharacter():
                message = str(wrong)
            case ValueError() | Warning():
                words = re.sub(r"^ParseFatalException: |, found .*$", "", _last_words(wrong))
                raise _error(function, f"matplotlib cannot draw it: {words}; mend the function") from wrong
            case _:
                raise
        raise _error(function, message) from None


def draw_named(
    root: Path,
    chapter: str,
    name: str,
    fonts: Path,
    parameters: Mapping[str, Any] | None = None,
    *,
    moving: bool = True,
) -> Drawing:
    """Draw `figures/<chapter>.py:<name>` of the project at `root`, its module and the library read afresh.

    Raises:
        FigureError: As `draw`, and if the function fails or is missing; with the place in the module.
        Broken: If the module, or one of the library that it needs, cannot be imported.
    """
    path = root / "figures" / f"{chapter}.py"
    try:
        with imports.told(root / "figures", root / "src"):
            function = getattr(load(root, path), name, None)
        if not callable(function):
            raise FigureError(f"there is no function {name} in figures/{chapter}.py", "write it, or name another")
        try:
            inspect.signature(function).bind(None, **(parameters or {}))
        except TypeError as wrong:
            right = "let it take the figure, and after a * options with their defaults"
            raise _error(function, f"it cannot be called: {wrong}; {right}") from None
        return draw(function, chapter=chapter, name=name, fonts=fonts, parameters=parameters, moving=moving)
    except (FigureError, imports.Broken):
        raise
    except Exception as wrong:
        frames = [frame for frame in traceback.extract_tb(wrong.__traceback__) if Path(frame.filename) == path]
        place = imports.place(frames[-1]) if frames else (1, 1)
        if isinstance(wrong, ValueError) and (colour := NO_COLOUR.match(str(wrong))):
            near = difflib.get_close_matches(colour[1], roles.ROLES, n=1)
            right = f"did you mean {near[0]}?" if near else f"name a role, such as {', '.join(roles.LIGHT)}"
            raise FigureError(f"the colour {colour[1]} is no role", right, *place) from None
        kind = "" if isinstance(wrong, typeface.MissingCharacter) else f"{type(wrong).__name__}: "
        raise FigureError(kind + _last_words(wrong), "mend the function", *place) from wrong


def load(root: Path, path: Path) -> ModuleType:
    """Import the module at `path` afresh, with whatever of the project at `root` it imports."""
    rooms = (root / "figures", root / "src")
    press = Path(galley.__file__).parent
    for known, module in list(sys.modules.items()):
        file = Path(getattr(module, "__file__", None) or "/")
        if any(file.is_relative_to(room) for room in rooms) and not file.is_relative_to(press):
            del sys.modules[known]
    if str(root / "src") not in sys.path:
        sys.path.insert(0, str(root / "src"))
    if not path.is_file():
        raise FigureError(f"there is no file figures/{path.name}", "write it, or name another chapter on the page")
    spec = importlib.util.spec_from_file_location(f"figures.{path.stem}", path)
    assert spec is not None and spec.loader is not None, "a .py file always has a loader"
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _spell(artists: Iterable[Artist], fonts: Path) -> None:
    for text in artists:
        if isinstance(text, Text) and text.get_visible():
            words = text.get_text()
            if "$" not in words and (character := typeface.missing(words, fonts)):
                raise typeface.MissingCharacter(character, words)


def _error(function: Callable[..., object], message: str) -> FigureError:
    code = getattr(function, "__code__", None)
    wrong, _, right = message.rpartition("; ")
    return FigureError(wrong, right, code.co_firstlineno if code else 1)


def _last_words(wrong: BaseException) -> str:
    return next((line for line in reversed(str(wrong).strip().splitlines()) if line.strip()), type(wrong).__name__)
