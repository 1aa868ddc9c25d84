"""What a reader may drag on a figure: sliders and choices, declared as defaults of the parameters of its function."""

import inspect
import itertools
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

MOST = 400  # stops of a figure, over all its controls
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
GREEK = {"alpha": "α", "beta": "β", "gamma": "γ", "eta": "η", "lambda": "λ", "rho": "ρ", "sigma": "σ", "tau": "τ"}


@dataclass(frozen=True)
class Control:
    """One control of a figure.

    Attributes:
        values: What the parameter is at each of its stops.
        keys: The same as they stand in an address.
        words: The same as a reader sees and hears them.
        start: Which stop it starts at.
        marks: Stops with a mark, by their index, and what is said of them.
        label: What stands beside it, mathematics between `$` signs.
        play: Whether it can also run through its stops by itself.
        name: The parameter's.
    """

    values: tuple[float | str, ...]
    keys: tuple[str, ...]
    words: tuple[str, ...]
    start: int
    marks: Mapping[int, str]
    label: str
    play: bool = False
    name: str = ""

    @property
    def slides(self) -> bool:
        """Whether it is a slider, and no choice among names."""
        return not isinstance(self.values[0], str)


def slider(
    low: float,
    high: float,
    *,
    start: float,
    label: str,
    step: float | None = None,
    count: int | None = None,
    marks: Mapping[float, str] | None = None,
    play: bool = False,
) -> Any:
    """Declare a parameter that a reader drags along a range: give it as the default of the parameter.

    Args:
        low: The first stop.
        high: The last stop.
        start: The stop that stands on the page first, and in print.
        label: What stands beside it, mathematics between `$` signs.
        step: The distance of the stops. Without it they are `count` ones in equal ratios, to three digits.
        count: How many stops, if there is no step.
        marks: Stops that are marked on the slider, each with the words for it: the knife edge, for instance.
        play: Whether a button lets it run through its stops by itself.

    Raises:
        ValueError: If the range is empty, or the start is no stop, or neither step nor count is given, or both are.
    """
    if not low < high:
        raise ValueError(f"a slider goes up, but {low} is not below {high}")
    if (step is None) == (count is None):
        raise ValueError("a slider has either a step or a count of stops in equal ratios")
    named = dict(marks or {})
    if step is not None:
        first, each = Decimal(repr(low)), Decimal(repr(step))
        even = [float(first + k * each) for k in range(math.floor((Decimal(repr(high)) - first) / each) + 1)]
        decimals = max(0, -int(each.normalize().as_tuple().exponent))
    else:
        assert count is not None, "one of the two is given"
        if count < 2:
            raise ValueError(f"a slider has at least two stops, but this one has {count}")
        if not 0 < low:
            raise ValueError(f"a slider with equal ratios begins above zero, but this one begins at {low}")
        even = [float(f"{low * (high / low) ** (k / (count - 1)):.3g}") for k in range(count)]
    values = tuple(sorted({*even, *map(float, named)}))
    if not low <= min(values) or not max(values) <= high:
        raise ValueError(f"the marks of a slider lie between {low} and {high}")
    if float(start) not in values:
        raise ValueError(
            f"a slider starts at one of its stops, but {start} is none; near it is {_nearest(values, start)}"
        )
    keys = tuple(f"{value:.12g}" for value in values)
    even_words = [f"{value:.{decimals}f}" if step is not None else "" for value in values]
    words = tuple(
        word if word and float(word) == value else key
        for word, value, key in zip(even_words, values, keys, strict=True)
    )
    places = {values.index(float(value)): said for value, said in named.items()}
    return Control(values, keys, words, values.index(float(start)), places, label, play)


def choice(names: Mapping[str, str], *, start: str, label: str) -> Any:
    """Declare a parameter that a reader chooses: give it as the default of the parameter.

    Args:
        names: What the parameter can be, each with the words for it.
        start: The one that stands on the page first, and in print.
        label: What stands beside it, mathematics between `$` signs.

    Raises:
        ValueError: If the start is none of them.
    """
    if start not in names:
        raise ValueError(f"a choice starts with one of {', '.join(names)}, but {start!r} is none")
    return Control(tuple(names), tuple(names), tuple(names.values()), list(names).index(start), {}, label)


def declared(function: Callable[..., object]) -> list[Control]:
    """Return the controls of a figure function, in the order of its parameters.

    Raises:
        ValueError: If they have more than `MOST` stops together.
    """
    found = [
        replace(parameter.default, name=name)
        for name, parameter in inspect.signature(function).parameters.items()
        if isinstance(parameter.default, Control)
    ]
    total = math.prod(len(control.values) for control in found)
    if total > MOST:
        raise ValueError(f"its controls have {total} stops together, and may have {MOST}; take wider steps")
    return found


def stops(controls: Sequence[Control]) -> list[tuple[int, ...]]:
    """Return all stops, the last control running fastest, as the index of each control's own stop."""
    return list(itertools.product(*(range(len(control.values)) for control in controls)))


def start(controls: Sequence[Control]) -> int:
    """Return the number of the stop at which all controls start."""
    number = 0
    for control in controls:
        number = number * len(control.values) + control.start
    return number


def spoken(text: str) -> str:
    r"""Return words with mathematics between `$` signs as plain text that breaks well: `$5.2\times10^{-3}$` as 5.2 × 10⁻³."""
    text = text.replace("$", "")
    text = re.sub(r"\s*\\(?:times|cdot)\s*", "\u00a0×\u00a0", text)
    text = re.sub(r"\^\{(-?\d+)\}", lambda match: match[1].translate(SUPERSCRIPTS), text)
    text = re.sub(r"\\([a-z]+)", lambda match: GREEK.get(match[1], match[0]), text)
    return re.sub(r"(?<![\w.])-(?=[\d∞])", "−", text.replace(r"\|", "‖").replace(r"\infty", "∞"))


def _nearest(values: tuple[float, ...], value: float) -> float:
    return min(values, key=lambda each: abs(each - value))
