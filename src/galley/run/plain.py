"""Values as JSON and back: what is kept between runs, and what processes tell one another, can run no code."""

import base64
import dataclasses
import importlib
import json
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

TAG = "·"  # the key that marks what JSON has no form for; no record of ours has a key of that name


def dump(value: Any) -> str:
    """Return `value` as text that `load` reads back as it was, every float to the last bit.

    Raises:
        TypeError: if it is not made of numbers, texts, lists, mappings, paths, the press's own records and errors.
    """
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> Any:
    """Return the value that `dump` wrote.

    Raises:
        ValueError: if it wrote no such text.
    """
    try:
        return json.loads(text, object_hook=_value)
    except (KeyError, TypeError, AttributeError, ImportError, RecursionError) as error:
        raise ValueError(f"this is no value of ours: {error}") from error


def _plain(value: Any) -> Any:
    kind = type(value)
    if value is None or kind in (bool, int, float, str):
        return value
    for plainer in (float, int, str):  # as NumPy's own numbers are
        if isinstance(value, plainer):
            return plainer(value)
    if kind is list:
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        if all(type(key) is str and key != TAG for key in value):
            return {key: _plain(item) for key, item in value.items()}
        return {TAG: "map", "of": [[_plain(key), _plain(item)] for key, item in value.items()]}
    if kind is tuple:
        return {TAG: "tuple", "of": [_plain(item) for item in value]}
    if kind is bytes:
        return {TAG: "bytes", "of": base64.b64encode(value).decode()}
    if isinstance(value, Path):
        return {TAG: "path", "of": str(value)}
    if kind is Fraction:
        return {TAG: "fraction", "of": [value.numerator, value.denominator]}
    if kind.__module__.partition(".")[0] == "galley" and dataclasses.is_dataclass(value):
        of = {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {TAG: f"{kind.__module__}:{kind.__qualname__}", "of": of}
    if isinstance(value, Exception) and kind.__module__.partition(".")[0] in ("builtins", "galley"):
        return {TAG: f"{kind.__module__}:{kind.__qualname__}", "of": [_plain(argument) for argument in value.args]}
    raise TypeError(f"a {kind.__name__} is no number, text, list or mapping of them")


def _value(found: dict[str, Any]) -> Any:
    if TAG not in found:
        return found
    of = found["of"]
    match found[TAG]:
        case "map":
            return {key: item for key, item in of}
        case "tuple":
            return tuple(of)
        case "bytes":
            return base64.b64decode(of)
        case "path":
            return Path(of)
        case "fraction":
            return Fraction(*of)
    return _record(*found[TAG].split(":"))(**of) if isinstance(of, dict) else _record(*found[TAG].split(":"))(*of)


@cache
def _record(module: str, name: str) -> type:
    """Return a record or an error by its name, which must be the press's own or Python's: nothing else is made from a text."""
    if module.partition(".")[0] not in ("galley", "builtins"):
        raise ValueError(f"{module} is not of the press")
    kind = getattr(importlib.import_module(module), name)
    if not isinstance(kind, type) or not (dataclasses.is_dataclass(kind) or issubclass(kind, Exception)):
        raise ValueError(f"{module}.{name} is no record")
    return kind
