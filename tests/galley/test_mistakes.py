"""The mistakes that an author can make, each with all that the press says of it: where, what is wrong, what would be right."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from galley import build as press
from galley.maths import expressions
from galley.project import load
from tests.galley.book import Book, make

PAGE, FIGURES, LIBRARY, TESTS = "docs/power.md", "figures/power.py", "src/toys/power.py", "tests/test_power.py"
SETTINGS, RECORD = "mkdocs.yml", "tests/recorded/power.json"
Edit = tuple[str, str, str | bytes | None]  # a file, what it says, what is put there; a file to write or to delete


@dataclass(frozen=True)
class Mistake:
    """What an author does to the small book, whose values are recorded, and what the press says."""

    name: str
    edits: Sequence[Edit]
    told: Sequence[str]


def said(text: str) -> list[Edit]:
    """Let a paragraph of the page begin with `text`."""
    return [(PAGE, "It was known", f"{text} It was known")]


def bound(expression: str) -> list[Edit]:
    """Bind the 0.35 of the caption to an expression."""
    return [(PAGE, "power.power(0.9, 10) -->", f"{expression} -->")]


def draggable(control: str, drawing: str, saying: str) -> list[Edit]:
    """Let the figure have a control, and draw and say something more."""
    return [
        (FIGURES, "from toys import power", "from galley.figure import readout, slider\nfrom toys import power"),
        (FIGURES, "depth=10):", f"depth=10, w={control}):"),
        (FIGURES, 'label="power")\n', f'label="power")\n    {drawing}\n    {saying}\n'),
    ]


MISTAKES = [
    # Numbers and their bindings
    Mistake(
        "a result is off in its last digit",
        [(PAGE, "words 0.0052<!--", "words 0.0053<!--")],
        ["docs/power.md:9:62: 0.0053 is printed, but power.power(0.9, 50) = 0.00515377520732012; print 0.0052"],
    ),
    Mistake(
        "a percentage is wrong",
        said("So 5.2 %<!-- = power.power(0.9, 10) / 7 -->."),
        ["docs/power.md:16:4: 5.2 % is printed, but power.power(0.9, 10) / 7 = 0.049811205728571444; print 5.0 %"],
    ),
    Mistake(
        "a power of ten is wrong",
        said("So 5.2 × 10⁻⁴⁶<!-- = power.power(0.9, 992) -->."),
        [
            "docs/power.md:16:4: 5.2 × 10⁻⁴⁶ is printed, but power.power(0.9, 992) = 4.0604050926961295e-46; print 4.1 × 10⁻⁴⁶"
        ],
    ),
    Mistake(
        "a fraction is wrong",
        said("So 1/3<!-- = power.power(0.9, 10) -->."),
        ["docs/power.md:16:4: 1/3 is printed, but power.power(0.9, 10) = 0.3486784401000001; print 0.349"],
    ),
    Mistake(
        "a formula ends in a wrong numeral",
        said("So $f(w) = 0.36$<!-- = power.power(0.9, 10) -->."),
        ["docs/power.md:16:4: $f(w) = 0.36$ is printed, but power.power(0.9, 10) = 0.3486784401000001; print 0.35"],
    ),
    Mistake(
        "a result is bound to nothing",
        [(PAGE, "<!-- = power.power(0.9, 10) -->", "")],
        [
            "docs/power.md:21:25: 0.35 is not checked; bind it with <!-- = … --> right behind it, or use it as an argument of a check in this section"
        ],
    ),
    Mistake(
        "a result in prose is bound to nothing",
        said("Up to 0.7."),
        [
            "docs/power.md:16:7: 0.7 is not checked; bind it with <!-- = … --> right behind it, or use it as an argument of a check in this section"
        ],
    ),
    Mistake(
        "a result in an alt text is bound to nothing",
        [(PAGE, "![A power falls", "![A power falls by 0.7")],
        [
            "docs/power.md:18:20: 0.7 is not checked; bind it with <!-- = … --> right behind it, or use it as an argument of a check in this section"
        ],
    ),
    Mistake(
        "a result in a heading is bound to nothing",
        [(PAGE, "It was known", "### Up to 0.7\n\nIt was known")],
        [
            "docs/power.md:16:11: 0.7 is not checked; bind it with <!-- = … --> right behind it, or use it as an argument of a check in this section"
        ],
    ),
    Mistake(
        "a result in a table is bound to nothing",
        [(PAGE, "It was known", "| gain |\n|------|\n| 0.7 |\n\nIt was known")],
        [
            "docs/power.md:18:3: 0.7 is not checked; bind it with <!-- = … --> right behind it, or use it as an argument of a check in this section"
        ],
    ),
    Mistake(
        "a result in a footnote is bound to nothing",
        [(PAGE, "![A power", "So it is.[^1]\n\n[^1]: It is 0.7.\n\n![A power")],
        [
            "docs/power.md:20:13: 0.7 is not checked; bind it with <!-- = … --> right behind it, or use it as an argument of a check in this section"
        ],
    ),
    Mistake(
        "a result stands in the front matter",
        [(PAGE, "title: Powers", "title: Powers of 0.7")],
        ["docs/power.md:2:18: 0.7 is not checked; keep results out of the front matter, where no comment can stand"],
    ),
    Mistake(
        "a power in superscripts is bound to nothing",
        said("So 0.9⁵⁰ = 0.0052."),
        [
            "docs/power.md:16:4: 0.9⁵⁰ is not checked; bind it with <!-- = … --> right behind it, or use it as an argument of a check in this section"
        ],
    ),
    Mistake(
        "a comment stands before its numeral",
        [
            (PAGE, "0.35<!-- = power.power(0.9, 10) -->", "<!-- = power.power(0.9, 10) -->0.35"),
            (PAGE, "A power of 0.9", "A power"),
        ],
        [
            "docs/power.md:21:18: no numeral stands before this comment on its line; put the comment right behind the numeral that it checks",
            "docs/power.md:21:49: 0.35 is not checked; bind it with <!-- = … --> right behind it, or use it as an argument of a check in this section",
        ],
    ),
    Mistake(
        "no numeral stands before a comment",
        [(PAGE, "It was known", "<!-- = power.power(1, 1) -->It was known")],
        [
            "docs/power.md:16:1: no numeral stands before this comment on its line; put the comment right behind the numeral that it checks"
        ],
    ),
    Mistake(
        "two comments stand behind one numeral",
        bound("power.power(0.9, 10) --><!-- = power.power(0.9, 10)"),
        [
            "docs/power.md:21:60: the numeral before this comment is bound already; put each comment right behind its own numeral, or join a second claim with holds:"
        ],
    ),
    Mistake(
        "a binding only repeats its number",
        said("So 0.7<!-- = 0.7 --> and $x = -0.25$<!-- = [1, -0.25][1] -->."),
        [
            "docs/power.md:16:14: the binding only repeats its number; compute it, or name its source: <!-- cited: … -->",
            "docs/power.md:16:44: the binding only repeats its number; compute it, or name its source: <!-- cited: … -->",
        ],
    ),
    Mistake(
        "a number is quoted from nowhere",
        said("So 0.7<!-- cited: -->."),
        ["docs/power.md:16:7: the comment names no source; write it as in cited: He et al. 2015, table 3"],
    ),
    Mistake(
        "a comment stands behind a formula without result",
        said("So $w^2$<!-- = power.power(1, 1) -->."),
        [
            "docs/power.md:16:9: the formula $w^2$ does not end in a numeral; put the comment behind a formula whose last part is one"
        ],
    ),
    Mistake(
        "a comment is not closed",
        said("<!-- = power.power(0.9, 3)"),
        ["docs/power.md:16:1: a comment is not closed; end it with -->"],
    ),
    Mistake(
        "a comment begins with nearly the right word",
        said("<!-- hold: 1 < 2 -->"),
        [
            "docs/power.md:16:1: the comment begins with 'hold:', which binds nothing; begin it with = or holds: or eq: or cited:, or with note: for a remark"
        ],
    ),
    Mistake(
        "a comment is a remark without note:",
        said("<!-- ask again -->"),
        [
            "docs/power.md:16:1: the comment begins with 'ask', which binds nothing; begin it with = or holds: or eq: or cited:, or with note: for a remark"
        ],
    ),
    # Expressions
    Mistake(
        "a function's name is nearly right",
        bound("power.powr(0.9, 10)"),
        ["docs/power.md:21:36: the function power.powr is unknown; did you mean power.power?"],
    ),
    Mistake(
        "a module's name is nearly right",
        bound("powers.power(0.9, 10)"),
        ["docs/power.md:21:36: the function powers.power is unknown; did you mean power.power?"],
    ),
    Mistake(
        "a function is called without its module",
        bound("power(0.9, 10)"),
        ["docs/power.md:21:36: the function power is unknown; did you mean power.power?"],
    ),
    Mistake(
        "there is no such function in a module",
        bound("power.volume(0.9, 10)"),
        ["docs/power.md:21:36: the function power.volume is unknown; power has power, untested, slow, greedy"],
    ),
    Mistake(
        "there is no such function at all",
        bound("volume(0.9, 10)"),
        [
            "docs/power.md:21:36: the function volume is unknown; functions are abs, all, any, arange, array, exp, isinf, isnan, len, linspace, log, log10, logspace, max, mean, median, min, norm, prod, round, sqrt, std, sum, and module.function of the library"
        ],
    ),
    Mistake(
        "there is no such name",
        bound("power.power(0.9, depth)"),
        [
            "docs/power.md:21:53: the name depth is unknown; functions are abs, all, any, arange, array, exp, isinf, isnan, len, linspace, log, log10, logspace, max, mean, median, min, norm, prod, round, sqrt, std, sum, and module.function of the library"
        ],
    ),
    Mistake(
        "an argument is missing",
        bound("power.power(0.9)"),
        [
            "docs/power.md:21:36: power.power is called wrongly: missing a required argument: 'depth'; write power.power(w, depth)"
        ],
    ),
    Mistake(
        "an argument has the wrong name",
        bound("power.power(0.9, depht=10)"),
        [
            "docs/power.md:21:36: power.power is called wrongly: missing a required argument: 'depth'; write power.power(w, depth)"
        ],
    ),
    Mistake(
        "a function is named, not called",
        bound("power.power"),
        ["docs/power.md:21:36: power.power is not called; write power.power(w, depth)"],
    ),
    Mistake(
        "a parenthesis is not closed",
        bound("power.power(0.9, 10"),
        ["docs/power.md:21:47: the expression does not parse: '(' was never closed; write it as in Python"],
    ),
    Mistake(
        "the expression is left out",
        bound(""),
        ["docs/power.md:21:37: the comment holds no expression; write one, such as module.function(…)"],
    ),
    Mistake(
        "a power is written with ^",
        bound("0.9^10"),
        ["docs/power.md:21:36: ^ is no power in the expression language; write **"],
    ),
    Mistake(
        "a product is written with ×",
        bound("0.9 × 10"),
        ["docs/power.md:21:40: '×' is no character of the expression language; write *"],
    ),
    Mistake(
        "| stands in an expression",
        bound("0.9 | 10"),
        [f"docs/power.md:21:36: 0.9 | 10 is not part of the expression language; allowed are {expressions.ALLOWED}"],
    ),
    Mistake(
        "--> stands in an expression",
        bound("len('-->')"),
        [
            "docs/power.md:21:40: the expression does not parse: unterminated string literal (detected at line 1); write it as in Python"
        ],
    ),
    Mistake(
        "an attribute is asked for",
        bound("power.power.name"),
        [
            f"docs/power.md:21:36: power.power.name is not part of the expression language; allowed are {expressions.ALLOWED}"
        ],
    ),
    Mistake(
        "a function raises ValueError",
        bound("power.power('w', 10)"),
        [
            "docs/power.md:21:36: power.power('w', 10) failed: could not convert string to float: 'w'; give it arguments that it takes"
        ],
    ),
    Mistake(
        "a function raises TypeError",
        bound("power.power(0.9, [1, 2])"),
        [
            "docs/power.md:21:36: power.power(0.9, [1, 2]) failed: TypeError: unsupported operand type(s) for ** or pow(): 'float' and 'list'; give it arguments that it takes"
        ],
    ),
    Mistake(
        "a logarithm of a negative number",
        bound("log(power.power(-0.9, 3))"),
        [
            "docs/power.md:21:36: log(power.power(-0.9, 3)) failed: RuntimeWarning: invalid value encountered in log; give it arguments that it takes"
        ],
    ),
    Mistake(
        "a function asks for too much memory",
        bound("power.greedy()"),
        ["docs/power.md:21:36: power.greedy() failed: it took more memory than it may; ask for less"],
    ),
    Mistake(
        "a numeral is bound to a list",
        bound("[power.power(0.9, 10)]"),
        [
            "docs/power.md:21:36: [power.power(0.9, 10)] is [0.3486784401000001], not one number; take one of them, as in …[0]"
        ],
    ),
    Mistake(
        "a numeral is bound to a comparison",
        bound("power.power(0.9, 10) < 1"),
        ["docs/power.md:21:36: power.power(0.9, 10) < 1 is True, not one number; bind the numeral to a number"],
    ),
    Mistake(
        "a numeral is bound to an infinite value",
        bound("power.power(inf, 10)"),
        [
            "docs/power.md:21:36: 0.35 is printed, but power.power(inf, 10) = inf; give it arguments at which it is finite, or state with holds: that it is not"
        ],
    ),
    Mistake(
        "a numeral is bound to no number",
        bound("0 * power.power(inf, 10)"),
        [
            "docs/power.md:21:36: 0.35 is printed, but 0 * power.power(inf, 10) = nan; give it arguments at which it is finite, or state with holds: that it is not"
        ],
    ),
    Mistake(
        "a statement is false",
        [(PAGE, "power.power(0.9, 3) <= 1", "power.power(1.1, 3) <= 1")],
        [
            "docs/power.md:16:52: the statement is false: power.power(1.1, 3) <= 1 is False; mend the statement or the sentence"
        ],
    ),
    Mistake(
        "a statement is no comparison",
        [(PAGE, "power.power(0.9, 3) <= 1", "power.power(0.9, 3)")],
        [
            "docs/power.md:16:52: the statement is no comparison: power.power(0.9, 3) is 0.7290000000000001; say what it is to be, as in … < 1"
        ],
    ),
    # Formulas
    Mistake(
        "the result of a relation is wrong",
        [(PAGE, r"\approx 0.005$", r"\approx 0.006$")],
        [r"docs/power.md:9:29: $w^{50} \approx 0.006$ is false: the value is 0.00515377520732011; print 0.005"],
    ),
    Mistake(
        "an input of a relation has changed",
        [(PAGE, "$w = 0.9$", "$w = 0.8$")],
        [
            r"docs/power.md:9:29: $w^{50} \approx 0.005$ is false: the value is 1.42724769270596e-5; print 1 \times 10^{-5}"
        ],
    ),
    Mistake(
        "a bound is false",
        said("So $w^2 > 0.9$."),
        [
            "docs/power.md:16:4: $w^2 > 0.9$ is false: the left side is 0.81 and the right side 0.9; print a relation that holds"
        ],
    ),
    Mistake(
        "= stands where ≈ is needed",
        said(r"So $\sqrt{2} = 1.4$."),
        [
            r"docs/power.md:16:4: $\sqrt{2} = 1.4$ is not exact: the left side is 1.4142135623731 and the right side 1.4, irrational or too long to be compared; write \approx"
        ],
    ),
    Mistake(
        "≈ stands before no numeral",
        said(r"So $w \approx w^2$."),
        [
            r"docs/power.md:16:4: $w \approx w^2$ does not say how precisely it holds; let the chain of \approx end in a numeral"
        ],
    ),
    Mistake(
        "a formula divides by zero",
        said("So $1/0 = 1$."),
        ["docs/power.md:16:4: $1/0 = 1$ has no value: it divides by zero; print an expression that has one"],
    ),
    Mistake(
        "a symbol is set and not used",
        said("So $b = 7$."),
        [
            "docs/power.md:16:4: b is set to 7, but no later check of this section uses it; bind it with <!-- = … --> if it is a result, use it in a check, or say a condition in words"
        ],
    ),
    Mistake(
        "a numeral in a formula is not checked",
        said(r"So $z \le 4$."),
        [
            r"docs/power.md:16:11: 4 in $z \le 4$ is not checked; bind it with <!-- = … --> or <!-- holds: … --> behind the formula, or use it in a check of this section"
        ],
    ),
    Mistake(
        "TeX is malformed",
        said(r"So $\frac{a}{b$."),
        [
            "docs/power.md:16:15: the formula cannot be set: Unexpected end of input in a macro argument, expected '}'; write TeX that Temml knows"
        ],
    ),
    Mistake(
        "a TeX macro does not exist",
        said(r"So $\foo$."),
        [r"docs/power.md:16:5: the formula cannot be set: Unsupported function name: \foo; write TeX that Temml knows"],
    ),
    Mistake(
        "a dollar sign stands alone",
        said("It costs 5$."),
        [
            r"docs/power.md:16:11: a dollar sign opens no formula; close the formula with another, or write \$ for the sign itself"
        ],
    ),
    Mistake(
        "a heading holds a formula",
        [(PAGE, "It was known", "### With $w$\n\nIt was known")],
        [
            "docs/power.md:16:10: a heading holds a formula; write headings in words: they are read aloud and listed as plain text"
        ],
    ),
    # Display equations
    Mistake(
        "a display equation is bound to nothing",
        [(PAGE, "<!-- eq: power.power -->", "")],
        [
            "docs/power.md:11:1: the display equation is bound to nothing; put <!-- eq: module.function --> on the line after it, or print a relation between numbers"
        ],
    ),
    Mistake(
        "a statement of a display equation is bound to nothing",
        said("$$ 1 < 2, \\quad y = w^{L+1} $$\n\n"),
        [
            "docs/power.md:16:17: the display equation is bound to nothing; put <!-- eq: module.function --> on the line after it, or print a relation between numbers"
        ],
    ),
    Mistake(
        "the first statement of a display equation is bound to nothing",
        said("$$ y = w^{L+1}, \\quad 1 < 2 $$\n\n"),
        [
            "docs/power.md:16:1: the display equation is bound to nothing; put <!-- eq: module.function --> on the line after it, or print a relation between numbers"
        ],
    ),
    Mistake(
        "a statement says nothing",
        said("So it is<!-- holds: True -->."),
        ["docs/power.md:16:21: the statement computes nothing; say what it is to be, as in … < 1"],
    ),
    Mistake(
        "code that cannot be read stands behind a number that stands there twice",
        [
            *said("So 4<!-- = power.power(2, 2) -->, which $y = 4$ says."),
            (LIBRARY, "def slow() -> float:", "def slow( -> float:"),
        ],
        [
            "src/toys/power.py:21:11: the module cannot be read: invalid syntax; mend this first: what needs the module waits for it"
        ],
    ),
    Mistake(
        "an equation is bound without naming a function",
        [(PAGE, "eq: power.power", "eq:")],
        [
            "docs/power.md:14:10: the comment names no function; name one as module.function, or the test of a step as tests.module.test_…"
        ],
    ),
    Mistake(
        "an equation is bound to a function whose name is nearly right",
        [(PAGE, "eq: power.power", "eq: power.powr")],
        ["docs/power.md:14:10: the function power.powr does not exist; did you mean power.power?"],
    ),
    Mistake(
        "an equation is bound to a test whose name is nearly right",
        [(PAGE, "eq: power.power", "eq: tests.power.test_stp")],
        ["docs/power.md:14:10: the function tests.power.test_stp does not exist; did you mean tests.power.test_step?"],
    ),
    Mistake(
        "an equation is bound to a call",
        [(PAGE, "eq: power.power", "eq: power.power(0.9, 10)")],
        ["docs/power.md:14:10: the function power.power(0.9, 10) does not exist; did you mean power.power?"],
    ),
    Mistake(
        "an equation is bound to what is not there",
        [(PAGE, "eq: power.power", "eq: volume.sphere")],
        [
            "docs/power.md:14:10: the function volume.sphere does not exist; name one as module.function, or the test of a step as tests.module.test_…"
        ],
    ),
    Mistake(
        "an equation is bound to a helper of the tests",
        [
            (PAGE, "$$\nw^{L}\n$$\n<!-- eq: power.power -->", "$$\nw\n$$\n<!-- eq: tests.power.helper -->"),
            (TESTS, "def test_step", 'def helper():\n    r"""$$ w $$"""\n\n\ndef test_step'),
        ],
        ["docs/power.md:14:10: tests.power.helper is no test; bind a step to a function test_… that verifies it"],
    ),
    Mistake(
        "an equation is bound to a test that fails",
        [
            (
                PAGE,
                "$$\nw^{L}\n$$\n<!-- eq: power.power -->",
                "$$\nw \\cdot w = w^2\n$$\n<!-- eq: tests.power.test_step -->",
            ),
            (TESTS, "assert 3 * 3 == 3**2", "assert 3 * 3 == 3**3"),
        ],
        [
            "docs/power.md:11:1: the test tests.power.test_step fails: test_power.py:11: assert (3 * 3) == (3 ** 3); mend the equation, or the test"
        ],
    ),
    Mistake(
        "an equation has a value at hardly any input",
        [
            (
                PAGE,
                "$$\nw^{L}\n$$\n<!-- eq: power.power -->",
                "$$\n\\ln w \\le w\n$$\n<!-- eq: tests.power.test_step -->",
            ),
            (TESTS, "\\mathbb{R}$: $$ w \\cdot w = w^2 $$", "(-9, 0.001)$: $$ \\ln w \\le w $$"),
        ],
        [
            "docs/power.md:11:1: the equation is not compared: at 0 of 40 random inputs alone it has a value: invalid value encountered in log; declare other sets in the docstring of tests.power.test_step"
        ],
    ),
    Mistake(
        "a symbol is of a set that cannot be drawn from",
        [(LIBRARY, "w: $w \\in \\mathbb{R}$", "w: $w \\in \\mathbb{Q}$")],
        [
            r"docs/power.md:11:1: the equation is not compared: \mathbb{Q} is no set that w can be drawn from; declare other sets in the docstring of power.power"
        ],
    ),
    Mistake(
        "an equation is bound to a function that no test calls",
        [(PAGE, "$$\nw^{L}\n$$\n<!-- eq: power.power -->", "$$\n2 w\n$$\n<!-- eq: power.untested -->")],
        [
            "docs/power.md:14:10: no test in tests/test_power.py calls power.untested and asserts something; add one that holds it against an independent value"
        ],
    ),
    Mistake(
        "the only test of a function asserts nothing",
        [(TESTS, "assert power.power(2, 3) == 8", "power.power(2, 3)")],
        [
            "docs/power.md:14:10: no test in tests/test_power.py calls power.power and asserts something; add one that holds it against an independent value"
        ],
    ),
    Mistake(
        "an equation is not that of the docstring",
        [(PAGE, "w^{L}\n$$", "w^{L-1}\n$$")],
        [
            "docs/power.md:11:1: the equation is not the one in the docstring of power.power; the docstring (src/toys/power.py:1) carries w^{L}"
        ],
    ),
    Mistake(
        "an equation is false in both places",
        [(PAGE, "w^{L}\n$$", "w^{L-1}\n$$"), (LIBRARY, "$$ w^{L} $$", "$$ w^{L-1} $$")],
        [
            "docs/power.md:11:1: the equation is false: at w = -0.704137, L = 5 the TeX is 0.245826 and power.power returns -0.173095; mend the TeX here and in the docstring, or the function"
        ],
    ),
    Mistake(
        "a step of a derivation is false",
        [
            (
                PAGE,
                "$$\nw^{L}\n$$\n<!-- eq: power.power -->",
                "$$\nw \\cdot w = w^3\n$$\n<!-- eq: tests.power.test_step -->",
            ),
            (TESTS, "w^2 $$", "w^3 $$"),
        ],
        [
            "docs/power.md:11:1: the equation is false: at w = -0.704137 one side is 0.495809 and the other -0.349117; mend the TeX here and in the docstring, or the function"
        ],
    ),
    Mistake(
        "an equation's comment stands behind a formula in the text",
        said("So $w^2$<!-- eq: power.power -->."),
        [
            "docs/power.md:16:9: no display equation stands right before this comment; put it on the line after the closing $$"
        ],
    ),
    # Figures on a page
    Mistake(
        "an image has no alt text",
        [(PAGE, "![A power falls.]", "![]")],
        [
            "docs/power.md:18:1: the image has no alt text; say between the brackets what a reader would conclude from it"
        ],
    ),
    Mistake(
        "a figure has no caption",
        [(PAGE, "/// caption\nA power of 0.9 falls to 0.35<!-- = power.power(0.9, 10) -->.\n///\n", "")],
        ["docs/power.md:18:1: the figure has no caption; put a block /// caption … /// after it"],
    ),
    Mistake(
        "a caption is empty",
        [
            (
                PAGE,
                "/// caption\nA power of 0.9 falls to 0.35<!-- = power.power(0.9, 10) -->.\n///\n",
                "/// caption\n///\n",
            )
        ],
        ["docs/power.md:18:1: the caption of the figure is empty; say in it what the figure shows"],
    ),
    Mistake(
        "a caption is not closed",
        [
            (
                PAGE,
                "/// caption\nA power of 0.9 falls to 0.35<!-- = power.power(0.9, 10) -->.\n///\n",
                "/// caption\nA power of 0.9 falls to 0.35<!-- = power.power(0.9, 10) -->.\n",
            )
        ],
        ["docs/power.md:18:1: the caption of the figure is not closed; end it with ///"],
    ),
    Mistake(
        "a figure's name is nearly right",
        [(PAGE, "power/fall.svg", "power/fal.svg")],
        ["docs/power.md:18:1: there is no figure power.fal; did you mean power.fall?"],
    ),
    Mistake(
        "there is no such figure",
        [(PAGE, "power/fall.svg", "volume/sphere.svg")],
        ["docs/power.md:18:1: there is no figure volume.sphere; write a function sphere in figures/volume.py"],
    ),
    Mistake(
        "a figure is asked for as a bitmap",
        [(PAGE, "power/fall.svg", "power/fall.png")],
        [
            "docs/power.md:18:1: the link leads to figures/power/fall.png, which is not there; did you mean figures/power/fall.svg?"
        ],
    ),
    Mistake(
        "a figure is shown twice on a page",
        [
            (
                PAGE,
                "![A power falls.]",
                "![A power falls.](figures/power/fall.svg)\n\n/// caption\nHere.\n///\n\n![A power falls.]",
            )
        ],
        ["docs/power.md:24:1: the figure power.fall stands on this page already; show it once and refer to it"],
    ),
    # Figure functions
    Mistake(
        "a figure raises an error",
        [(FIGURES, "    axes = figure", "    1 / 0\n    axes = figure")],
        [
            "figures/power.py:8:5: the figure fall cannot be drawn: ZeroDivisionError: division by zero; mend the function"
        ],
    ),
    Mistake(
        "a figure returns something",
        [(FIGURES, "axes = figure", "return 3\n    axes = figure")],
        [
            "figures/power.py:6:1: the figure fall cannot be drawn: it returns something; draw on the figure that it receives, and return nothing"
        ],
    ),
    Mistake(
        "a figure changes its axes between stops",
        draggable('slider(1, 2, step=1, start=1, label="$w$")', "axes.set_xlim(0, w)", 'readout(figure, "w")'),
        [
            "figures/power.py:7:1: the figure fall cannot be drawn: at w = 2.0: the x axis goes from 0 to 2 there, and from 0 to 1 at the start; set the same at each stop"
        ],
    ),
    Mistake(
        "a figure changes its limits at another stop",
        draggable('slider(1, 2, step=1, start=1, label="$w$")', "axes.set_xlim(0, 10 * w)", 'readout(figure, "w")'),
        [
            "figures/power.py:7:1: the figure fall cannot be drawn: at w = 2.0: the x axis goes from 0 to 20 there, and from 0 to 10 at the start; set the same at each stop",
        ],
    ),
    Mistake(
        "a figure that can be dragged does not say what a stop means",
        draggable('slider(1, 2, step=1, start=1, label="$w$")', "pass", "pass"),
        [
            "figures/power.py:7:1: the figure fall cannot be drawn: it has controls but says nothing; call readout(figure, …) with what a stop means"
        ],
    ),
    Mistake(
        "a slider starts between its stops",
        draggable('slider(1, 2, step=1, start=1.5, label="$w$")', "pass", 'readout(figure, "w")'),
        [
            "figures/power.py:7:33: the module cannot be imported: ValueError: a slider starts at one of its stops, but 1.5 is none; near it is 1.0; mend this first: what needs the module waits for it"
        ],
    ),
    Mistake(
        "a figure has too many stops",
        draggable('slider(0, 400, step=1, start=1, label="$w$")', "pass", 'readout(figure, "w")'),
        [
            "figures/power.py:7:1: the figure fall cannot be drawn: its controls have 401 stops together, and may have 400; take wider steps"
        ],
    ),
    Mistake(
        "the label of a control cannot be set",
        draggable(r'slider(1, 2, step=1, start=1, label=r"$\foo$")', "pass", 'readout(figure, "w")'),
        [
            "docs/power.md:18:1: power.fall: what can be dragged ('w: 1 to 2, 2 stops; 1') is new; if that is meant, run make accept",
            r"figures/power.py:7:1: the formula $\foo$ beside a control of fall cannot be set: Unsupported function name: \foo; write TeX that Temml knows",
        ],
    ),
    Mistake(
        "a figure draws nothing",
        [(FIGURES, "    axes.plot", "    return\n    axes.plot")],
        [
            "figures/power.py:6:1: the figure fall cannot be drawn: it draws nothing; plot something on figure.subplots()"
        ],
    ),
    Mistake(
        "a figure draws what is no number",
        [(FIGURES, "power.power(0.9, k) for", "float('nan') for")],
        [
            "figures/power.py:6:1: the figure fall cannot be drawn: a Line2D (label “power”) has the y nan; compute a number, or mask it with numpy.ma to leave a gap"
        ],
    ),
    Mistake(
        "a figure draws zero on a logarithmic axis",
        [(FIGURES, 'label="power")', 'label="power")\n    axes.set(xscale="log")')],
        [
            "figures/power.py:6:1: the figure fall cannot be drawn: a Line2D (label “power”) has the x 0 on a logarithmic axis, where it cannot be seen; end the line before it, or mask it with numpy.ma to leave a gap"
        ],
    ),
    Mistake(
        "a figure calls the library wrongly",
        [(FIGURES, "power.power(0.9, k)", "power.power('x', k)")],
        [
            "figures/power.py:9:34: the figure fall cannot be drawn: ValueError: could not convert string to float: 'x'; mend the function"
        ],
    ),
    Mistake(
        "a figure takes an argument without default",
        [(FIGURES, "def fall(figure, *, depth=10)", "def fall(figure, depth)")],
        [
            "figures/power.py:6:1: the figure fall cannot be drawn: it cannot be called: missing a required argument: 'depth'; let it take the figure, and after a * options with their defaults"
        ],
    ),
    Mistake(
        "a colour is typed",
        [(FIGURES, '"cool"', '"#123456"')],
        ["figures/power.py:9:88: the colour #123456 is typed; name a role, so that it fits both schemes"],
    ),
    Mistake(
        "a colour's name is nearly a role",
        [(FIGURES, '"cool"', '"coool"')],
        ["figures/power.py:9:5: the figure fall cannot be drawn: the colour coool is no role; did you mean cool?"],
    ),
    Mistake(
        "a colour is no role, seen when it is drawn",
        [(FIGURES, 'color="cool"', 'color=str("coool")')],
        ["figures/power.py:9:5: the figure fall cannot be drawn: the colour coool is no role; did you mean cool?"],
    ),
    Mistake(
        "a figure is half transparent",
        [(FIGURES, 'label="power"', 'label="power", alpha=0.5')],
        [
            "figures/power.py:6:1: the figure fall cannot be drawn: a line2d is drawn with stroke-opacity 0.5; colours are roles, opaque, such as paper, ink, muted, edge, grid, cool, warm, accent, accent2"
        ],
    ),
    Mistake(
        "a figure is a bitmap",
        [(FIGURES, 'label="power")', 'label="power")\n    axes.imshow([[1, 2], [3, 4]])')],
        [
            "figures/power.py:6:1: the figure fall cannot be drawn: a bitmap is drawn; draw cells with galley.figure.cells, all else as lines and fills"
        ],
    ),
    Mistake(
        "a numeral is typed into a figure",
        [(FIGURES, 'label="power")', 'label="power")\n    axes.set_xlabel("50 layers")')],
        [
            "docs/power.md:18:1: power.fall: path fill:none;stroke:cool;stroke-width:1.6;stroke-linecap:round: some coordinate was 16.2857, 206.625, 141.6738, 390.18, 215.7143, is 15.4286, 206.625, 131.8347, 390.18, 200.5714; if that is meant, run make accept",
            "docs/power.md:18:1: power.fall: path fill:none;stroke:grid;stroke-width:0.6;stroke-linecap:round: some coordinate was 200.0001, 390.18, 108.1429, 390.18, 16.2857, is 185.9829, 390.18, 100.7057, 390.18, 15.4286; if that is meant, run make accept",
            "docs/power.md:18:1: power.fall: path fill:none;stroke:muted;stroke-width:0.6;stroke-linejoin:miter;stroke-linecap:square: some coordinate was 227.68, 23.07, 227.68, 390.18, 227.68, is 211.68, 23.07, 211.68, 390.18, 211.68; if that is meant, run make accept",
            "docs/power.md:18:1: power.fall: text fill:ink: some coordinate was 242.93, 93.742, 242.93, 167.164, 242.93, 240.586, …, is 226.93, 93.742, 226.93, 167.164, 226.93, 240.586, …; if that is meant, run make accept",
            "docs/power.md:18:1: power.fall: text text-anchor:middle;fill:ink ('50 layers') is new; if that is meant, run make accept",
            "docs/power.md:18:1: power.fall: use fill:muted;stroke:muted;stroke-width:0.6: some coordinate was 227.68, 243.336, 227.68, 390.18, 227.68, is 211.68, 243.336, 211.68, 390.18, 211.68; if that is meant, run make accept",
            'figures/power.py:10:21: the numeral 50 is typed into a string; format it from its value, as in f"{number(value)}"',
        ],
    ),
    Mistake(
        "a figure holds a character that no font has",
        [(FIGURES, 'label="power")', 'label="power")\n    axes.set_xlabel("中")')],
        [
            "figures/power.py:6:1: the figure fall cannot be drawn: the character 中 (cjk unified ideograph-4e2d) is in no font; write it by a character of its own such as ℒ or ŷ, as mathematics between $…$, or in other words"
        ],
    ),
    Mistake(
        "a figure holds malformed mathematics",
        [(FIGURES, 'label="power")', 'label="power")\n    axes.set_xlabel("$\\\\foo$")')],
        [
            r"figures/power.py:6:1: the figure fall cannot be drawn: matplotlib cannot draw it: Unknown symbol: \foo; mend the function"
        ],
    ),
    Mistake(
        "a figure computes",
        [(FIGURES, "power.power(0.9, k) for", "0.9 ** k for")],
        [
            "figures/power.py:9:34: a formula stands in a figure; a figure only draws; write a function of the library that computes it, with a test"
        ],
    ),
    Mistake(
        "a figure imports pyplot",
        [(FIGURES, "from toys import power", "import matplotlib.pyplot as plt\nfrom toys import power")],
        ["figures/power.py:3:1: pyplot is imported; draw on the Figure that the function receives"],
    ),
    Mistake(
        "a figure imports what is not there",
        [(FIGURES, "from toys import power", "from toys import poer")],
        [
            "figures/power.py:3:1: the module cannot be imported: ImportError: cannot import name 'poer' from 'toys' (src/toys/__init__.py); mend this first: what needs the module waits for it"
        ],
    ),
    Mistake(
        "a figure module is no Python",
        [(FIGURES, 'label="power")', 'label="power"')],
        [
            "figures/power.py:9:14: the module cannot be read: '(' was never closed; mend this first: what needs the module waits for it"
        ],
    ),
    # The library and its tests
    Mistake(
        "a module of the library is no Python",
        [(LIBRARY, "bytearray(64 << 30)))", "bytearray(64 << 30))")],
        [
            "src/toys/power.py:29:17: the module cannot be read: '(' was never closed; mend this first: what needs the module waits for it"
        ],
    ),
    Mistake(
        "a module that others of the library import is no Python",
        [
            ("src/toys/_checks.py", "", "limit = (1\n"),
            (LIBRARY, "def power(w", "from toys import _checks\n\n\ndef power(w"),
        ],
        [
            "src/toys/_checks.py:1:9: the module cannot be read: '(' was never closed; mend this first: what needs the module waits for it"
        ],
    ),
    Mistake(
        "a module of the library imports what is not there",
        [(LIBRARY, "def power(w", "import nump\n\n\ndef power(w")],
        [
            "src/toys/power.py:1:1: the module cannot be imported: ModuleNotFoundError: No module named 'nump'; mend this first: what needs the module waits for it"
        ],
    ),
    Mistake(
        "a module of the library fails while it is imported",
        [(LIBRARY, "def power(w", "LIMIT = 1 / 0\n\n\ndef power(w")],
        [
            "src/toys/power.py:1:9: the module cannot be imported: ZeroDivisionError: division by zero; mend this first: what needs the module waits for it"
        ],
    ),
    Mistake(
        "a test file is no Python",
        [(TESTS, "assert 3 * 3", "assert (3 * 3")],
        [
            "tests/test_power.py:11:12: the module cannot be read: '(' was never closed; mend this first: what needs the module waits for it"
        ],
    ),
    Mistake(
        "a function returns nothing",
        [(LIBRARY, "return float(w) ** depth", "return None")],
        [
            "docs/power.md:9:75: power.power(0.9, 50) is None, not one number; bind the numeral to a number",
            "docs/power.md:11:1: the equation is false: power.power returns a NoneType, and the TeX is a number, a vector or a matrix; mend the TeX here and in the docstring, or the function",
            "docs/power.md:16:52: power.power(0.9, 3) <= 1 failed: only numbers are computed with; give it arguments that it takes",
            "docs/power.md:21:36: power.power(0.9, 10) is None, not one number; bind the numeral to a number",
            "figures/power.py:6:1: the figure fall cannot be drawn: a Line2D (label “power”) has the y nan; compute a number, or mask it with numpy.ma to leave a gap",
        ],
    ),
    # Links
    Mistake(
        "a link leads to no page",
        said("See [there](pwer.md)."),
        ["docs/power.md:16:13: the link leads to pwer.md, which is not there; did you mean power.md?"],
    ),
    Mistake(
        "a link leads to no page or file",
        said("See [there](data/volumes.csv)."),
        ["docs/power.md:16:13: the link leads to data/volumes.csv, which is not there; pages are index.md, power.md"],
    ),
    Mistake(
        "a link leads to no heading of another page",
        said("See [there](index.md#strt)."),
        ["docs/power.md:16:13: index.md has no heading #strt; did you mean #start?"],
    ),
    Mistake(
        "a link leads to no heading of its page",
        said("See [there](#volume)."),
        ["docs/power.md:16:13: power.md has no heading #volume; its headings are #a-power, #powers"],
    ),
    Mistake(
        "a link is empty",
        said("See [there]()."),
        ["docs/power.md:16:13: the link leads nowhere; name a page, a #heading or an address"],
    ),
    Mistake(
        "two headings have one id",
        [(PAGE, "It was known", "### One {#same}\n\n### Two {#same}\n\nIt was known")],
        ["docs/power.md:18:1: the id same stands on this page already, in line 16; choose another"],
    ),
    Mistake(
        "a code block is not closed",
        [(PAGE, "![A power", "```\nprint(1)\n\n![A power")],
        ["docs/power.md:18:1: the code block is not closed; end it with ```"],
    ),
    Mistake(
        "a page is not saved as UTF-8",
        [(PAGE, "It was known", b"It was known to Poincar\xe9")],
        ["docs/power.md:16:24: the byte 0xe9 is no UTF-8; save the file as UTF-8"],
    ),
    # Rooms and settings
    Mistake(
        "two pages have one stem",
        [
            ("docs/more/power.md", "", "# Again\n"),
            ("docs/more_power.md", "", "# And again\n"),
            (SETTINGS, "power.md]", "power.md, more_power.md, more/power.md]"),
        ],
        [
            "docs/more/power.md:1:1: the stem more_power is taken by more_power.md; a stem names one page: rename this one",
            "docs/more_power.md:1:1: nothing is recorded of this page yet; run make accept once its checks pass",
        ],
    ),
    Mistake(
        "the nav does not name a page",
        [(SETTINGS, ", power.md]", "]")],
        [
            "mkdocs.yml:2:7: the nav does not name docs/power.md; add power.md where it belongs in the book, or to not_in_nav"
        ],
    ),
    Mistake(
        "the nav names a page that is not there",
        [(SETTINGS, "power.md]", "power.md, volume.md]")],
        ["mkdocs.yml:2:27: the nav names volume.md, which is not there; write docs/volume.md"],
    ),
    Mistake(
        "a module of the library has neither page nor tests",
        [("src/toys/volume.py", "", "")],
        [
            "src/toys/volume.py:1:1: the module volume has no page; write docs/volume.md",
            "src/toys/volume.py:1:1: the module volume has no tests; write tests/test_volume.py",
        ],
    ),
    Mistake(
        "a module of figures has no page",
        [("figures/volume.py", "", "")],
        ["figures/volume.py:1:1: the figures volume have no page; write docs/volume.md"],
    ),
    Mistake(
        "mkdocs.yml gives an option that is none",
        [(SETTINGS, "library: src/toys", "libary: src/toys")],
        ["mkdocs.yml:6:14: galley has no option libary; did you mean library?"],
    ),
    Mistake(
        "mkdocs.yml names a folder that is not there",
        [(SETTINGS, "library: src/toys", "library: src/toyz")],
        ["mkdocs.yml:6:23: there is no folder src/toyz; name one as seen from mkdocs.yml"],
    ),
    Mistake(
        "mkdocs.yml leaves the press out",
        [(SETTINGS, "  - galley: {library: src/toys, tests: tests}\n", "")],
        [
            "mkdocs.yml:5:1: galley is not among the markdown_extensions; add the entry galley: {library: src/…, tests: tests}"
        ],
    ),
    Mistake(
        "mkdocs.yml is no YAML",
        [(SETTINGS, "plugins: [search, galley]", "plugins: [search, galley")],
        ["mkdocs.yml:5:20: this is no YAML: expected ',' or ']', but got ':'; close what is open"],
    ),
    # What is recorded
    Mistake(
        "a page is not recorded yet",
        [(RECORD, None, None)],
        ["docs/power.md:1:1: nothing is recorded of this page yet; run make accept once its checks pass"],
    ),
    Mistake(
        "a year has changed",
        [(PAGE, "in 1991", "in 1992")],
        ["docs/power.md:16:17: 1992 stands where 1991 is recorded; if that is meant, run make accept"],
    ),
    Mistake(
        "the recorded value of an expression is another",
        [(RECORD, '"power.power(0.9, 10)": 0.3486784401000001', '"power.power(0.9, 10)": 0.3487')],
        [
            "docs/power.md:21:29: power.power(0.9, 10) is recorded as 0.3487 and is 0.3486784401000001 now; if that is meant, run make accept"
        ],
    ),
    Mistake(
        "a figure draws other data",
        [(FIGURES, "power.power(0.9, k)", "power.power(0.9000001, k)")],
        [
            "docs/power.md:18:1: power.fall: path fill:none;stroke:cool;stroke-width:1.6;stroke-linecap:round: the sum of all coordinates was 15987.9722, is 15987.9712; if that is meant, run make accept",
            "docs/power.md:18:1: power.fall: path fill:none;stroke:grid;stroke-width:0.6;stroke-linecap:round: the sum of all coordinates was 47349.5704, is 47349.5765; if that is meant, run make accept",
        ],
    ),
    Mistake(
        "a figure is longer than recorded",
        [(FIGURES, "depth=10", "depth=11")],
        [
            "docs/power.md:18:1: power.fall: path fill:none;stroke:cool;stroke-width:1.6;stroke-linecap:round: the count of points was 11, is 12; if that is meant, run make accept",
            "docs/power.md:18:1: power.fall: path fill:none;stroke:grid;stroke-width:0.6;stroke-linecap:round: the count was 7, is 8; if that is meant, run make accept",
            "docs/power.md:18:1: power.fall: path fill:none;stroke:muted;stroke-width:0.6;stroke-linejoin:miter;stroke-linecap:square: some coordinate was 390.18, is 395.68; if that is meant, run make accept",
            "docs/power.md:18:1: power.fall: text fill:ink: the text was nothing, is '0.3'; if that is meant, run make accept",
            "docs/power.md:18:1: power.fall: use fill:muted;stroke:muted;stroke-width:0.6: some coordinate was 243.336, 227.68, 390.18, is 226.3118, 227.68, 361.8064; if that is meant, run make accept",
        ],
    ),
    Mistake(
        "a figure has another colour",
        [(FIGURES, '"cool"', '"warm"')],
        [
            "docs/power.md:18:1: power.fall: path fill:none;stroke:cool;stroke-width:1.6;stroke-linecap:round (1) is gone; if that is meant, run make accept",
            "docs/power.md:18:1: power.fall: path fill:none;stroke:warm;stroke-width:1.6;stroke-linecap:round (1) is new; if that is meant, run make accept",
        ],
    ),
    Mistake(
        "a record is broken",
        [(RECORD, '"numerals"', '"numbers"')],
        [
            "tests/recorded/power.json:1:1: the recorded values cannot be read: it does not hold numerals, values and figures; restore the file, or delete it and run make accept"
        ],
    ),
    Mistake(
        "a record is no JSON",
        [(RECORD, '"numerals":', '"numerals"')],
        [
            "tests/recorded/power.json:1:1: the recorded values cannot be read: Expecting ':' delimiter: line 1 column 13 (char 12); restore the file, or delete it and run make accept"
        ],
    ),
    Mistake(
        "a page is gone, its record is not",
        [("tests/recorded/volume.json", "", "{}")],
        [
            "tests/recorded/volume.json:1:1: there is no page volume; run make accept, which removes what is recorded of it"
        ],
    ),
]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The small book, its values recorded; each test leaves it as it was."""
    book = make(tmp_path_factory.mktemp("book"))
    assert press.accept(load(book.root), lambda _: None) == []
    return book


def spoil(book: Book, edits: Sequence[Edit]) -> None:
    """Make the edits of a mistake."""
    for path, old, new in edits:
        file = book.root / path
        if new is None:
            file.unlink()
        elif isinstance(new, bytes):
            file.write_bytes(file.read_bytes().replace(old.encode(), new))
        elif old:
            book.edit(path, old, new)
        else:
            book.write(path, new)


def mend(book: Book, good: dict[str, bytes]) -> None:
    """Put every file back as it was."""
    for path in [path for room in ROOMS for path in (book.root / room).rglob("*") if path.is_file()]:
        if path.relative_to(book.root).as_posix() not in good and "__pycache__" not in path.parts:
            path.unlink()
    for name, content in good.items():
        if not (book.root / name).is_file() or (book.root / name).read_bytes() != content:
            (book.root / name).write_bytes(content)


ROOMS = ("docs", "figures", "src", "tests")


def contents(book: Book) -> dict[str, bytes]:
    """Return the files of the book."""
    paths = [book.root / SETTINGS, *(path for room in ROOMS for path in (book.root / room).rglob("*"))]
    return {
        path.relative_to(book.root).as_posix(): path.read_bytes()
        for path in paths
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_is_told(book: Book, mistake: Mistake) -> None:
    """A mistake is told at its place with what would be right, and nothing else is; one that is mended leaves no trace."""
    good = contents(book)
    try:
        spoil(book, mistake.edits)
        assert book.problems(compare=True) == list(mistake.told)
    finally:
        mend(book, good)


def test_mistakes_have_names_of_their_own() -> None:
    """No mistake stands in the table twice."""
    assert len({mistake.name for mistake in MISTAKES}) == len(MISTAKES) >= 55


def test_nothing_is_left_of_a_failure(book: Book) -> None:
    """After every kind of failure, each mended, the book passes and its figure is the one of a book that never failed."""
    good = contents(book)
    figures = book.check().figures
    for name in ("a figure raises an error", "a figure returns something", "a module of the library is no Python"):
        spoil(book, next(mistake.edits for mistake in MISTAKES if mistake.name == name))
        assert book.problems() != []
        mend(book, good)
        edition = book.check(compare=True)
        assert edition.findings == []
        assert edition.figures == figures


MANY = [
    ("docs/index.md", "power.md#a-power", "power.md#a-powr"),
    (PAGE, r"\approx 0.005$", r"\approx 0.006$"),
    (PAGE, "0.35<!--", "0.36<!--"),
    (FIGURES, '"cool"', '"coool"'),
    (FIGURES, "    axes.plot", "    axes.set_title('3')\n    axes.plot"),
    (SETTINGS, "power.md]", "power.md, volume.md]"),
]
TOLD = [
    "docs/index.md:3:21: power.md has no heading #a-powr; did you mean #a-power?",
    "docs/power.md:9:29: $w^{50} \\approx 0.006$ is false: the value is 0.00515377520732011; print 0.005",
    "docs/power.md:21:25: 0.36 is printed, but power.power(0.9, 10) = 0.3486784401000001; print 0.35",
    'figures/power.py:9:20: the numeral 3 is typed into a string; format it from its value, as in f"{number(value)}"',
    "mkdocs.yml:2:27: the nav names volume.md, which is not there; write docs/volume.md",
]


def test_all_problems_come_in_one_run(book: Book) -> None:
    """Mistakes of several pages and kinds are told together, in the order of their places, and the command fails."""
    good = contents(book)
    spoil(book, MANY)
    try:
        assert book.problems(compare=True) == TOLD
        check = book.run("check")
        assert (check.returncode, check.stdout, check.stderr.splitlines()) == (1, "", TOLD)
        accept = book.run("accept")
        assert (accept.returncode, accept.stdout, accept.stderr.splitlines()) == (1, "", TOLD)
    finally:
        mend(book, good)
    assert contents(book) == good


@pytest.mark.parametrize("strict", [[], ["--strict"]], ids=["lax", "strict"])
def test_mkdocs_builds_nothing_from_mistakes(book: Book, strict: list[str]) -> None:
    """The engine's own command says the same, fails, and leaves an old site as it was."""
    good = contents(book)
    book.write("site/old.html", "old")
    spoil(book, MANY[:-1])  # what the nav names wrongly is the engine's own matter when it is strict
    try:
        build = book.spawn("build", *strict, module="mkdocs")
        assert build.returncode == 1
        assert [line for line in build.stdout.splitlines() if line.startswith(("docs/", "figures/"))] == TOLD[:-1]
        assert [path.name for path in (book.root / "site").rglob("*")] == ["old.html"]
    finally:
        mend(book, good)


def test_mkdocs_ends_at_settings_that_make_no_sense(book: Book) -> None:
    """What keeps the book from being read at all is a line too, and no traceback."""
    good = contents(book)
    spoil(book, [(SETTINGS, "src/toys", "src/toyz")])
    try:
        build = book.spawn("build", module="mkdocs")
        assert build.returncode == 1
        assert "mkdocs.yml:6:23: there is no folder src/toyz; name one as seen from mkdocs.yml" in build.stdout
        assert "Traceback" not in build.stdout
    finally:
        mend(book, good)
