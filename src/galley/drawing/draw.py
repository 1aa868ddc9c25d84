"""A figure function in, a drawing out, in the house style and the same to the byte each time; or a reason why not."""

import difflib
import importlib.util
import inspect
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import galley
from galley.drawing.drawing import Drawing, FigureError
from galley.drawing.stops import bind, error, every_stop, last_words
from galley.figure import palette as roles
from galley.run import imports

NO_COLOUR = re.compile(r"'(.*?)' is not a valid value for (?:color|\w*colou?r)")  # as matplotlib says it


def draw(
    function: Callable[..., object],
    *,
    chapter: str,
    name: str,
    parameters: Mapping[str, Any] | None = None,
    moving: bool = True,
) -> Drawing:
    """Call a figure function on an empty figure and return what it drew, at each stop of its controls.

    Args:
        function: Takes a `matplotlib.figure.Figure` and keyword-only parameters, draws, and returns nothing.
        chapter: The stem of its chapter.
        name: Its name.
        parameters: What to call it with instead of its defaults; its controls stand still then.
        moving: Whether all stops of its controls are drawn, and not only the start.

    Raises:
        FigureError: If it returns something, draws nothing, or draws what cannot be printed.
    """
    of = prefix(chapter, name)
    return bind(of, every_stop(function, of, parameters, moving=moving))


def draw_named(
    rooms: tuple[Path, Path],
    chapter: str,
    name: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    moving: bool = True,
) -> Drawing:
    """Draw what the function `name` of a chapter's module draws, the module and the library read afresh.

    Args:
        rooms: The folder of the figure modules, and the one in which the library's package lies.
        chapter: The stem of the module.
        name: The function.
        parameters: What to call it with instead of its defaults.
        moving: Whether all stops of its controls are drawn.

    Raises:
        FigureError: As `draw`, and if the function fails or is missing; with the place in the module.
        Broken: If the module, or one of the library that it needs, cannot be imported.
    """
    with _found(rooms, chapter, name, parameters or {}) as function:
        return draw(function, chapter=chapter, name=name, parameters=parameters, moving=moving)


def prefix(chapter: str, name: str) -> str:
    """Return what every id in the drawing of a figure begins with."""
    return f"{chapter}-{name}".replace("_", "-")


@contextmanager
def _found(
    rooms: tuple[Path, Path], chapter: str, name: str, parameters: Mapping[str, Any]
) -> Iterator[Callable[..., object]]:
    """Give a figure function, and say of whatever fails with it where that is in its module."""
    path = rooms[0] / f"{chapter}.py"
    try:
        with imports.told(*rooms):
            function = getattr(load(rooms, path), name, None)
        if not callable(function):
            raise FigureError(
                f"there is no function {name} in {path.parent.name}/{path.name}", "write it, or name another"
            )
        try:
            inspect.signature(function).bind(None, **parameters)
        except TypeError as wrong:
            right = "let it take the figure, and after a * options with their defaults"
            raise error(function, f"it cannot be called: {wrong}; {right}") from None
        yield function
    except (FigureError, imports.Broken):
        raise
    except Exception as wrong:
        frames = [frame for frame in traceback.extract_tb(wrong.__traceback__) if Path(frame.filename) == path]
        place = imports.place(frames[-1]) if frames else (1, 1)
        if isinstance(wrong, ValueError) and (colour := NO_COLOUR.match(str(wrong))):
            near = difflib.get_close_matches(colour[1], roles.ROLES, n=1)
            right = f"did you mean {near[0]}?" if near else f"name a role, such as {', '.join(roles.LIGHT)}"
            raise FigureError(f"the colour {colour[1]} is no role", right, *place) from None
        raise FigureError(f"{type(wrong).__name__}: {last_words(wrong)}", "mend the function", *place) from wrong


def load(rooms: tuple[Path, Path], path: Path) -> ModuleType:
    """Import the module at `path` afresh, with whatever it imports from `rooms`."""
    press = Path(galley.__file__).parent
    for known, module in list(sys.modules.items()):
        file = Path(getattr(module, "__file__", None) or "/")
        if any(file.is_relative_to(room) for room in rooms) and not file.is_relative_to(press):
            del sys.modules[known]
    if str(rooms[1]) not in sys.path:
        sys.path.insert(0, str(rooms[1]))
    if not path.is_file():
        raise FigureError(
            f"there is no file {path.parent.name}/{path.name}", "write it, or name another chapter on the page"
        )
    spec = importlib.util.spec_from_file_location(f"figures.{path.stem}", path)
    assert spec is not None and spec.loader is not None, "a .py file always has a loader"
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
