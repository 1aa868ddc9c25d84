"""Controls of figures: which stops they have, how these are said, and what is refused."""

import pytest
from matplotlib.figure import Figure

from galley.figure.controls import MOST, Control, choice, declared, slider, spoken, start, stops


def weight(**options: object) -> Control:
    """Return a slider from a half to three halves."""
    given: dict[str, object] = {"start": 0.9, "step": 0.1, "label": "weight $w$"}
    return slider(0.5, 1.5, **(given | options))  # type: ignore[arg-type,no-any-return]  # of any kind


def test_even_steps_are_exact() -> None:
    """The stops are the decimal numbers that one would write, not sums of rounded ones."""
    control = weight()
    assert control.values == (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5)
    assert control.keys == ("0.5", "0.6", "0.7", "0.8", "0.9", "1", "1.1", "1.2", "1.3", "1.4", "1.5")
    assert control.words[5] == "1.0"
    assert control.values[control.start] == 0.9
    assert control.slides


def test_equal_ratios_are_short() -> None:
    """Without a step the stops are in equal ratios, to three digits."""
    control = weight(step=None, count=3, start=0.866)
    assert control.values == (0.5, 0.866, 1.5)
    assert control.words == control.keys == ("0.5", "0.866", "1.5")


def test_marks_are_stops() -> None:
    """A mark off the grid is a stop of its own, said in full; one on the grid is not doubled."""
    control = weight(marks={1.0: "the knife edge", 1.25: "a quarter more"})
    assert control.values[5:9] == (1.0, 1.1, 1.2, 1.25)
    assert control.words[8] == "1.25"
    assert control.marks == {5: "the knife edge", 8: "a quarter more"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"start": 0.95}, "starts at one of its stops, but 0.95 is none; near it is 0.9"),
        ({"step": None}, "either a step or a count"),
        ({"count": 3}, "either a step or a count"),
        ({"marks": {2.0: "beyond"}}, "lie between 0.5 and 1.5"),
    ],
)
def test_a_slider_that_cannot_be(options: dict[str, object], message: str) -> None:
    """What makes no slider is refused in a sentence."""
    with pytest.raises(ValueError, match=message):
        weight(**options)


def test_ranges_that_cannot_be() -> None:
    """A range goes up, and one in equal ratios begins above zero."""
    with pytest.raises(ValueError, match="goes up, but 1 is not below 1"):
        slider(1, 1, start=1, step=1, label="w")
    with pytest.raises(ValueError, match="begins above zero, but this one begins at 0"):
        slider(0, 1, start=0, count=3, label="w")
    with pytest.raises(ValueError, match="at least two stops, but this one has 1"):
        slider(1, 2, start=1, count=1, label="w")


def test_a_choice_is_among_names() -> None:
    """A choice has the stops that it names, in words of their own."""
    control = choice({"tanh": "tanh", "relu": "ReLU"}, start="relu", label="activation")
    assert (control.values, control.words, control.start) == (("tanh", "relu"), ("tanh", "ReLU"), 1)
    assert not control.slides
    with pytest.raises(ValueError, match="starts with one of tanh, but 'relu' is none"):
        choice({"tanh": "tanh"}, start="relu", label="activation")


def figure_function(
    figure: Figure, *, w: float = weight(), depth: int = 3, f: str = choice({"a": "A", "b": "B"}, start="b", label="f")
) -> None:  # type: ignore[assignment]  # the press gives it a number
    """Draw nothing."""


def test_a_figure_declares_its_controls() -> None:
    """What is declared is found in order, under the parameters' names; the last control runs fastest."""
    controls = declared(figure_function)
    assert [control.name for control in controls] == ["w", "f"]
    every = stops(controls)
    assert every[:3] == [(0, 0), (0, 1), (1, 0)] and len(every) == 22
    assert every[start(controls)] == (4, 1)


def test_there_may_be_so_many_stops() -> None:
    """All controls of a figure together have at most so many stops."""

    def many(figure: Figure, *, w: object = slider(0, MOST, step=1, start=0, label="w")) -> None:
        """Draw nothing."""

    with pytest.raises(ValueError, match=f"have {MOST + 1} stops together, and may have {MOST}"):
        declared(many)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (r"$w = 0.90$: $5.2\times10^{-3}$ is left", "w = 0.90: 5.2\u00a0×\u00a010⁻³ is left"),
        (r"$\lambda = -1.5$, $\tau$ and $\|g\|$", "λ = −1.5, τ and ‖g‖"),
        (r"half-life of $-\infty$", "half-life of −∞"),
        ("plain words", "plain words"),
    ],
)
def test_mathematics_is_spoken(text: str, words: str) -> None:
    """What a sentence says in mathematics stands there in plain characters."""
    assert spoken(text) == words
