"""What would not be read as a reader sees it, and so is refused by name, with what would be right."""

import re
from collections.abc import Iterator
from html import unescape

from galley.page.numerals import LOOSE, MINUS, RELATIONS, numerals
from galley.page.pieces import Binding, Formula, Other, Page, Piece
from galley.page.prose import FORMULA, blanked

Mistake = tuple[int, str, str]  # an offset, what is wrong, and what would be right
MAX_BRACKETS = 50  # open at once in a paragraph: Markdown takes time in proportion to their square

_LARGE = r"\s(?:hundred|thousand|million|billion|trillion)s?\b"
_PROSE = [
    (
        re.compile(r"(?<![\d.])(?:\d{1,3}(?:\.\d{3})+,\d|0,\d|\d+,(?:\d{1,2}(?!\d)|\d{4})|\d{4,},\d)|\d[·٫'’]\d"),
        "the mark in … parts no thousands",
        "write a decimal point, or in a list a space behind each comma",
    ),
    (
        re.compile(rf"\d[.,]?(?:\*+|~+)[{MINUS}+]?[.,]?\d"),
        "… has a mark inside of the numeral",
        "put marks around the whole numeral, and products into a formula",
    ),
    (re.compile(rf"\d\^[{MINUS}+]?[\d{{]"), "… is no power", "write it as in 10⁻³ or $10^{-3}$"),
    (re.compile(r"\d\s?[x*·⋅⨯✕]\s?10[⁻⁺⁰¹²³⁴-⁹]"), "the sign in … is not read", "write ×, as in 5.2 × 10⁻³"),
    (re.compile(r"\\begin\{"), "… is printed as it is", "write a formula as $$…$$"),
    (re.compile(rf"\d{_LARGE}"), "the word in … is not read", "write the numeral whole, as in 1,000 or 1.5 × 10⁶"),
    (
        re.compile(rf"(?<![^\W\d])\d{FORMULA}|{FORMULA}\d"),
        "a formula touches a numeral of the text",
        r"write the whole as one formula, as in $10^{-3}$ or $35\,\%$",
    ),
]
_NUMBER = rf"(?:{LOOSE})*[{MINUS}+]?\.?\d"
_ENTITY = re.compile(r"&(?:#\w+|[A-Za-z]\w*);")
_MEANT = re.compile(rf"[\d{MINUS}+.,%‰²³¹⁰-⁹⁻½⅓¼¾×]")
_TAG = r"</?(?:a|abbr|b|big|code|del|em|font|i|ins|kbd|mark|s|small|span|strong|sub|sup|tt|u|wbr)\b[^<>]*+>"
_INLINE = re.compile(_TAG, re.IGNORECASE)
_MARKS = re.compile(rf"(?:[*_~]|(?i:{_TAG})|<!--(?:(?!-->).)*+-->){{0,20}}+", re.DOTALL)  # which print nothing
_GOES_ON = re.compile(
    rf"[^\W_][^\s<]*|[.,·(]\d|[⁺⁻₀-₉]|\$|\s*(?:%|‰|per\s?cent\b|pct\b)|\s?(?:[×·⋅⨯*x]|\\times)\s?10|{_LARGE}"
)
_CUT = re.compile(rf"[.,]?\d|[eE][{MINUS}+]?\d|[⁺⁻₀-₉²³¹]|\s*[%‰]")
_RAISED = re.compile(rf"[{MINUS}+]?\d")
_SIGNS = {
    sign: right
    for right, signs in {
        r"\approx": "simeq cong doteq asymp approxeq eqsim thickapprox",
        r"\le": "leqslant leqq lesssim lessapprox preceq",
        r"\ge": "geqslant geqq gtrsim gtrapprox succeq",
        "<": "ll lll prec",
        ">": "gg ggg succ",
        "=": "equiv triangleq coloneqq",
        r"\sim": "thicksim",
        "the character itself": "char",
    }.items()
    for sign in signs.split()
}
_SIGN = re.compile(r"\\([A-Za-z]+)")
_WORDS = re.compile(
    r"\\(?:text[a-z]*|mathrm|operatorname\*?|mbox|hbox|fbox)\s*\{(?P<words>[^{}]*+(?:\{[^{}]*+\}[^{}]*+)*+)\}"
)
_STRANGE = re.compile(rf"[{MINUS[2:]}{RELATIONS[4:]}`×·⋅²³¹⁰-⁹⁺⁻₀-₉¼-¾⅐-⅞‰]")
_ENDS = re.compile(r"(?:[-=<>+~^_/]|\\(?:approx|sim|lt|gt|leq?|geq?|neq?|propto|pm|mp|times|cdot|to))\s*\Z")
_BEGINS = re.compile(r"\s*(?:[\^_]|\\%|\\times|\\cdot)")
_LED = re.compile(rf"(?!^>)[{RELATIONS}](?:{LOOSE})*\Z", re.MULTILINE)


_PARENTHESES = re.compile(r"\\(?P<open>[(\[])(?P<tex>(?:(?!\\[()\[\]]|\n\s*\n).)*+)\\[)\]]", re.DOTALL)
_BOX = re.compile(r"[ \t]*+(?:!!!|\?\?\?|===|///)")


def on(page: Page, text: str, prose: str) -> Iterator[Mistake]:
    """Yield what is refused on a page, whose `text` has no marks of quotations and whose `prose` is words alone."""
    for piece in page.pieces:
        yield from around(piece, text)
        if isinstance(piece, Formula):
            yield from in_formula(piece, prose)
        line = prose[page.line_start(piece.start) : piece.start] if isinstance(piece, Binding) else ""
        if _BOX.match(line) and line.count('"') % 2 == 0:
            right = "put it inside the quotes of the title, or into the text of the box"
            yield piece.start, "a comment stands behind the title of a box", right
    yield from in_prose(prose, page.text, page.body)
    escaped = blanked(text, [piece for piece in page.pieces if getattr(piece, "kind", "") != "escape"])
    for match in _PARENTHESES.finditer(escaped, page.body):
        shown, right = (r"\(…\)", "$…$") if match["open"] == "(" else (r"\[…\]", "$$…$$")
        yield match.start(), f"{shown} is printed as it is", f"write a formula as {right}"
    depth = 0
    for match in re.compile(r"[\[\]]|\n[ \t]*\n").finditer(prose, page.body):
        depth = max(0, depth + {"[": 1, "]": -1}.get(match[0], -depth))
        if depth > MAX_BRACKETS:
            yield match.start(), f"more than {MAX_BRACKETS} brackets are open here", "close them"
            break


def in_prose(prose: str, text: str, body: int) -> Iterator[Mistake]:
    """Yield what is printed as part of a numeral but not read as one."""
    for pattern, wrong, right in _PROSE:
        for match in pattern.finditer(prose, body):
            shown = " ".join(text[match.start() : match.end()].split())
            yield match.start(), wrong.replace("…", shown), right
    for match in _ENTITY.finditer(prose, body):
        sign, behind = unescape(match[0]), prose[match.end() : match.end() + 40]
        led = sign in RELATIONS and re.match(_NUMBER, behind)
        if _MEANT.fullmatch(sign) or led or sign.isspace() and re.match(r"[%‰×\d]", behind):
            yield match.start(), f"{match[0]} is not read", "write the character itself"


def around(piece: Piece, text: str) -> Iterator[Mistake]:
    """Yield how a comment, a tag or an escape cuts what a reader sees as one numeral."""
    before = text[max(0, piece.start - 2) : piece.start]
    marks = _MARKS.match(text, piece.end)
    at = marks.end() if marks else piece.end
    match piece:
        case Binding() if before[-1:].strip() and (found := _GOES_ON.match(text, at)):
            wrong = f"{' '.join(found[0].split())} stands right behind the comment"
            yield at, wrong, "put the comment behind all that belongs to the numeral, or a space in between"
        case Other(kind="tag", text=tag) if _INLINE.match(tag) and re.search(r"\d[.,]?\Z", before):
            raised = tag[1:4].lower() in ("sup", "sub")
            if _RAISED.match(text, at) if raised else _CUT.match(text, at):
                wrong = f"the tag {tag[:20]} stands inside of a numeral"
                yield piece.start, wrong, "write powers as in 10⁻³, and put tags around the whole numeral"
        case Other(kind="escape", text=sign) if sign[1] in "-+." and text[at : at + 1].isdigit():
            yield piece.start, f"{sign} before a digit is not read", f"write {sign[1]} without the backslash"


def in_formula(formula: Formula, prose: str) -> Iterator[Mistake]:
    """Yield what a formula says in signs that are not read, or only together with the text around it."""
    for match in _SIGN.finditer(formula.tex):
        if match[1] in _SIGNS:
            yield formula.at + match.start(), f"{match[0]} is not read", f"write {_SIGNS[match[1]]}"
    for match in _STRANGE.finditer(formula.tex):
        yield formula.at + match.start(), f"{match[0]} is not read in a formula", "write it in TeX"
    for match in _WORDS.finditer(formula.tex):
        for numeral in numerals(match["words"]):
            if not numeral.named:
                at = formula.at + match.start("words") + numeral.start
                yield (
                    at,
                    f"the numeral {numeral.text} stands in a word of the formula",
                    "write it outside of the braces",
                )
    if not formula.display and _ENDS.search(formula.tex) and re.match(_NUMBER, prose[formula.end : formula.end + 40]):
        yield formula.start, "the formula ends before its numeral", "write the numeral into the formula"
    before = prose[max(0, formula.start - 20) : formula.start]
    if re.match(r"\s*[-+]?\d", formula.tex) and _LED.search(before):
        yield formula.start, "the relation stands before the formula", "write it into the formula"
    if _BEGINS.match(formula.tex) and re.search(r"\d[\s*_]+\Z", before):
        yield formula.start, "the formula goes on from a numeral of the text", "write the numeral into the formula"
