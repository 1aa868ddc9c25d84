r"""A page may come from a stranger: whatever stands in it ends in an error or comes out as text, soon, with nothing run.

The groups, each with the sentence that its tests state:

* REFUSED: expressions that ask for anything but the language are refused unread by Python's interpreter, and no module is imported.
* ENDLESS: expressions of the language that would grow, run or eat without bound end in an error at once, or at their limit.
* FORMULAS: relations whose values are out of reach, or false by an amount that no float shows, are told and not believed.
* SLOW: no text, however long, makes the scan or the reading of a formula take more than time in proportion to it.
* TEX: commands that would leave the formula are refused, and what looks like HTML in one comes out as text.
* COMMENTS: a binding where none can be is told, wherever a comment is opened, closed or hidden.
* LINKS: links and images lead into the book or to a page of the web, and to nothing else.
* FILES: a file's name, bytes and front matter are taken as text.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import markdown
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from galley import build as press
from galley.check.readings import formula
from galley.findings import Finding
from galley.maths import arithmetic, expressions, values
from galley.maths.evaluation import evaluate
from galley.maths.expressions import Refused, mistakes
from galley.maths.reals import Reals, Undefined
from galley.maths.sets import draw
from galley.maths.tex import chains
from galley.maths.tokens import Unreadable
from galley.page.pieces import Formula
from galley.page.scanner import MAX_FORMULA, scan
from galley.run.cache import Cache
from galley.run.library import Library
from galley.run.workers import PATIENCE, Failure, OverLimit, run
from galley.site import mathml, report
from tests.galley.book import ROOT, Book, make

SOON = 2.0  # seconds that one case may take
PAGE = "docs/power.md"
CANARY = '''\
"""A trap: whoever imports it, or calls what is not to be called, leaves a trace."""

import math
from pathlib import Path

TRACES = Path(__file__).parents[3]
(TRACES / "imported").touch()


def lure(value: float = 1.0, **options: object) -> float:
    """Return its argument."""
    return value


def _spring(*arguments: object, **options: object) -> float:
    (TRACES / "sprung").touch()
    return 1.0


class Bait:
    """Springs when it is touched."""

    __call__ = __init__ = __getattr__ = __getitem__ = _spring


bait = _spring


def markup() -> str:
    """Return what a browser would obey."""
    return '</code></td><canary onclick="run()"><script>run()</script>-->'


def recursive() -> list:
    """Return a list that holds itself."""
    endless = []
    endless.append(endless)
    return endless


def strange(kind: str) -> object:
    """Return what is no number."""
    return {"object": object(), "function": _spring, "long": "x" * 10**7, "surrogate": "\\ud800", "class": Bait}[kind]


class Foreign(Exception):
    """An error that another process cannot read."""

    def __init__(self, one: object, two: object) -> None:
        super().__init__(f"{one} and {two}")


def foreign() -> float:
    """Raise it."""
    raise Foreign(1, 2)


def leave() -> float:
    """End the process that asks."""
    raise SystemExit(0)
'''

REFUSED = {
    "attributes": [
        "().__class__", "().__class__.__bases__[0].__subclasses__()", "trap.__dict__", "trap.lure.__globals__", "trap.__builtins__",
        "trap.lure.__code__", "[].append", "'a'.join(['b'])", "(1).real", "(1.0).hex()", "trap.lure().__class__", "linspace(0, 1).dtype",
        "trap.bait", "trap.TRACES", "nan.__class__", "trap.lure().real", "power.power.__call__(1, 2)",
    ],
    "calls of what is no public function": [
        "trap._spring()", "trap.bait()", "trap.Bait()", "trap.Bait().x", "trap.math.exp(1)", "trap.math", "trap.Path('x')", "trap.TRACES.touch()",
        "_checks.finite_float('a', 1)", "toys.trap.lure()", "trap.lure()()", "trap.lure()(1)", "max()()", "(trap.lure)()()", "np.exp(1)",
        "numpy.save('x', 1)", "os.system('touch sprung')", "scalar.np.save('x', 1)", "tests.power.test_power()",
    ],
    "built-in functions": [
        "__import__('os')", "open('sprung', 'w')", "eval('1')", "exec('1')", "compile('1', 'a', 'eval')", "getattr(1, 'real')", "globals()",
        "vars()", "print(1)", "input()", "breakpoint()", "type(1)", "range(9)", "str(1)", "int('9')", "bytes(9)", "__builtins__", "help()",
        "object()", "setattr(trap, 'x', 1)", "memoryview(b'1')", "super()", "exit()",
    ],
    "statements and other syntax": [
        "import os", "from os import system", "(yield 1)", "await trap.lure()", "lambda: 1", "(lambda: trap.lure())()", "(x := 1)", "x = 1",
        "[i for i in [1]]", "{i for i in [1]}", "{i: 1 for i in [1]}", "(i for i in [1])", "max(i for i in [1])", "1 if 1 else 2", "{1: 2}", "{1}",
        "*[1]", "[*[1, 2]]", "power.power(*[1, 2])", "power.power(**{'w': 1})", "del trap", "assert 1", "...", "None", "1j", "b'x'", "1; 2", "pass",
        "@trap", "print 1", "trap.lure(value=1, value=2)", "[1][trap.lure()]", "[1][~0]", "[1][not 0]", "1 and", "",
    ],
    "operators": ["1 << 999999999", "1 >> 1", "1 | 2", "1 & 2", "1 ^ 2", "~1", "7 // 2", "7 % 2", "[1] @ [1]", "1 in [1]", "1 is 1", "1 not in [2]", "'%s' % 1"],
    "texts": [
        "f'{trap.bait}'", "f'{1!r:>{10**9}}'", "rb'x'", "'{0.__class__}'.format(1)", "u'x' 'y'.upper()", "'\\x41'", "'\\N{LATIN SMALL LETTER A}'",
        "'a' 'b' # c", "1 # trap.lure()", "1 \\\n + 1", '"""a"""[0].x', "'unclosed",
    ],
    "keywords that are not the language's": [
        "max([1, 2], key=abs)", "sum([1, 2], out=[1])", "sum([1], dtype=1)", "array([1], dtype='object')", "array('x', 'O')", "array([1], 'U999999999')",
        "linspace(0, 1, dtype='O')", "linspace(0, 1, 5, False)", "exp(1, 2)", "exp([1], out=[1])", "exp(1, where=False)", "round(1, 2, 3)",
        "isnan([1], [2])", "arange(0, 1, 1, 'O')", "arange(0, stop=1, like=1)", "norm([1], 2, 0, True)", "len()", "abs()", "median([1], overwrite_input=True)",
        "power.power(1, 2, __class__=3)", "trap.lure(self=1, **{})", "all([1], initial=0)", "log(8, 2)", "len(x=[1], y=2)",
    ],
    "look-alikes and what cannot be seen": [
        "роwer.power(1, 2)", "trap.ｌure()", "１ + 1", "max\u200b(1)", "1\u00a0+ 1", "9\u2212 1", "trap\u2024lure()", "'é'", "1\x00", "\x1b[2J1", "1\x0c+ 1", "\u202e1",
        "𝐩ower.power(1, 2)", "\ufeff1", "½", "2²",
    ],
    "size": [
        "1" * 401, "-" * 300 + "1", "not " * 90 + "1", "(" * 210 + "1" + ")" * 180, "[" * 190 + "]" * 190, "1+" * 150 + "1", "[1" + ",[1]" * 90 + "]",
        "max(" * 31 + "1" + ")" * 31, "abs(1)+" * 31 + "1", "1" + "[0]" * 60, "1" + "()" * 60, "1" * 400 + "0", "1<" * 150 + "1", "((((" * 49,
    ],
}  # fmt: skip

ENDLESS = [
    "9 ** 9 ** 9", "9 ** 9 ** 9.0", "9.0 ** 9 ** 9", "(9 ** 9) ** (9 ** 9)", "2 ** -10 ** 9", "(-9) ** 9 ** 9", "True ** 10 ** 10",
    "[9] ** (9 ** 9)", "array([9]) ** 9 ** 9", "array([9, 9]) ** array([999999999, 1])", "array([9.0]) ** 1e9", "array([10]) ** 30",
    "[9 ** 99, 9] ** [9 ** 9, 1]", "prod([9 ** 999, 9 ** 999])", "prod(linspace(9, 9, 99999))", "prod(arange(1, 99999))", "sum(arange(1, 99999) ** 4)",
    "10 ** 1200 * 10 ** 1200 * 10 ** 1200", "10 ** 1200 * 10 ** 1200", "abs(10 ** 1200) * 10 ** 1200", "10 ** 1000 ** max([2.0, 3])",
    "(10 ** 1000) ** max([2, 3])", "max([2, 3]) ** (10 ** 1000)", "exp(10 ** 1000)", "exp(1e9)", "array([1]) * 10 ** 300",
    "max([1e308]) * 10", "1 / 0", "0.0 ** -1", "(-1) ** 0.5 < 1", "linspace(0, 1, 10 ** 9)", "linspace(0, 1, num=10 ** 9)", "linspace(num=10 ** 9, start=0, stop=1)",
    "linspace(0, 1, -5)", "linspace(0, 1, nan)", "linspace(0, 1, inf)", "linspace(0, 1, -10 ** 9)", "linspace(0, 1, 1e5)", "linspace([0, 1], 1, 50000)",
    "linspace(linspace(0, 1, 99999), 1, 99999)", "linspace(0, 1, [9, 9])", "linspace(0, 1, '9')", "linspace(0, 1, 10 ** 400)", "logspace(0, 1, 10 ** 9)",
    "logspace(0, 10 ** 9)", "arange(10 ** 12)", "arange(0, 10 ** 12)", "arange(0, stop=10 ** 12)", "arange(0, 1, 1e-12)", "arange(0, 1, step=1e-12)",
    "arange(0, 1, 0)", "arange(0, inf)", "arange(nan)", "arange(0, 1, nan)", "arange(start=0, stop=9 ** 9 ** 9)", "arange('9')", "arange([9])",
    "array([linspace(0, 1, 99999), linspace(0, 1, 99999)])", "[linspace(0, 1, 99999), linspace(0, 1, 99999)] * 2",
    "linspace(0, 1, 99999) * linspace([0], 1, 2)", "'a' * 3", "'a' * 10 ** 9", "['a'] * 10 ** 9", "10 ** 9 * ['a']", "'a' + 'b'", "-'a'", "not 'a'", "+'a'",
    "array('x')", "array(['x'])", "array([[1, 2], [3]])", "sum('ab')", "max('ab', 'c')", "sqrt('a')", "norm([1, 2], 'nuc')", "norm([[1]], 10 ** 400)",
    "mean([])", "max([])", "round(5, -10 ** 9)", "round(5, 10 ** 9)", "round(0.5, nan)", "round('a')", "[1, 2][9]", "'abc'['x']", "[1]['__class__']",
    "power.power('a', 3)", "power.power(2, 10 ** 1000)", "power.power(0.9, 'x')", "power.power([1], [2])", "power.power(trap.lure, 2)", "power.power(1e308, 99)",
    "trap.recursive()", "trap.strange('object')", "trap.strange('function')", "trap.strange('long')", "trap.strange('surrogate')", "trap.strange('class')",
    "trap.strange('class')['x']", "trap.strange('object') * 2", "trap.strange('function') < 2", "trap.foreign()", "trap.strange('none')",
    "[linspace(0, 1, 60000), linspace(0, 1, 60000)]", "trap.markup() * 2", "sqrt(-1)", "log(0)", "log10(10 ** 1000)",
]  # fmt: skip
LIMITS = ["power.slow()", "power.greedy()", "trap.leave()", "max(power.slow(), 1)"]

FORMULAS = [
    r"9^{9^{9^9}} > 1", r"10^{10^{10}} \approx 10", r"10^{10^{10^{10}}} > 1", r"2^{-9^{9^{9^9}}} < 1", r"9^{9^{9^{9^{9^9}}}} = 1", r"(-9)^{9^{9^{9}}} < 0",
    r"1 < 2^{3^{4^{5^{6^{7}}}}}", r"\sum_{i=1}^{10000} \sum_{j=1}^{10000} \sum_{k=1}^{10000} 1 = 10^{12}", r"\sum_{i=1}^{10^{10^{10}}} i > 1",
    r"\sum_{i=-10^{9}}^{10^{9}} 1 > 1", r"\prod_{i=1}^{9999} \prod_{j=1}^{9999} 2 > 1", r"\prod_{i=1}^{99999999} i > 1", r"\sum_{i=1}^{1.5} i = 1",
    r"1000000! > 1", r"(1000!)! > 1", r"2.5! > 1", r"(-3)! < 1", r"\exp(\exp(\exp(\exp(9)))) > 1", r"\sin(10^{10^{9}}) < 2", r"\tan(10^{10^{9}}) < 2",
    r"\cos(9^{9^{9^{9}}}) \le 1", r"\tanh(9^{9^{9^{9}}}) \le 1", r"\binom{10^{9}}{10^{8}} > 1", r"5 \cdot 10^{400} \approx 5 \times 10^{200000}",
    r"4 \cdot 10^{399} \approx 5 \times 10^{10^{10}}", r"7 \approx 7 \times 10^{-10^{12}}", r"1 \approx 10^{10^{10^{10}}}",
    r"1/0 > 1", r"\frac0.0 > 1.5", r"\frac1\,000 > 1.5", r"0^{-1} > 1", r"\sqrt{-1} < 1", r"(-2)^{0.5} < 1", r"\ln(0) < 1", r"\arccos(2) < 9",
    r"\sqrt{" * 120 + "2.5" + "}" * 120 + " > 1", "{" * 300 + "2.5" + "}" * 300 + " > 1", "-" * 390 + "2.5 > -9", r"\sin " * 390 + "2.5 < 9",
    "2.5" + "+1" * 190 + " > 0", r"2.5" + r"\cdot 1" * 190 + " > 0", r"\frac{1}{" * 130 + "2.5" + "}" * 130 + " > 0", "2.5" + "^{1" * 130 + "}" * 130 + " > 1",
    "9" * 1990 + " < 1", "0." + "1" * 1980 + " = 1", "2^{" + "9" * 1900 + "} < 1", "((" * 190 + "2.5 > 1", "|" * 300 + "2.5 > 1", "2.5" * 700,
    r"\frac{d}{dw} " * 30 + "w^2 > 2.5", r"w = 2,\ " + r"\frac{d}{dw} " * 30 + r"w^{3} > 2.5", "1.1 + " * 999 + "1",
]  # fmt: skip

N = 100_000
SLOW = {
    "backticks": "`" * N, "runs of backticks": "\n".join("`" * length + "a" for length in range(1, 440)), "a fence without end": "`" * N + "x",
    "fences": "```\n" * (N // 4), "opened comments": "<!--" * (N // 4), "one comment": "<!-- =" + " " * N + "1 -->", "nested comments": "<!--" * 9999 + "-->" * 9999,
    "images": "![" * (N // 2), "images without end": "![a](" * (N // 5), "links": "](" * (N // 2), "links with titles": '](a "' * (N // 5),
    "blank lines": "\n" * N, "lines of spaces": " \n" * (N // 2), "a heading of spaces": "# a" + " " * N + "b", "a heading of braces": "# a {" + "#" * N,
    "heading attributes": "# a " + "{#a" * (N // 3), "equal headings": "# a\n" * (N // 4), "captions": "![a](b)\n/// caption\n" * (N // 20),
    "spaces behind an image": "![a](b)" + " \n" * (N // 2) + "x", "dollars": "$" * N, "formulas": "$a$ " * (N // 4), "opened formulas": "$a " * (N // 3),
    "display": "$$" + "a\n" * (N // 2), "escaped dollars": "$" + r"\$" * (N // 2), "backslashes": "\\" * N, "digits": "1" * N, "groups": "1" + ",111" * (N // 4),
    "powers of ten": "1e-99999 " * (N // 9), "raised exponents": "3 × 10⁻⁹⁹⁹⁹⁹ " * (N // 13), "towers in prose": "0.9⁹⁹⁹⁹⁹⁹⁹ " * (N // 11), "numerals": "1.5 " * (N // 4),
    "fractions": "1/1" * (N // 3), "signs": "-" * N, "percent": "1 %" * (N // 3), "tags": "<a " * (N // 3), "a tag": "<a" + " b" * N, "attributes": "{#" * (N // 2),
    "an attribute": "{: " + " " * N, "references": "[a]: " * (N // 5), "brackets": "[" * N, "lists": "* " * (N // 2), "front matter": "---\n" + "a: &a\n" * (N // 6),
    "rules": "---\n" * (N // 4), "bindings": "5<!-- = 1 -->" * (N // 13), "stars": "*" * N, "one line": "word " * (N // 5), "more than a page": "word " * N,
    "placeholders": "\x02wzxhzdk:0\x03" * (N // 13),
}  # fmt: skip

TEX = [
    r"\href{javascript:run()}{a}", r"\url{javascript:run()}", r"\includegraphics{https://example.org/a.png}", r"\htmlClass{canary}{a}", r"\htmlId{canary}{a}",
    r"\htmlStyle{position:fixed}{a}", r"\htmlData{check=a}{a}", r"\def\a{\a\a}\a", r"\gdef\a{\a}\a", r"\newcommand{\a}{\a\a}\a", r"\let\a\b\a",
    r"\catcode`\<=13", r"\input{/etc/passwd}", r"\write18{touch sprung}", r"\csname href\endcsname{a}{b}", r"\color{red;background:url(//a)}a",
    r"\textcolor{expression(run())}{a}", "{" * 900 + "a" + "}" * 900 + "}", r"\sqrt{" * 300, r"\begin{matrix}" * 99, r"\frac" * 300, r"\left(" * 200,
    r"\includegraphics[height=9em]{a}", r"\@ifnextchar", r"\unicode{x3c}", r"\verb|<canary>", r"\operatorname{<canary>}^", r"\rule{1em", r"a \\ \hline",
]  # fmt: skip
TEX_AS_TEXT = [
    r"\text{<canary onerror=run()>}", r"\text{</script><canary>}", r"\text{--><canary><!--}", r'\text{"><canary onclick="run()">}', r"a < canary > b",
    r"\text{&lt;canary&gt;}", r"\text{\textless canary>}", r"\mathrm{</annotation><canary>}", r"\text{'}\text{`}", r"\text{</span></span><canary>}",
    r"\operatorname{<canary>}", r"a %<canary>", r"\rule{99999em}{99999em}", r"\kern{99999em}", r"\text{\u003ccanary\u003e}", r"\text{{{ canary }}{% canary %}}",
]  # fmt: skip

COMMENTS = [
    "5<!-- <!-- = 5 --> -->", "5<!-- = 5 --!> more", "5<!--> = 5 -->", "5<!---> = 5 -->", "5<!-- = 5", "5<!- = 5 ->", "5<!-- == 5 -->", "5<!-- eval: 5 -->", "5<!-- -->",
    "5<!-- = 5 --><!-- = 5 -->", "5 <!-- = max(4, 5) --> <!-- = 5 -->", "![A line <!-- = 5 --> of 5](figures/power/fall.svg)", '[5](power.md "<!-- = 5 -->")',
    '[5](power.md "5 <!-- = 5 -->") 6', "![5](power.md '<!-- = 5 -->')", "<b title='<!-- = 6 -->'>5</b>", "$5 <!-- = 5 --> = 6$", "5<!-- = 5 -- > 3 -->", "5<!-- =\n\n -->",
    "5<!-- = [5 --> 5] -->", "5<!-- holds: -->", "5<!-- holds: 5 -->", "<!-- holds: 0 -->", "5<!-- eq: power.power -->", "5<!-- eq: ../../x -->", "5.5\n<!-- = 5.5 -->",
    "5<!-- = 5\x00 -->", "0.0\u200b052<!-- = 52 -->", "0.0\u202e52<!-- = 52 -->", "5<!-- = 5 # power.power(1, 2) -->", "0.5⁹⁹⁹⁹⁹⁹⁹<!-- = 0 -->", "10⁹⁹⁹⁹⁹<!-- = 0 -->",
    "7e-99999<!-- = 0 -->", "9" * 500 + "<!-- = 0 -->", "1.5<!-- = 0x10 -->", "1.5<!-- = 1e-999999999 -->", "1.5<!-- = 0e999999999 -->", "1.5<!-- = 1e999999999 -->",
]  # fmt: skip

LINKS = [
    "[a](javascript:run())", "[a]( javascript:run() )", "[a](JaVaScRiPt:run() 'x')", "[a](&#106;avascript:run`1` 'x')", "[a](javascript&colon;run`1`)", "[a](<javascript:run`1`>)",
    "[a]: javascript:run()", "[a](data:text/html,<b>x</b>)", "[a](vbscript:run`1`)", "[a](file:///etc/passwd)", "[a](/etc/passwd)", "[a](../../../../../../etc/passwd)",
    "[a](../mkdocs.yml)", "[a](power.md%00)", "[a](http://[x)", "[a](" + "x" * 900 + ")", "[a](..%2f..%2fmkdocs.yml)", "[a](~root)", "[a]()", "[a](ftp://example.org)",
    "![a](javascript:run())", "![a](https://example.org/follow.png)", "![a](//example.org/follow.png)", "![a](data:image/svg+xml,x)", "![a](/etc/passwd)",
    "![a](figures/../../mkdocs.yml)", "![a](figures/../../x.svg)", "![a](figures/power/../x.svg)", "![a](figures/power/__init__.svg)", "![a](figures/os/system.svg)",
    "![a](figures/power/_fall.svg)", "![a](../figures/../power/fall.svg)", "![a](figures/power/fall.svg.svg)", "![a](figures\\power\\fall.svg)", "![](power.md)",
]  # fmt: skip

NAMES = [
    "<canary>",
    'a" onclick="run()',
    "a&b",
    "a b",
    "a:b,c",
    "a\n::warning::b",
    "$(touch sprung)",
    "a'b",
    "%3Ccanary%3E",
    "{{ canary }}",
]

ALL_REFUSED = [text for group in REFUSED.values() for text in group]


@contextmanager
def soon(seconds: float = SOON) -> Iterator[None]:
    """Fail if what runs here takes more time, counted for this process alone, however busy the machine is."""
    began = time.process_time()
    yield
    assert time.process_time() - began < seconds


def trapped(folder: Path) -> Book:
    """Return a small book with a trap in its library, and all that a chapter needs."""
    book = make(folder)
    book.write("src/toys/trap.py", CANARY)
    book.write("docs/trap.md", "# Trap\n\nNothing.\n")
    book.write("tests/test_trap.py", "")
    book.edit("mkdocs.yml", "power.md]", "power.md, trap.md]")
    book.write("docs/index.md", "# Start\n")
    return book


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """A small book with a trap."""
    return trapped(tmp_path)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Its library."""
    root = trapped(tmp_path_factory.mktemp("trap")).root
    return Library(root / "src/toys", root / "tests")


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each job one second."""
    monkeypatch.setattr(press, "SECONDS", 1.0)


def files(book: Book) -> set[str]:
    """Return what stands in the folder of a book, but for what Python and the press keep for themselves."""
    found = (path.relative_to(book.root) for path in book.root.rglob("*") if "__pycache__" not in path.parts)
    return {path.as_posix() for path in found if path.parts[0] not in (".cache", "node_modules")}


def told(book: Book, paragraphs: list[str], page: str = PAGE) -> list[int]:
    """Write a page of these paragraphs, each under its own heading; return those that no problem is told of."""
    text, lines = "# Attacks\n\n", []
    for number, paragraph in enumerate(paragraphs):
        text += f"## Case {'abcdefghij'[number % 10]}\n\n"
        first = text.count("\n") + 1
        text += f"{paragraph}\n\n"
        lines.append(range(first, text.count("\n") + 1))
    book.write(page, text)
    found = [problem for problem in book.check().findings if problem.path == book.root / page]
    assert all("\n" not in str(problem) and str(problem).isprintable() for problem in found)
    places = {problem.line for problem in found}
    return [number for number, span in enumerate(lines) if not places.intersection(span)]


@pytest.mark.parametrize("text", ALL_REFUSED, ids=range(len(ALL_REFUSED)))
def test_refused_before_anything_runs(library: Library, text: str) -> None:
    """What is not of the language is refused at its place, soon, and leaves no trace."""
    with soon(0.5):
        found = mistakes(text, library)
        expressions.constants(text)
    assert found, f"{text} was let through"
    assert all(0 <= mistake.offset <= len(text) for mistake in found)
    assert not list(library.package.parents[1].glob("imported")) + list(library.package.parents[1].glob("sprung"))


def test_refused_on_a_page(book: Book, hurried: None) -> None:
    """On a page each of them is a problem at its line; nothing is imported, called or written."""
    before = files(book)
    with soon(20):
        cases = [f"It is 5<!-- = {text} -->." for text in ALL_REFUSED if "\n\n" not in text]
        assert [cases[index] for index in told(book, cases)] == []
    assert files(book) == before


@pytest.fixture(scope="module")
def ended(library: Library) -> dict[str, object]:
    """What each of the endless expressions came to, in processes that are given two seconds a case."""
    jobs = [(values.evaluate, (text, library.package)) for text in ENDLESS]
    return dict(zip(ENDLESS, run(jobs, count=2, seconds=SOON), strict=True))


@pytest.mark.parametrize("text", ENDLESS, ids=range(len(ENDLESS)))
def test_endless_expressions(library: Library, ended: dict[str, object], text: str) -> None:
    """What would grow without bound is an error before it grows, not when its time or memory is over."""
    with soon(0.5):
        expressions.constants(text)
        wrong = mistakes(text, library)
    result = ended[text]
    assert wrong or isinstance(result, Failure), f"{text} gave {str(result)[:80]}"
    assert wrong or not isinstance(result.error, OverLimit | MemoryError), f"{text}: {result.error}"
    assert not (library.package.parents[1] / "sprung").exists()


def test_limits_on_a_page(book: Book, hurried: None) -> None:
    """What the library does without end is ended, told at its line, and after a few such calls nothing more is tried."""
    plain, numbered = "def slow() ->", "def slow(number=0) ->"
    endless = [f"power.slow({number})" for number in range(40)]  # no two of which are one call
    book.edit("src/toys/power.py", plain, numbered)
    try:
        assert told(book, [f"It is 5<!-- = {text} -->." for text in [*LIMITS, *LIMITS, *endless]]) == []
        problems = "\n".join(book.problems())
    finally:
        book.edit("src/toys/power.py", numbered, plain)
    assert len(re.findall(r"slow\(\d+\) failed: it took", problems)) <= PATIENCE + 2  # that run at once
    assert problems.count("it was not run") >= len(endless) - PATIENCE


def test_a_call_may_not_change_what_comes_after(book: Book) -> None:
    """A value that no other process can read, or that is too long, is told; the next one is as it was."""
    book.write(PAGE, "# A\n\nSo 5<!-- = trap.foreign() --> and 0.35<!-- = power.power(0.9, 10) -->.\n")
    (problem,) = book.problems()
    assert problem.startswith("docs/power.md:3:12: trap.foreign() failed: RuntimeError: Foreign: 1 and 2; ")


@pytest.mark.parametrize("tex", FORMULAS, ids=range(len(FORMULAS)))
def test_formulas_end(tex: str) -> None:
    """Whatever a formula asks for, its value is found or refused soon."""
    with soon():
        for statement in chains(tex):
            for member in statement.members:
                if member is not None:
                    member.symbols()
                    try:
                        evaluate(member, {"w": Fraction(2)}, Reals())
                    except (Undefined, Unreadable):
                        pass


def test_formulas_on_a_page(book: Book) -> None:
    """On a page each of them is a problem at its line: none is believed."""
    with soon(15):
        cases = [f"It is ${tex}$." for tex in FORMULAS]
        assert [FORMULAS[index] for index in told(book, cases)] == []


def test_a_page_of_sums_ends(book: Book) -> None:
    """All relations of a page together take a bounded time."""
    with soon(15):
        book.write(PAGE, "# A\n\n" + "".join(f"$\\sum_{{i=1}}^{{2400}} \\ln(i + {k}) > 1$\n\n" for k in range(300)))
        assert any("it takes too many steps" in problem for problem in book.problems())


@pytest.mark.parametrize("name", SLOW)
def test_a_scan_takes_no_more_than_time_in_proportion(name: str) -> None:
    """A hundred thousand hostile characters are scanned soon."""
    with soon():
        page, _ = scan(Path("docs/power.md"), SLOW[name])
        assert len(page.pieces) <= 3000 and len(page.numerals) <= 3000 and len(page.sections) <= 301


@pytest.mark.parametrize("piece", [
    "_{", "^{", "_", "^", "\\\\&", ".", ",", "|", "\\text{", "\\begin{", "\\begin{aligned}", "(", "1\\,000", "1{,}", "\\frac", "\\sum_", "{", "}", "'", "!", "\\%", "<", "=", " ",
    "a_", "\\mathcal", "\\log_", "\\underbrace{a", "\\cdots", "\\quad", "%\n", "\\left", "1 ", "a=1,", "-", "/", "\\binom", "\\lim_{", "\\partial", "\\cdot", "x(", "a'",
])  # fmt: skip
def test_reading_a_formula_takes_no_more_than_time_in_proportion(piece: str) -> None:
    """The longest formula that a page may hold is read soon, whatever it repeats."""
    tex = (piece * MAX_FORMULA)[:MAX_FORMULA]
    with soon():
        formula(Formula(0, MAX_FORMULA, tex, 0, True))


@pytest.mark.parametrize(
    "text", ["$" + " " * N + "x", r"\in " * (N // 4), "$x " + r"\in " * (N // 4), "$$" * N, " w: $a " * (N // 7)]
)
def test_reading_a_docstring_takes_no_more_than_time_in_proportion(text: str, library: Library) -> None:
    """So is the docstring of a function."""
    with soon():
        function = replace(library.functions["power.power"], docstring=text[:20_000])
        assert function.equations is not None and function.domains is not None and function.arguments is not None


@pytest.mark.parametrize(
    "text", [r"\{1," + "," * N, "(" + " " * N, "[0, " + "1" * N, r"\mathbb{R}^{" + "n" * N, "(0, " + " " * N]
)
def test_reading_a_set_takes_no_more_than_time_in_proportion(text: str) -> None:
    """So is the set of a symbol."""
    import numpy as np

    with soon():
        try:
            draw({"w": text[:20_000]}, np.random.default_rng(1))
        except (Unreadable, Undefined, ValueError):
            pass


class Elements(HTMLParser):
    """The elements of a piece of HTML, each with its attributes, as a browser would see them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.found.append((tag, dict(attributes)))

    def handle_data(self, data: str) -> None:
        """Note words."""
        self.words += data


def harmless(html: str) -> None:
    """Fail if a browser would obey anything in `html` that a stranger wrote."""
    for tag, attributes in Elements(html).found:
        assert tag != "canary"
        assert not any(name.startswith("on") for name in attributes), attributes
        assert not any("canary" in (attributes.get(name) or "") for name in ("class", "style", "src"))
        assert not (attributes.get("href") or attributes.get("src") or "").lower().startswith("javascript")
        if tag == "script":
            assert "run()" not in attributes.values()


@pytest.fixture(scope="module")
def typeset(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str | mathml.MathError]:
    """What Temml made of the hostile formulas, in one run."""
    formulas = [*TEX, *TEX_AS_TEXT]
    done = mathml.set_math([(tex, True) for tex in formulas], Cache(tmp_path_factory.mktemp("cache")), ROOT)
    return dict(zip(formulas, done, strict=True))


@pytest.mark.parametrize("tex", TEX, ids=range(len(TEX)))
def test_tex_that_would_leave_the_formula(typeset: dict[str, str | mathml.MathError], tex: str) -> None:
    """Links, images, classes, files and macros without end are refused."""
    assert isinstance(typeset[tex], mathml.MathError), tex


@pytest.mark.parametrize("tex", TEX_AS_TEXT, ids=range(len(TEX_AS_TEXT)))
def test_tex_that_looks_like_html(typeset: dict[str, str | mathml.MathError], tex: str) -> None:
    """What looks like HTML in a formula is refused or comes out as text, and nothing is larger than a page."""
    html = typeset[tex]
    if not isinstance(html, mathml.MathError):
        harmless(html)
        assert not re.search(r"[:-]\d{3,}(\.\d+)?em;", html)


@pytest.mark.parametrize("text", COMMENTS, ids=range(len(COMMENTS)))
def test_comments(book: Book, text: str) -> None:
    """A comment that binds nothing, or something else than it seems to, is told at its line."""
    with soon(5):
        assert told(book, [text]) == []


def test_comments_in_code_bind_nothing(book: Book) -> None:
    """What stands in code is code."""
    book.write(PAGE, "# A\n\n`5<!-- = trap.lure() -->` and\n\n```\n5<!-- = trap.lure() -->\n```\n")
    assert book.problems() == []
    assert not (book.root / "imported").exists()


def test_links_on_a_page(book: Book) -> None:
    """Each link or image that leads out of the book, but to a page of the web, is told at its line."""
    assert [LINKS[index] for index in told(book, LINKS)] == []


@pytest.mark.parametrize("name", NAMES)
def test_names_of_pages(book: Book, name: str) -> None:
    """A page whose name is more than a word is refused, and its name written nowhere as anything but text."""
    book.write(f"docs/{name}.md", "# A\n\nNothing.\n")
    edition = book.check()
    assert any(problem.wrong.startswith("the name of the page holds ") for problem in edition.findings)
    assert all(str(problem).count("\n") == problem.annotation().count("\n") == 0 for problem in edition.findings)
    harmless("\n".join(report.pages(edition.project, edition).values()))
    harmless(report.banner(edition.findings))
    assert "sprung" not in files(book)


def test_a_page_that_is_a_link(book: Book, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A page is a file of the book, not a link to one elsewhere."""
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.md"
    secret.write_text("# Secret\n", encoding="utf-8")
    (book.root / "docs/secret.md").symlink_to(secret)
    wrong = "docs/secret.md:1:1: it leads out of the folder of the pages; put a copy in its place"
    assert book.problems() == [wrong]


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"# A\n\nwords \xff\n", "3:7"),
        (b"\xef\xbb\xbf# A\n", "1:1"),
        (b"# A\n\n\x00\n", "3:1"),
        (b"# A\n\n\x02wzxhzdk:0\x03\n", "3:1"),
        (b"# A\n\n\x1b[2J\x1b]0;x\x07\n", "3:1"),
        ("# A\n\nwords \u202e sdrow\n".encode(), "3:7"),
        ("# A\n\n0.0\u00ad05\n".encode(), "3:4"),
    ],
)
def test_bytes_of_a_page(book: Book, content: bytes, place: str) -> None:
    """What is no text, or cannot be seen in it, is told at its place, and never sent to a terminal."""
    (book.root / PAGE).write_bytes(content)
    problems = book.problems()
    assert any(problem.startswith(f"docs/power.md:{place}: ") for problem in problems), problems
    assert all(problem.isprintable() for problem in problems)


def test_front_matter(book: Book) -> None:
    """Front matter makes no object, runs nothing, and does not hide the rest of the page from the checks."""
    matter = "---\ntitle: !!python/object/apply:os.system ['touch sprung']\nother: &a [*a, *a]\n...\n"
    book.write(PAGE, f"{matter}\n# A\n\nIt is 5.5 here.\n\n---\n\nand 6.5 there.\n")
    told = [problem.partition("; ")[0] for problem in book.problems()]
    tag = "could not determine a constructor for the tag 'tag:yaml.org,2002:python/object/apply:os.system'"
    assert f"docs/power.md:2:8: the front matter is no YAML: {tag}" in told
    assert {"docs/power.md:8:7: 5.5 is not checked", "docs/power.md:12:5: 6.5 is not checked"} <= {*told}
    book.write(PAGE, "---\ntitle: &a <canary onclick=run()>\nother: [*a, *a]\n...\n\n# A\n\nNothing.\n")
    assert book.run("accept").returncode == 0
    assert book.run("site").returncode in (0, 1)
    assert "sprung" not in files(book)


def test_messages_command_nothing() -> None:
    """A message is one line, to a terminal and to a hosted CI, whatever it quotes."""
    problem = Finding(Path("a,b:c\n::d.md"), 1, 2, "it\n::add-mask::x\r\n\x1b[2J\u2028::y", "100%\x85::z")
    assert str(problem).isprintable() and problem.annotation().isprintable()
    assert problem.annotation().startswith("::error file=a%2Cb%3Ac %3A%3Ad.md,line=1,col=2::it ::add-mask::x ")


def test_what_the_press_writes_is_escaped(book: Book) -> None:
    """Values, statements, alt texts, captions, titles and formulas stand on the built pages as text."""
    text = (book.root / PAGE).read_text(encoding="utf-8")
    text = text.replace(
        "power.power(0.9, 3) <= 1", "trap.markup() != '<canary onclick=\"run()\">' and power.power(0.9,\n\n 3) <= 1"
    )
    text = text.replace(
        "![A power falls.]", "![A \"power\" <canary onclick='run()'> & </desc></svg><script>run()</script> falls.]"
    )
    text = text.replace("## A power", "## A power &lt;canary> `<canary>` {onclick=run}")
    text = text.replace("# Powers", "# Powers `<canary onclick=run()>`", 1)
    text = text.replace(r"w^{50} \approx 0.005$", r"w^{50} \approx 0.005\ \text{<canary onclick='run()'>}$")
    book.write(PAGE, text)
    accepted = book.run("accept")
    assert accepted.returncode == 0, accepted.stderr
    built = book.run("site")
    assert built.returncode == 0, built.stderr
    for path in (book.root / "site").rglob("*.html"):
        harmless(path.read_text(encoding="utf-8"))
    for path in (book.root / "site/figures").rglob("*.svg"):
        harmless(path.read_text(encoding="utf-8"))
    shown = Elements((book.root / "site/checks/power/index.html").read_text(encoding="utf-8")).words
    assert "<canary" in shown
    assert not (book.root / "sprung").exists()


@pytest.mark.parametrize(
    "title",
    [
        "<canary onclick=run()>",
        "A {onclick=run}",
        "A {: #canary onclick=run}",
        "[A](javascript:run())",
        "A ![x](javascript:run())",
        "A <b title='-->'>",
    ],
)
def test_a_title_in_the_report_is_text(book: Book, title: str) -> None:
    """A heading with markup, which Markdown allows on its own page, stands in the report as text."""
    book.edit(PAGE, "# Powers", f"# {title}")
    edition = book.check()
    pages = [text.rpartition("---\n")[2] for text in report.pages(edition.project, edition).values()]
    html = markdown.markdown("\n\n".join(pages), extensions=["attr_list", "toc"])
    harmless(html)
    assert not any(attributes.get("id") == "canary" for _, attributes in Elements(html).found)


def test_what_an_author_sees_while_writing_is_escaped() -> None:
    """The banner of `mkdocs serve` quotes a page without obeying it."""
    html = report.banner([Finding(Path("a.md"), 1, 1, "</code><canary onclick='run()'>", "<script>run()</script>")])
    harmless(html)
    assert "<canary onclick='run()'>" in Elements(html).words


NAMES_OF_ALL = [
    *arithmetic.FUNCTIONS,
    "power.power",
    "trap.lure",
    "trap._spring",
    "power",
    "x",
    "__import__",
    "pi",
    "nan",
    "inf",
    "True",
    "None",
    "().__class__",
]
ATOMS = st.one_of(
    st.integers(-(10**40), 10**40).map(str),
    st.floats(width=64).map(repr),
    st.sampled_from(["'a'", "[]", "[1, 2]", "1e999", "0e99", "0x1F", "1_000", "linspace(0, 1, 9)", *NAMES_OF_ALL]),
)


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return expressions around smaller ones, of the language or just outside of it."""
    operators = st.sampled_from("+ - * / ** // % @ < <= == != and or in is if & | << , . :=".split())
    return st.one_of(
        st.tuples(inner, operators, inner).map(" ".join),
        st.tuples(st.sampled_from(["-", "not ", "~", "*", "lambda: "]), inner).map("".join),
        st.tuples(st.sampled_from(NAMES_OF_ALL), st.lists(inner, max_size=3).map(", ".join)).map(
            lambda each: f"{each[0]}({each[1]})"
        ),
        st.tuples(inner, st.sampled_from(["[0]", "[-1]", "['a']", "[0:1]", ".real", "()", "[[1]]"])).map("".join),
        inner.map(lambda each: f"({each})"),
        st.lists(inner, max_size=3).map(lambda each: f"[{', '.join(each)}]"),
    )


SCRAPS = [*"()[]{}.,:=*+-/<>'\"0123456789eEjx_ \n\t#\\é\x00", "**", "power.power(", "lambda ", " for ", " in ", "trap."]


@settings(max_examples=500, deadline=None)
@given(st.recursive(ATOMS, grown, max_leaves=8) | st.lists(st.sampled_from(SCRAPS), max_size=40).map("".join))
def test_any_text_is_refused_or_evaluated(library: Library, text: str) -> None:
    """No expression and no other text raises what is not foreseen, and none asks the library for more than its functions."""
    asked = set()

    class Module:
        """Notes what is asked of it."""

        def __init__(self, package: Path, name: str) -> None:
            self.__dict__["name"] = name

        def __getattr__(self, name: str) -> Callable[..., float]:
            asked.add(f"{self.name}.{name}")
            return lambda *arguments, **options: 0.5

    with pytest.MonkeyPatch.context() as patch, soon():
        patch.setattr(values, "load", Module)
        expressions.constants(text)
        if not mistakes(text, library):
            expressions.functions(text)
            try:
                values.evaluate(text, library.package)
            except (Refused, ArithmeticError, ValueError, TypeError, LookupError, Warning):
                pass
    assert asked <= {"power.power", "trap.lure"}


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*"0123456789+-^_{}()|!/=<.,'&kwLe ", r"\frac", r"\sum_{k=1}^", r"\prod_{k=1}^", r"\sqrt", r"\ln", r"\exp", r"\cdot", r"\frac{d}{dw}", r"\max(", r"\le", "10^{", r"\binom", r"\%", r"\lim_{w \to 0}"]), max_size=40).map("".join))  # fmt: skip
def test_any_formula_is_refused_or_evaluated(tex: str) -> None:
    """No string of TeX raises what is not foreseen, or takes long."""
    with soon():
        for statement in chains(tex):
            for member in filter(None, statement.members):
                try:
                    evaluate(member, {symbol: Fraction(3, 2) for symbol in member.symbols()}, Reals())
                except (Undefined, Unreadable):
                    pass
