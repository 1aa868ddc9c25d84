"""Mutants of display equations: one token changed, on the page alone, or on the page and in the docstring that carries the equation."""

import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from galley.check.compare import compare
from galley.run.library import Library
from tests.studies.desk import Desk, Section
from tests.studies.rows import Row, Survivor
from tests.studies.truth import equation_holds

# The shares to catch on page and docstring: what has no value, such as most equations of matrices and expectations, code
# cannot contradict. That the shares do not fall further is all that these marks say.
BY_VALUE, BY_RECORD = 0.2, 0.3

_EQUATION = re.compile(r"\$\$(?P<tex>(?:(?!\$\$).)+)\$\$\s*<!--\s*eq:\s*(?P<name>[\w.]+)\s*-->", re.DOTALL)
_FENCE = re.compile(r"^(`{3,}).*?^\1", re.DOTALL | re.MULTILINE)
_TOKEN = re.compile(r"\\(?:text|mathrm|begin|end)\{[^{}]*\}|\{d\}\{dw\}|\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\S")
_GREEK = {f"\\{name}" for name in "alpha beta gamma epsilon varepsilon eta theta lambda sigma tau varphi".split()}
_OPPOSITE = {"+": "-", "-": "+", "=": "<", "<": ">", ">": "<", r"\le": r"\ge", r"\ge": r"\le", r"\leftarrow": "="}
_CLOSING = {"{": "}", "(": ")", "|": "|", r"\lvert": r"\rvert", r"\lVert": r"\rVert", r"\left": r"\right"}
_ARGUMENTS = {r"\frac": 2, r"\binom": 2, r"\sqrt": 1, r"\mathcal": 1, r"\bar": 1, r"\underbrace": 1}
_FUNCTIONS = {f"\\{name}" for name in "ln log exp min max arctan".split()}

Token = re.Match[str]


@dataclass(frozen=True)
class Mutant:
    """A section with one token of one display equation changed."""

    section: Section
    kind: str
    name: str  # of the function that the equation is bound to
    start: int  # of the equation's TeX
    old: str
    new: str
    at: int  # of the change within it

    @property
    def text(self) -> str:
        """The section with the changed equation."""
        return self.section.text[: self.start] + self.new + self.section.text[self.start + len(self.old) :]

    @property
    def change(self) -> str:
        """What was changed, and in what."""
        return f"{self.kind}: {self.name}: {' '.join(self.new.split())}"


def mutants(section: Section) -> Iterator[Mutant]:
    """Yield the mutants of the display equations of a section."""
    for match in _EQUATION.finditer(_FENCE.sub(lambda code: " " * len(code.group()), section.text)):
        tex = match["tex"]
        for kind, start, end, new in sorted(set(changes(tex)), key=lambda change: (change[1], change)):
            yield Mutant(section, kind, match["name"], match.start("tex"), tex, tex[:start] + new + tex[end:], start)


def changes(tex: str) -> Iterator[tuple[str, int, int, str]]:
    """Yield the kind of each change of one token, the span that it replaces, and what stands there instead."""
    tokens = list(_TOKEN.finditer(tex))
    symbols = sorted({token.group() for token in tokens if _is_symbol(token.group())})
    for place, token in enumerate(tokens):
        text, (start, end) = token.group(), token.span()
        before = tokens[place - 1].group() if place else ""
        if text in ("^", "_"):
            yield from _script(tex, tokens, place)
        elif text[0].isdigit():
            kind = {"^": "exponent", "_": "index"}.get(before, "numeral")
            yield kind, start, end, text[:-1] + str((int(text[-1]) + 1) % 10)
        elif text in _OPPOSITE:
            yield "sign" if text in "+-" else "relation", start, end, _OPPOSITE[text]
        elif _is_symbol(text) and len(symbols) > 1:
            other = symbols[(symbols.index(text) + 1) % len(symbols)]
            yield "symbol", start, end, f"{other} " if other.startswith("\\") else other
    for start, end in _factors(tokens):
        yield "factor", start, end, " "


def _is_symbol(text: str) -> bool:
    return text in _GREEK or (len(text) == 1 and text.isalpha() and text != "e")


def _script(tex: str, tokens: list[Token], place: int) -> Iterator[tuple[str, int, int, str]]:
    """Yield an exponent or an index that is one more; one that is a bare number counts as a numeral."""
    after = _argument(tokens, place + 1)
    start, end = tokens[place + 1].start(), tokens[after - 1].end()
    inner = tex[start:end].removeprefix("{").removesuffix("}")
    bound = tokens[place - 1].group() in (r"\sum", r"\prod", r"\lim") or r"\text" in inner
    if not bound and not inner.isdigit() and inner not in ("*", r"\circ"):
        yield "exponent" if tokens[place].group() == "^" else "index", start, end, f"{{{inner}+1}}"


def _argument(tokens: list[Token], place: int) -> int:
    """Return the place behind the argument, or the fence, that starts at a place."""
    closing = _CLOSING.get(tokens[place].group())
    if closing is None:
        return place + 1
    place += 2 if closing == r"\right" else 1
    while tokens[place].group() != closing:
        place = _argument(tokens, place)
    return place + (2 if closing == r"\right" else 1)


def _factors(tokens: list[Token]) -> Iterator[tuple[int, int]]:
    """Yield the span of each factor that a product can lose, with the sign that ties it to its neighbour."""
    product: list[tuple[int, int]] = []  # the first token of a factor, and the place behind its last
    place = 0
    while place < len(tokens):
        text = tokens[place].group()
        if text in (r"\cdot", r"\times", r"\,"):
            place += 1
        elif (
            text in _CLOSING
            or text in _ARGUMENTS
            or text in _FUNCTIONS
            or text[0].isdigit()
            or text.isalpha()
            or _is_symbol(text)
        ):
            after = _atom(tokens, place)
            yield from _within(tokens[place:after])
            product.append((place, after))
            place = after
        else:
            yield from _losses(tokens, product)
            product, place = [], place + 1
            if text == "/" or text in ("^", "_"):  # a quotient's bottom, or the bounds of a sum
                place = _atom(tokens, place)
    yield from _losses(tokens, product)


def _within(tokens: list[Token]) -> Iterator[tuple[int, int]]:
    """Yield what can be lost between the braces and fences of one factor."""
    place = 0
    while place < len(tokens):
        text, after = tokens[place].group(), _argument(tokens, place)
        if text in (r"\partial", r"\underbrace", r"\mathcal", r"\bar"):
            return
        if text == "_":
            after = _argument(tokens, place + 1)
        elif text in _CLOSING:
            edge = 2 if text == r"\left" else 1
            yield from _factors(tokens[place + edge : after - edge])
        place = after


def _atom(tokens: list[Token], place: int) -> int:
    """Return the place behind a factor with its arguments, its scripts and its primes."""
    text = tokens[place].group()
    after = _argument(tokens, place)
    for _ in range(_ARGUMENTS.get(text, 0)):
        after = _argument(tokens, after)
    while after < len(tokens) and tokens[after].group() in ("^", "_", "'"):
        after = after + 1 if tokens[after].group() == "'" else _argument(tokens, after + 1)
    opens = after < len(tokens) and tokens[after].group() in ("(", r"\left")
    if text in _FUNCTIONS or text == r"\partial" or text == r"\sigma" and opens:  # which is a function or a number
        after = _atom(tokens, after)
    return after


def _losses(tokens: list[Token], product: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for number, (first, after) in enumerate(product if len(product) > 1 else []):
        if number + 1 < len(product):
            yield tokens[first].start(), tokens[product[number + 1][0]].start()
        else:
            yield tokens[product[number - 1][1] - 1].end(), tokens[after - 1].end()


def carried(library: Library, mutant: Mutant) -> Library:
    """Return the library with the changed equation in the docstring that carried the old one."""
    known = library.steps if mutant.name in library.steps else library.functions
    function, plain = known[mutant.name], "".join(mutant.old.split())
    carriers = re.findall(r"\$\$(.+?)\$\$", function.docstring, re.DOTALL)
    carrier = next(tex for tex in carriers if "".join(tex.split()) == plain)
    said = function.docstring.replace(carrier, mutant.new)
    changed = copy.copy(library)
    vars(changed)["steps" if known is library.steps else "functions"] = {
        **known,
        mutant.name: replace(function, docstring=said),
    }
    return changed


def run(desk: Desk, choose: Callable[[list[Mutant]], list[Mutant]] = list) -> list[Row]:
    """Check the mutants that are chosen, and return a row for those on the page alone and two for those in the docstring too."""
    chosen = choose([mutant for section in desk.sections for mutant in mutants(section)])
    alone = [each for each in chosen if not desk.problems(each.section, each.text)]
    both = [(each, carried(desk.library, each)) for each in chosen]
    desk.run(
        job for each, library in both for job in desk.plan(each.section, each.text, library).jobs if job[0] is compare
    )
    said = [[problem.wrong for problem in desk.problems(each.section, each.text, library)] for each, library in both]
    unlike = sum(any("the equation is false" in wrong for wrong in each) for each in said)
    passed = [each for each, wrong in zip(chosen, said, strict=True) if not wrong]
    true = [each for each in passed if equation_holds(each.new, docstring(desk.library, each))]
    total, left = len(chosen) - len(true), [each for each in passed if each not in true]
    return [
        Row("(b) equations on the page alone", len(chosen) - len(alone), len(chosen), 0, _listed(alone)),
        Row("(b) equations on page and docstring, by their values", unlike, total, len(true), mark=BY_VALUE),
        Row(
            "(b) equations on page and docstring, with the record",
            total - len(left),
            total,
            len(true),
            _listed(left),
            BY_RECORD,
        ),
    ]


def docstring(library: Library, mutant: Mutant) -> str:
    """Return the docstring of the function that a mutant is bound to."""
    return (library.functions | library.steps)[mutant.name].docstring


def _listed(mutants: list[Mutant]) -> list[Survivor]:
    return [Survivor(each.section.name, *each.section.place(each.start + each.at), each.change) for each in mutants]
