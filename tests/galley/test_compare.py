"""Equations at random inputs: true ones pass, changed ones are caught, what cannot be evaluated is left to the docstring."""

from pathlib import Path

import numpy as np
import pytest

from galley.check import compare as worker
from galley.check.compare import Comparison
from galley.maths.sets import draw
from galley.maths.tokens import Unreadable
from tests.galley.book import make

REALS = {"w": r"\mathbb{R}", "L": r"\{1, 2, \dots\}"}


def compare(
    tex: str,
    name: str = "",
    package: Path | None = None,
    arguments: dict[str, str] | None = None,
    domains: dict[str, str] | None = None,
    settings: dict[str, str] | None = None,
) -> Comparison:
    """Compare an equation as a worker does."""
    tables = (tuple((table or {}).items()) for table in (arguments, domains, settings))
    return Comparison(**worker.compare(tex, name, package, *tables))


def step(tex: str, **domains: str) -> tuple[int, str]:
    """Return at how many inputs a step was compared, and what it said."""
    done = compare(tex, "", None, {}, domains or REALS)
    return done.inputs, done.mismatch


@pytest.mark.parametrize(
    "tex",
    [
        r"\underbrace{w \cdot w \cdots w}_{L\ \text{factors}} = w^L",
        r"\frac{d}{dw} w^L = L w^{L-1}",
        r"\sum_{k=1}^{L} w^{L-k} w^{k-1} = L w^{L-1}",
        r"\prod_{k=1}^{L} w = w^L",
        r"|w|^L \ge 0",
        r"|w|^L = \exp(L \ln |w|) = |w^L|",
        r"w^2 \propto w^3 = w \cdot w^2",
    ],
)
def test_true_steps(tex: str) -> None:
    """A true equation holds at every input."""
    assert step(tex) == (40, "")


@pytest.mark.parametrize(
    "tex",
    [
        r"\underbrace{w \cdot w \cdots w}_{L\ \text{factors}} = w^{L-1}",
        r"\frac{d}{dw} w^L = L w^L",
        r"\frac{d}{dw} w^L = w^{L-1}",
        r"\sum_{k=1}^{L} w^{L-k} w^{k} = L w^{L-1}",
        r"|w|^L \le 0",
        r"|w|^L = \exp(L \ln |w|) = w^L",
        r"w + 1 = w - 1",
    ],
)
def test_false_steps(tex: str) -> None:
    """A false one is caught, with the input that shows it."""
    inputs, mismatch = step(tex)
    assert mismatch.startswith("at w = ")


@pytest.mark.parametrize("tex", [r"\frac{\partial z}{\partial w} = w", r"\lim_{L \to 0} w^L = 0", r"u = w", r"w \to L"])
def test_not_evaluable(tex: str) -> None:
    """What holds a symbol without a set, or has no value, is compared at no input."""
    assert step(tex) == (0, "")


def defined(tex: str, settings: dict[str, str], **domains: str) -> tuple[int, str]:
    """Return at how many inputs a step was compared whose symbols follow from others, and what it said."""
    done = compare(tex, "", None, {}, domains or REALS, settings)
    return done.inputs, done.mismatch


LOGISTIC = {r"\sigma(x)": "1 / (1 + e^{-x})"}
CHAIN = {"x_{t+1}": r"w \, \sigma(x_t) + b", "x_0": "0.5", "b": "0.25", **LOGISTIC}


@pytest.mark.parametrize(
    ("tex", "settings"),
    [
        (r"p = w^L", {"p": r"\exp(L \ln \lvert w \rvert) (w / \lvert w \rvert)^L"}),
        (r"\frac{\partial z_L}{\partial \theta} = w^{L-1} x", {"z_L": r"w^{L-1} \theta x", r"\theta": "w", "x": "3"}),
        (
            r"\frac{\partial \mathcal{L}}{\partial w} = \frac{\partial \mathcal{L}}{\partial z} \cdot L",
            {r"\mathcal{L}": "z^2", "z": "L w"},
        ),
        (r"\frac{\partial}{\partial w} w^L = L w^{L-1}", {}),
        (r"\sigma'(w) = \sigma(w) (1 - \sigma(w))", LOGISTIC),
        (r"x_2 = w \, \sigma(w \, \sigma(x_0) + b) + b", CHAIN),
        (r"\frac{\partial x_3}{\partial x_0} = \prod_{t=0}^{2} w \, \sigma'(x_t)", CHAIN),
        (r"\sum_{k=1}^{L} a_k = \frac{L (L + 1)}{2} w", {"a_k": "k w"}),
    ],
)
def test_symbols_that_follow_from_others(tex: str, settings: dict[str, str]) -> None:
    """A symbol, an indexed one and a function that the docstring defines have a value, and so have partial derivatives by them."""
    assert defined(tex, settings) == (40, "")
    assert "one side is" in defined(tex + " + 1", settings)[1]


@pytest.mark.parametrize(
    ("tex", "settings"),
    [("u = w", {"u": "u + w"}), ("u = w", {"u": "v"}), ("x_3 = w", {"x_{t+1}": "x_t"}), ("u = w", {"u": r"\frac"})],
)
def test_definitions_without_end(tex: str, settings: dict[str, str]) -> None:
    """What is defined by itself, or by nothing, has no value."""
    assert defined(tex, settings) == (0, "")


def test_entries_of_arrays() -> None:
    """An index picks an entry, counted from one, and the letter of an array's size is worth its length."""
    arrays = {"f": r"\mathbb{R}^L"}
    assert defined(r"\sum_{k=1}^{L} f_k^2 = \lVert f \rVert^2", {}, **arrays) == (40, "")
    assert defined(r"\sum_{k=0}^{L} f_k^2 = \lVert f \rVert^2", {}, **arrays) == (0, "")


def test_limits() -> None:
    """A limit is taken by going far, to a tolerance of its own."""
    assert defined(r"\lim_{n \to \infty} (1 + \frac{w}{n})^{n} = e^{w}", {}) == (40, "")
    assert "one side is" in defined(r"\lim_{n \to \infty} (1 + \frac{w}{n})^{n} = e^{2w}", {})[1]


def test_strict_relations() -> None:
    """Sides that are equal at every input are not one below the other; sides that meet at times are not told."""
    assert step(r"w \cdot w < w^2")[1] == "at 40 random inputs the two sides of < are equal"
    assert step(r"0 < \lvert w \rvert") == (40, "")


def test_pairs() -> None:
    """How many pairs are compared is told, so that one that no longer has a value shows."""
    tex = r"w \cdot w = w^2 = \frac{w^3}{w}"
    assert compare(tex, "", None, {}, REALS).pairs == 2
    assert compare(tex.replace("w^3", "v^3"), "", None, {}, REALS).pairs == 1


def test_vectors() -> None:
    """Norms, dot and matrix products of drawn arrays."""
    arrays = {"g": r"\mathbb{R}^n", "A": r"\mathbb{R}^{m \times n}", "c": r"(0, \infty)"}
    assert step(r"\lVert c g \rVert = c \lVert g \rVert", **arrays) == (40, "")
    assert step(r"g \cdot g = \lVert g \rVert^2", **arrays) == (40, "")
    assert step(r"\lVert A g \rVert = \lVert g \rVert", **arrays)[1] != ""


@pytest.mark.parametrize(
    ("domain", "shape", "low", "high"),
    [
        (r"\mathbb{R}", (), -2, 2),
        (r"[-1, 3]", (), -1, 3),
        (r"(0, \infty)", (), 0, 3),
        (r"(-\infty, 0)", (), -3, 0),
        (r"[2, \infty)", (), 2, 5),
        (r"(0, 1/2]", (), 0, 0.5),
        (r"\mathbb{R}^{3}", (3,), -100, 100),
        (r"\mathbb{R}^{2 \times 3}", (2, 3), -100, 100),
    ],
)
def test_sets(domain: str, shape: tuple[int, ...], low: float, high: float) -> None:
    """A symbol is drawn from its set."""
    rng = np.random.default_rng(0)
    for _ in range(100):
        value = np.asarray(draw({"x": domain}, rng)["x"])
        assert value.shape == shape
        assert (low <= value).all() and (value <= high).all()


@pytest.mark.parametrize(
    ("domain", "low", "high"),
    [(r"\{0, 1, \dots\}", 0, 12), (r"\{3, \dots, 5\}", 3, 5), (r"\{-2, \dots, 2\}", -2, 2), (r"\mathbb{N}", 1, 13)],
)
def test_integers(domain: str, low: int, high: int) -> None:
    """Whole numbers are drawn as such, ends included."""
    rng = np.random.default_rng(0)
    values = {draw({"n": domain}, rng)["n"] for _ in range(500)}
    assert values == set(range(low, high + 1))
    assert all(isinstance(value, int) for value in values)


def test_letters_share_a_size() -> None:
    """Arrays that share a letter fit together."""
    rng = np.random.default_rng(0)
    for _ in range(20):
        symbols = draw({"W": r"\mathbb{R}^{d \times n}", "x": r"\mathbb{R}^n"}, rng)
        assert symbols["W"].shape[1] == symbols["x"].shape[0]


def test_unknown_sets() -> None:
    """A set that the guide does not list is refused."""
    with pytest.raises(Unreadable):
        draw({"x": r"\mathbb{Q}"}, np.random.default_rng(0))


def test_functions(tmp_path: Path) -> None:
    """A function's value is compared with the equation; another exponent is caught."""
    package = make(tmp_path).root / "src/toys"
    arguments, domains = {"w": "w", "depth": "L"}, {"w": r"\mathbb{R}", "L": r"\{0, 1, \dots\}"}
    assert compare("w^{L}", "power.power", package, arguments, domains).inputs == 40
    assert compare(r"p \propto w^{L}", "power.power", package, arguments, domains).inputs == 40
    assert "power.power returns" in compare("w^{L+1}", "power.power", package, arguments, domains).mismatch
    assert compare("w^{L}", "power.power", package, {}, domains).inputs == 0


@pytest.mark.parametrize(("answer", "kind"), [("w, [w, w]", "tuple"), ("{w: depth}", "dict")])
def test_a_function_has_to_return_numbers(tmp_path: Path, answer: str, kind: str) -> None:
    """What a function returns that is no number, vector or matrix is named."""
    package = tmp_path / f"{kind}s"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "power.py").write_text(f"def power(w, depth):\n    return {answer}\n")
    arguments, domains = {"w": "w", "depth": "L"}, {"w": r"\mathbb{R}", "L": r"\{0, 1, \dots\}"}
    told = compare("w^{L}", "power.power", package, arguments, domains).mismatch
    assert told == f"power.power returns a {kind}, and the TeX is a number, a vector or a matrix"


@pytest.mark.parametrize("answer", ["float('nan')", "float('inf')", "w ** depth if depth % 2 else float('nan')"])
def test_a_function_that_has_no_value_where_its_equation_has_one(tmp_path: Path, answer: str) -> None:
    """What is no number is not equal to one, at no input."""
    package = tmp_path / f"none{abs(hash(answer))}"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "power.py").write_text(f"def power(w, depth):\n    return {answer}\n")
    arguments, domains = {"w": "w", "depth": "L"}, {"w": r"\mathbb{R}", "L": r"\{0, 1, \dots\}"}
    assert "power.power returns" in compare("w^{L}", "power.power", package, arguments, domains).mismatch


def test_a_function_that_returns_a_tuple(tmp_path: Path) -> None:
    """Its entries are held against the symbols that the statements define, in order."""
    package = tmp_path / "pairs"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "power.py").write_text("def two(w):\n    return 2 * w, 4 * w * w\n")
    arguments, domains = {"w": "w"}, {"w": r"\mathbb{R}"}
    assert (
        compare(r"a = 2 w, \quad b = 4 w^2", "power.two", package, arguments, domains, {"a": "2 w", "b": "a^2"}).pairs
        == 4
    )
    assert (
        "power.two returns" in compare(r"a = 3 w, \quad b = 4 w^2", "power.two", package, arguments, domains).mismatch
    )
    assert (
        "power.two returns" in compare(r"a = 2 w, \quad b = 2 w^2", "power.two", package, arguments, domains).mismatch
    )


def test_what_is_left() -> None:
    """An equation says which of its symbols has no value, which of its sets cannot be drawn from, and how rarely both sides have one."""
    left = compare(r"w = w, \quad u + 1 = w", domains=REALS)
    assert (left.pairs, left.relations, left.left, left.broken) == (1, 2, "u has no value", False)
    unknown = compare("w = w", domains={"w": r"\mathbb{Q}"})
    assert (unknown.pairs, unknown.left, unknown.broken) == (0, r"\mathbb{Q} is no set that w can be drawn from", True)
    rare = compare(r"\ln w = \ln w", domains={"w": "(-9, 0.001)"})
    assert (rare.pairs, rare.broken) == (0, True) and "0 of 40" in rare.left


def test_a_symbol_that_is_an_expression() -> None:
    """It stands wherever its tokens do, braces around a single one apart; its letter alone is another symbol."""
    variance = {r"\sigma_w^2": "(0, 9)"}
    assert step(r"2 \sigma_w^{2} - \sigma_{w}^2 = \sigma_w^2", **variance) == (40, "")
    assert step(r"2 \sigma_w^2 = \sigma_w^2", **variance)[1].startswith(r"at \sigma_w^2 = ")
    assert step(r"\sigma_w^4 = \sigma_w^2", **variance) == (0, "")


LAYERS = {"L": r"\{2, \dots, 5\}", r"W_1, \dots, W_L": r"\mathbb{R}^{n \times n}", "z_0": r"\mathbb{R}^n"}
FORWARD = {"z_k": r"\sin(W_k z_{k-1})", r"\mathcal{L}": r"\tfrac12 \lVert z_L \rVert^2"}
FLAT = {"A": r"\mathbb{R}^{n \times n}", "B": r"\mathbb{R}^{n \times n}", "u": r"\mathbb{R}^n", "v": r"\mathbb{R}^n"}


@pytest.mark.parametrize(
    ("true", "false"),
    [
        (r"A^{\mathsf T} u = (u^\top A)^\top", r"A^{\mathsf T} u = A u"),
        (r"u v^{\mathsf T} v = \lVert v \rVert^2 u", r"u v^{\mathsf T} = v u^{\mathsf T}"),
        (r"(A B)^\top = B^\top A^\top", r"(A B)^\top = A^\top B^\top"),
        (r"(I + A) v = v + A v", r"(I + A) v = I + A v"),
        (r"(1 - A) v = v - A v", r"(1 - A) v = v + A v"),
        (r"A^{3} = A A A", r"A^{3} = A A"),
        (r"\lVert A B \rVert_2 \le \lVert A \rVert_2 \lVert B \rVert_2", r"\lVert A \rVert_F \le \lVert A \rVert_2"),
        (r"\lVert A \rVert_F^2 = \langle A, A \rangle", r"\lVert A \rVert_2^2 = \langle A, A \rangle"),
        (r"\operatorname{diag}(u) v = u \odot v", r"\operatorname{diag}(u) v = u \cdot v"),
        (r"u \cdot v = u^\top v", r"u \cdot v = u v^\top"),
        (r"\rho(A^2) = \rho(A)^2", r"\rho(2 A) = \rho(A)"),
        (r"\rho(A) \le \lVert A \rVert_2", r"\rho(A) = \lVert A \rVert_2"),
        (r"\lVert \exp u \rVert^2 = \sum_{i=1}^{n} e^{2 u_i}", r"\lVert \exp u \rVert^2 = \sum_{i=1}^{n} e^{u_i}"),
        (r"\begin{pmatrix} 1 & 2 \\ 0 & 1 \end{pmatrix}^2 = \begin{bmatrix} 1 & 4 \\ 0 & 1 \end{bmatrix}", r"\begin{pmatrix} 1 & 2 \end{pmatrix} = \begin{pmatrix} 1 \\ 2 \end{pmatrix}"),
        (r"\frac{\partial}{\partial u} (A u) = A", r"\frac{\partial}{\partial u} (A u) = A^\top"),
        (r"\frac{\partial}{\partial u} (u \cdot v) = v^\top", r"\frac{\partial}{\partial u} (u \cdot v) = v"),
        (r"\frac{\partial}{\partial A} (u^\top A v) = u v^\top", r"\frac{\partial}{\partial A} (u^\top A v) = v u^\top"),
    ],
)  # fmt: skip
def test_matrices(true: str, false: str) -> None:
    """Rows and columns are told apart, norms named, and derivatives stand in numerator layout."""
    assert step(true, **FLAT) == (40, "")
    assert "one side is" in step(false, **FLAT)[1]


@pytest.mark.parametrize(
    ("true", "false"),
    [
        (r"\lVert W_L \cdots W_1 \rVert_2 \le \lVert W_L \rVert_2 \cdots \lVert W_1 \rVert_2", r"W_L \cdots W_1 = W_1 \cdots W_L"),
        (r"W_L W_{L-1} \cdots W_1 = \prod_{k=1}^{L} W_k", r"W_L W_{L-1} \cdots W_2 = \prod_{k=1}^{L} W_k"),
        (r"W_L W_{L-1} \cdots W_{L+1} = I", r"W_L W_{L-1} \cdots W_{L+1} = 0"),
        (r"\lVert W_1 \rVert_F^2 + \dots + \lVert W_L \rVert_F^2 = \sum_{k=1}^{L} \lVert W_k \rVert_F^2", r"\lVert W_1 \rVert_F + \dots + \lVert W_L \rVert_F = 0"),
        (
            r"\frac{\partial z_L}{\partial z_0} = \frac{\partial z_L}{\partial z_{L-1}} \cdot \frac{\partial z_{L-1}}{\partial z_{L-2}} \cdots \frac{\partial z_1}{\partial z_0}",
            r"\frac{\partial z_L}{\partial z_0} = \frac{\partial z_1}{\partial z_0} \cdots \frac{\partial z_L}{\partial z_{L-1}}",
        ),
        (
            r"\frac{\partial \mathcal{L}}{\partial W_1} = \left( \left( \frac{\partial \mathcal{L}}{\partial z_1} \right)^\top \odot \cos(W_1 z_0) \right) z_0^\top",
            r"\partial \mathcal{L} / \partial W_1 = \left( \frac{\partial \mathcal{L}}{\partial z_1} \right)^\top z_0^\top",
        ),
        (r"\frac{\partial \mathcal{L}}{\partial z_L} = z_L^\top, \quad J_k = \frac{\partial z_k}{\partial z_{k-1}}, \quad J_2 = \operatorname{diag}(\cos(W_2 z_1)) W_2", r"J_k = \frac{\partial z_k}{\partial z_{k-1}}, \quad J_2 = W_2"),
    ],
)  # fmt: skip
def test_layers(true: str, false: str) -> None:
    """An ellipsis goes on as the indices around it do, a family has a member for each index, and Jacobians multiply in their order."""
    assert defined(true, FORWARD, **LAYERS) == (40, "")
    assert "one side is" in defined(false, FORWARD, **LAYERS)[1]


@pytest.mark.parametrize(
    ("true", "false", "settings"),
    [
        (r"\lvert w \rvert = \begin{cases} w & w \ge 0 \\ -w & w < 0 \end{cases}", r"\lvert w \rvert = \begin{cases} w & w < 0 \\ -w & w \ge 0 \end{cases}", {}),
        (r"\lvert w \rvert = \begin{cases} w & w > 0 \\ -w & \text{else} \end{cases}", r"w = \begin{cases} w & w > 0 \\ -w & \text{else} \end{cases}", {}),
        (r"f'(w) = \begin{cases} 1 & w > 0 \\ 0 & w \le 0 \end{cases}", r"f'(w) = \begin{cases} 0 & w > 0 \\ 1 & w \le 0 \end{cases}", {"f(x)": r"\max(x, 0)"}),
        (r"\operatorname{soft}(w) = \ln(1 + e^w)", r"\operatorname{soft}(w) = \ln(1 - e^w)", {r"\operatorname{soft}(x)": r"\ln(1 + \exp x)"}),
        (r"g'(w) = 2 w", r"g'(w) = w", {"g(x)": "x^2"}),
        (r"g'(w) = 3 w", r"g'(w) = 2 w", {"g(x)": "x^2", "g'(x)": "3 x"}),
        (r"\hat y - y^{*} = w", r"\hat{y} - y = w", {r"\hat{y}": "2 w", "y^*": "w", "y": "3 w"}),
        (r"a = 2 w, \quad b = a + 1, \quad a + b = 4 w + 1", r"a = 2 w, \quad b = a + 1, \quad a + b = 4 w", {}),
    ],
)  # fmt: skip
def test_cases_functions_and_names(true: str, false: str, settings: dict[str, str]) -> None:
    """A case holds under its condition, a function has slopes, accents and stars make names, and an equation defines what it begins with."""
    assert defined(true, settings) == (40, "")
    assert "one side is" in defined(false, settings)[1]


@pytest.mark.parametrize(
    ("tex", "left"),
    [
        (r"w \cdots w = w^L", "nothing says how an ellipsis goes on"),
        (r"w_1 + u_2 + \dots + v_L = 0", "nothing says how an ellipsis goes on"),
        (r"\begin{pmatrix} 1 & 2 \\ 3 \end{pmatrix} = w", "the rows of a matrix have one length"),
        (r"\lVert w \rVert_1 = w", "only the Euclidean, the spectral and the Frobenius norm have a value here"),
        (r"a = 2 w", "nothing else says what it defines"),
        (r"w \leftarrow 2 w", "it has no relation that can be compared"),
        (r"\frac{\partial w}{\partial L^2} = 0", "a derivative is by a symbol"),
    ],
)
def test_what_has_no_value_says_why(tex: str, left: str) -> None:
    """What is outside of the grammar is named, and compared at no input."""
    assert (compare(tex, domains=REALS).pairs, compare(tex, domains=REALS).left) == (0, left)


def test_an_ellipsis_that_does_not_go_on_evenly() -> None:
    """Indices that jump have no value, which is an error where both sides would have one."""
    uneven = compare(r"W_1 W_2 W_5 \cdots W_L = I", domains=LAYERS)
    assert uneven.broken and "do not go on evenly" in uneven.left


def test_a_family_as_an_argument(tmp_path: Path) -> None:
    """A function takes the members as a list, in their order."""
    package = tmp_path / "families"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "chain.py").write_text(
        "import functools\n\ndef product(ws):\n    return functools.reduce(lambda whole, w: w @ whole, ws)\n"
    )
    family = r"J_1, \dots, J_L"
    domains = {"L": r"\{1, \dots, 6\}", family: r"\mathbb{R}^{n \times n}"}
    assert compare(r"J_L \cdots J_1", "chain.product", package, {"ws": family}, domains).inputs == 40
    assert (
        "chain.product returns"
        in compare(r"J_1 \cdots J_L", "chain.product", package, {"ws": family}, domains).mismatch
    )
