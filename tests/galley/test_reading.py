"""What a reader sees as a numeral, a formula, a heading or code is read as such, or refused by name; and so at its place."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown import Markdown
from markdown.preprocessors import Preprocessor

from galley.findings import Finding, Findings
from galley.page import scanner
from galley.page.pieces import Formula, Image, Other, Page
from galley.page.places import origins
from galley.site.html import set_page
from tests.galley.book import Book, make

B = "<!-- = power.power(0.9, 10) -->"
PAGE = "docs/power.md"
FIGURE = "![A power falls.](figures/power/fall.svg)"


def read(text: str) -> tuple[Page, tuple[Finding, ...]]:
    """Return a page that has no file, and what on it cannot be read."""
    return scanner.scan(Path("docs/toy.md"), text)


def scan(text: str) -> Page:
    """Return a page that has no file."""
    return read(text)[0]


def told(text: str) -> list[str]:
    """Return what a scan says, without its path and its advice."""
    return [str(finding).removeprefix("docs/toy.md:").partition("; ")[0] for finding in read(text)[1]]


def code(text: str) -> list[str]:
    """Return the code of a page."""
    return [piece.text for piece in scan(text).pieces if isinstance(piece, Other) and piece.kind == "code"]


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """The small book."""
    return make(tmp_path)


@pytest.mark.parametrize(
    ("behind", "shown"),
    [
        (" %", "%"), ("%", "%"), ("\n%", "%"), (" percent", "percent"), (" ‰", "‰"), ("7", "7"), ("e-3", "e-3"), ("x", "x"), ("ms", "ms"), ("·10", "·1"),
        (" × 10⁻³", "× 10"), ("×10<sup>3</sup>", "×10"), ("⁻³", "⁻"), (".5", ".5"), (",5", ",5"), ("(2)", "(2"), ("**7**", "7**"), ("<b>7</b>", "7"), ("$\\%$", "$"),
        (" million", "million"), ("<!-- note: a -->7", "7"),
    ],
)  # fmt: skip
def test_what_stands_right_behind_a_binding_is_refused(behind: str, shown: str) -> None:
    """A percent sign, a digit, an exponent, a letter or a power of ten behind the comment belongs to what the reader sees."""
    found = told(f"so 0.35{B}{behind} it is")
    assert f"{shown} stands right behind the comment" in found[0].partition(": ")[2]


@pytest.mark.parametrize(
    "behind",
    [
        ".",
        ",",
        ")",
        "**",
        " of it",
        "\n",
        "/0.98" + B,
        "–0.98" + B,
        "; 7 follow",
        "<br>7",
        " | 7 |",
        "-fold",
        "[^1]",
        "…",
        "’s",
    ],
)
def test_what_only_follows_a_binding_is_left_alone(behind: str) -> None:
    """Punctuation, marks, a range, a pair and the next words are no part of the numeral."""
    assert told(f"so 0.35{B}{behind}") == []


@pytest.mark.parametrize(
    "text",
    [
        "0.<!-- note: here -->35",
        "<b>0</b>.35",
        "0.<b>35</b>",
        "0<wbr>.35",
        "10<sup>-3</sup>",
        "10<sup>5</sup>",
        "10<SUP>–3</SUP>",
        "0.**35**",
        "**0.3**5",
        "0\\.35",
        "\\-0.35",
        "&#48;.35",
        "0.35&#37;",
        "&minus;0.35",
        "&asymp; 85",
        "0.35&nbsp;%",
    ],
)
def test_a_numeral_in_pieces_is_refused(text: str) -> None:
    """A comment, a tag, a mark, a backslash or an entity within a numeral would hide it from its check."""
    assert told(f"so {text} it is")


@pytest.mark.parametrize(
    "text",
    [
        "H<sub>2</sub>O",
        "1<sup>st</sup>",
        "**0.35** and",
        "a &amp; b",
        "it<b>7</b>",
        "Fig.&nbsp;7",
        "2\\. no list",
        "a*b",
        "x<br>0",
        "&lt;b&gt;",
    ],
)
def test_pieces_beside_numerals_are_left_alone(text: str) -> None:
    """Tags, marks and entities that cut no numeral are the author's."""
    assert told(f"so {text} it is") == [] or text == "Fig.&nbsp;7"


@pytest.mark.parametrize("dash", "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d")
def test_every_dash_is_a_sign(dash: str) -> None:
    """Whatever dash stands in front of a numeral, the reader sees a minus; between numerals it is a range."""
    assert [float(numeral.value) for numeral in scan(f"at {dash}0.105 and 2{dash}3 and 2e{dash}3").numerals] == [
        -0.105,
        2,
        3,
        0.002,
    ]


@pytest.mark.parametrize(
    ("text", "results"),
    [
        ("a rate of .91", [".91"]), ("(.5)", [".5"]), ("–.25 of it", ["–.25"]), ("_0.92_", ["0.92"]), ("__0.92__", ["0.92"]), ("_–.92_", ["–.92"]), ("_–.92_", ["–.92"]), ("*.92*", [".92"]),
        ("1.94x", ["1.94"]), ("3.95ms", ["3.95"]), ("x1.94", ["1.94"]), ("≈ ±85", ["85"]), ("= ^^85^^", ["85"]), ("= #85", ["85"]), ("2.5GB", ["2.5"]), ("1.5-fold", ["1.5"]), ("4e3s", ["4e3"]), ("losses 0.97/0.98", ["0.97", "0.98"]),
        ("0.5:0.25", ["0.5", "0.25"]), ("loss:0.81", ["0.81"]), ("loss=0.81", ["0.81"]), ("#0.35", ["0.35"]), ("35 percent", ["35 percent"]), ("35\nper cent", ["35\nper cent"]),
        ("3 percentage points", ["3 percentage points"]), ("12 ‰", ["12 ‰"]), ("gain = **85**", ["85"]), ("gain = _“85”_", ["85"]), ("gain ≈\n85", ["85"]), ("≠ 85", ["85"]),
        ("~ 85", ["85"]), ("~85", ["85"]), ("≃ 85", ["85"]), ("≲ 85", ["85"]), ("≪ −85", ["−85"]), ("≈ 85x", ["85"]), ("≈ <b>85</b>", ["85"]), ("≈ <!-- note: so --> 85", ["85"]),
        ("> 85 in a quotation", []), ("> it is\n> 85", []), ("85 layers", []), ("85x", []), ("float32", []), ("the 2nd", []), ("v2.13", []), ("1.2.3", []), ("arXiv:1211.5063", []),
        ("doi:10.1162/neco.1997.9.8.1735", []), ("#7", []), ("12:30", []), ("24/7", []), ("layer_2", []), ("= `x` 85", []), ("file.7z", []),
    ],
)  # fmt: skip
def test_what_is_printed_as_a_result_must_be_checked(text: str, results: list[str]) -> None:
    """However a result is dressed it claims, and what is part of a name or a count does not."""
    assert [numeral.text for numeral in scan(text).numerals if numeral.claims] == results


@pytest.mark.parametrize(
    "text",
    [
        "0,005",
        "3,14",
        "0,5",
        "1.000,5",
        "12.345.678,9",
        "12,75",
        "1,2345",
        "1234,5",
        "0·35",
        "1'000",
        "10$^{-3}$",
        "35$\\%$",
        "35 $\\%$",
        "$5$ 0$.3$",
        "5.2 $\\times 10^{-3}$",
        "$y \\approx$ 85",
        "$y =$ **85**",
        "$<$ 85",
        "$-$0.5",
        "10^-3",
        "2^{10}",
        "1.5 million",
        "3 thousand",
        "2*3",
        "10**-3",
        "5.2 x 10⁻³",
        "5.2·10⁻³",
        "gain ≈ $85$",
        "gain = **$-85$**",
    ],
)
def test_a_numeral_that_is_not_read_is_refused(text: str) -> None:
    """Decimal commas, numerals half in a formula, raised ones and words of size are told, not recorded."""
    assert told(f"a {text} b")


@pytest.mark.parametrize(
    "text",
    [
        "1,000",
        "22,777.6",
        "1,000,000",
        "at 3, 14 and 15",
        "w_{0}",
        "$w$ is 5",
        "5 $w$ are",
        "5 $= 2 + 3$ no",
        "$x$<br>$5 > 4$",
        "a<!-- note: b --> $5 > 4$",
        "> $5 > 4$",
        "a^b",
        "$x \\to y$ 5",
    ],
)
def test_separators_and_formulas_beside_numerals_are_left_alone(text: str) -> None:
    """Thousands, lists with spaces and whole formulas are read as they are."""
    assert [line for line in told(text) if "numeral" in line or "mark" in line or "power" in line] == []


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        (r"y \simeq 117", r"\simeq"), (r"y \cong 117", r"\cong"), (r"y \leqslant 3", r"\leqslant"), (r"y \gg 3", r"\gg"), (r"y \equiv 3", r"\equiv"), ("y ≈ 117", "≈"), ("y = −3", "−"),
        ("w⁹ = 3", "⁹"), (r"y = \text{0.87}", "0.87"), (r"y = \mathrm{0.87}", "0.87"), (r"y = \textbf{a {0.87}}", "0.87"), (r"\operatorname{7}", "7"), (r"y = \char 7", r"\char"),
    ],
)  # fmt: skip
def test_signs_and_words_of_a_formula_that_are_not_read(tex: str, shown: str) -> None:
    """A relation that the grammar does not know, a sign that is no TeX and a numeral within words are refused by name."""
    assert len(found := told(f"So ${tex}$.")) == 1
    assert shown in found[0]


@pytest.mark.parametrize(
    "tex", [r"\operatorname{ReLU6}(x)", r"x_{\text{in}} \approx y", r"\mathrm{conv2}", r"\text{if } x > 0"]
)
def test_words_of_a_formula(tex: str) -> None:
    """Names with digits, and words, are left alone."""
    assert told(f"So ${tex}$.") == []


@pytest.mark.parametrize(
    "opening",
    ["```python linenums=1", "```python linenums", '```python foo="1"', "~~~python hl_lines=2", "    ```python x y"],
)
def test_a_fence_that_the_engine_does_not_take(opening: str) -> None:
    """What looks like the start of code but would be printed is told at its line, and flips nothing below."""
    indent, _, sign = opening.rpartition(opening.strip())[0], 0, opening.strip()[:3]
    page, findings = read(f"- a\n\n{opening}\n{indent}x = 0.5\n{indent}{sign}\n\nand 0.6 {B}\n")
    assert ["does not start a block of code" in finding.wrong for finding in findings] == [True]
    assert [numeral.text for numeral in page.numerals] == ["0.6"]


@pytest.mark.parametrize(
    "opening",
    [
        "```",
        "```python",
        "``` python",
        "```{.python .wide}",
        "```python {.wide}",
        '```python title="0.5" linenums="1"',
        "```c++ hl_lines='1 3-4'",
        "~~~",
        "~~~~ text",
        "````markdown",
    ],
)
def test_a_fence_that_the_engine_takes(opening: str) -> None:
    """The engine sees code where the press does, alone, in a list and in a quotation."""
    sign = re.match(r"[`~]+", opening)
    assert sign
    for prefix, before in [("", ""), ("    ", "- a\n\n"), ("> ", "")]:
        text = f"{before}{prefix}{opening}\n{prefix}y = 0.5 $ <!-- = x -->\n{prefix}{sign[0]}\n\nand 0.6\n"
        html = Markdown(extensions=["pymdownx.superfences", "attr_list"]).convert(text)
        assert "0.5 $" in re.sub(r"<[^>]*>", "", html) and "<!-- = x" not in html and "0.6" in html
        page, findings = read(text)
        assert findings == () and [numeral.text for numeral in page.numerals] == ["0.6"]


@pytest.mark.parametrize(
    "text",
    [
        "```math\ny = w^9\n```",
        "~~~ math\ny\n~~~",
        "a \\(y = w^9\\) b",
        "\\[y = w^9\\]",
        "- a \\(y\\)",
        "a \\\\(y\\\\) b",
        "\\begin{equation}\ny\n\\end{equation}",
    ],
)
def test_other_signs_of_a_formula_are_refused(text: str) -> None:
    """What other tools take for a formula is printed raw here, and so is told."""
    assert ["is printed as it is" in line for line in told(text)] == [True]


@pytest.mark.parametrize(
    "text", ["`\\(y\\)`", "    \\(y\\)", "a \\[b", "$$\na \\\\[2pt] b\n$$", "```\n\\(y\\)\n```", "\\(a"]
)
def test_brackets_that_open_no_formula(text: str) -> None:
    """In code, in a formula and alone they are what they are."""
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a\n\n    x = 0.5\n    <!-- = y -->\n\n    z\n\nb", ["    x = 0.5\n    <!-- = y -->\n\n    z"]),
        ("# A\n    0.5\n", ["    0.5"]), ("\tx\n", ["\tx"]), ("- a\n\n    b 0.5\n", []), ("- a\n\n        0.5\n", ["        0.5"]), ("1. a\n\n    - b\n\n        c\n\n            0.5\n", ["            0.5"]),
        ('!!! note "A"\n\n    b\n\n        0.5\n', ["        0.5"]), ("[^1]:\n\n    b\n", []), ("a\n    b\n", []), ('=== "A"\n\n    b\n', []), ("A\n:   b\n\n    c\n", []), ("- a\n\nb\n\n    0.5\n", ["    0.5"]),
        ("> a\n>\n>     0.5\n", [">     0.5"]), ("> - a\n>\n>     b\n", []),
    ],
)  # fmt: skip
def test_indented_code(text: str, found: list[str]) -> None:
    """Indented lines are code, as Markdown has it, unless they belong to a list, a box, a tab or a footnote."""
    shown = Markdown(extensions=["admonition", "footnotes", "def_list", "pymdownx.tabbed"]).convert(text)
    assert shown.count("<pre><code>") == len(found)
    assert code(text) == found


@pytest.mark.parametrize(
    "heading",
    [
        "## Gain", "##Gain", "#Gain", "###### Gain ##", "Gain\n----", "Gain\n=", "## Gain\n----", "## The `layer_2` of *it*", "## Gain & loss, 2", "## Gain\n\n## Gain\n\n## Gain_1", "## ≈", "#", "##Gain {: #mine }", "## Gain {#mine .wide}", "Gain {#mine}\n---",
        f"## Falls to 0.35{B}", f"## Falls to 0.35{B} {{#mine}}", "## It falls<!-- holds: 1 < 2 --> here", "## A [link](power.md) here", "a\n# Gain", "- # Gain", "> ## Gain", "!!! note\n\n    ## Gain", "text\n\n##Gain\ntext", "a\nb\n---",
    ],
)  # fmt: skip
def test_headings_are_those_of_the_table_of_contents(heading: str) -> None:
    """However a heading is written, its section has the id that the engine gives it."""
    page = scan(f"{heading}\n\ntext 0.5\n")
    shown = "".join(part for part in re.split(r"(<!--.*?-->)", page.text) if not part.startswith("<!--"))
    html = Markdown(extensions=["toc", "attr_list", "admonition"]).convert(shown)
    assert [section.slug for section in page.sections[1:]] == re.findall(r'<h\d[^>]* id="([^"]*)"', html)


@pytest.mark.parametrize(
    "heading", ["Gain $w$\n--------", "## Gain $w$", "##Gain $w$", "> ## $w$", "$w$\n===", "- # $w$"]
)
def test_a_heading_holds_no_formula(heading: str) -> None:
    """A formula would stand in the contents, the title and the search as a heap of signs."""
    assert ["a heading holds a formula" in line for line in told(f"{heading}\n\ntext\n")] == [True]


@pytest.mark.parametrize(
    "heading",
    [
        "## Gain {#ga<!-- note: x -->in}",
        "## Gain {#gain}<!-- holds: 1 < 2 -->",
        "Gain {#gain} <!-- note: x -->\n---",
        "## Gain {<!-- note: x -->#gain}",
    ],
)
def test_no_comment_stands_in_the_id_of_a_heading_or_behind_it(heading: str) -> None:
    """There the engine would not take the id."""
    assert [re.search("comment stands (inside|behind) the id", line) is not None for line in told(heading)] == [True]


@pytest.mark.parametrize(
    "box",
    [
        '!!! note "It falls"C',
        '??? note "It falls" C',
        '=== "It falls"C',
        "!!! noteC",
        "/// note | It fallsC",
        '> !!! note "It falls"C',
    ],
)
def test_no_comment_stands_behind_the_title_of_a_box(box: str) -> None:
    """There the engine would not take the box."""
    page, findings = read(box.replace("C", "<!-- holds: 1 < 2 -->") + "\n\n    text\n")
    assert [finding.wrong for finding in findings] == ["a comment stands behind the title of a box"]


def test_a_comment_may_stand_inside_the_title_of_a_box() -> None:
    """What is bound there is a numeral of the title."""
    assert told(f'!!! note "It falls to 0.35{B}"\n\n    text 0.4{B}\n') == []


@pytest.mark.parametrize(
    "between",
    ["{ .wide }\n\n", "{: .wide .x}\n\n", "\n{ .wide }\n\n", "\n\n", "\n", "\n\n<!-- note: here -->\n\n", "\n\n\n"],
)
def test_a_caption_follows_its_figure(between: str) -> None:
    """Classes and remarks may stand between a figure and its caption."""
    page = scan(f"![a](../figures/power/fall.svg){between}/// caption\nFalls to 5.\n///\n")
    (image,) = (piece for piece in page.pieces if isinstance(piece, Image))
    assert image.figure == ("power", "fall") and image.caption == "Falls to 5.\n"
    assert image.classes == (("wide", "x") if ".x" in between else ("wide",) if "wide" in between else ())


@pytest.mark.parametrize(
    ("between", "wanted"),
    [
        ("\n\n/// note\nText.\n///\n", "18:1: the figure has no caption"),
        ("\n\n/// caption\nText.\n", "18:1: the caption of the figure is not closed"),
        ("{ .wide }\n\n////caption\nText.\n///\n", "18:1: the caption of the figure is not closed"),
        ("{ .wide }\n\n////caption\nText.\n////\n", ""),
        ("\n\n/// figure-caption\nText.\n///\n", ""),
    ],
)
def test_what_is_said_of_a_caption_is_true(book: Book, between: str, wanted: str) -> None:
    """A figure whose caption is there, by whatever name, is not told to have none, and one without is not told to have an open one."""
    text = (book.root / PAGE).read_text(encoding="utf-8")
    book.write(PAGE, text[: text.index(FIGURE) + len(FIGURE)] + between)
    found = [problem.removeprefix("docs/power.md:").partition("; ")[0] for problem in book.problems()]
    assert found == ([wanted] if wanted else [])


@pytest.mark.parametrize("between", ["\n\ntext\n\n", " text\n\n"])
def test_a_caption_of_something_else(between: str) -> None:
    """What follows other text is not the figure's caption."""
    page = scan(f"![a](figures/power/fall.svg){between}/// caption\nFalls to 5.\n///\n")
    (image,) = (piece for piece in page.pieces if isinstance(piece, Image))
    assert image.caption is None


@pytest.mark.parametrize(
    "text",
    [
        "> $$\n> y = w^9\n> $$\n> <!-- eq: power.power -->",
        "> a\n>\n> $$\n> y\n> = w^9 $$",
        "> so $y\n> = w^9$ is",
        "> > $$\n> > y = w^9\n> > $$",
    ],
)
def test_a_formula_within_a_quotation(text: str) -> None:
    """The marks of a quotation are no part of a formula that goes over its lines."""
    page, findings = read(text)
    (formula,) = (piece for piece in page.pieces if isinstance(piece, Formula))
    assert "".join(formula.tex.split()) == "y=w^9"
    assert findings == ()


def test_a_relation_is_no_mark_of_a_quotation() -> None:
    """A line of a formula may begin with a sign that elsewhere begins a quotation."""
    (formula,) = scan("$$\na\n> b\n$$").pieces
    assert isinstance(formula, Formula) and "".join(formula.tex.split()) == "a>b"


# Front matter, and the places of what an engine hands over


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("---\na: 1\n---\nx 0.5\n", "x 0.5\n"), ("---\na: 1\n...\nx 0.5\n", "x 0.5\n"), ("---\na: 1\n--- \nx\n\n---\n", "x\n\n---\n"), ("---\n\nx 0.5\n\n---\n\ny\n", None), ("---\n- a\n---\nx\n", None), ("---\nx 0.5\n", None), ("----\na: 1\n---\n", None), ("x\n---\na: 1\n---\n", None),
    ],
)  # fmt: skip
def test_front_matter_is_what_the_engine_takes_for_it(raw: str, shown: str | None) -> None:
    """A mapping between dashes, or dashes and dots, is not shown; a rule and what follows it is."""
    from mkdocs.utils.meta import get_data

    page, findings = read(raw)
    assert findings == ()
    assert page.text[page.body :] == (raw if shown is None else shown) == get_data(raw)[0]


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        ("---\na: [\n---\nx\n", "3:1"),
        ("---\na: b: c\n---\nx\n", "2:5"),
        ("---\na: 1\n\tb: 2\n...\n", "3:1"),
        ("---\na: 'b\n---\n", "3:1"),
        ("Note: it falls\n\nx\n", "1:1"),
        ("gain: 5\nloss: 6\n", "1:1"),
    ],
)
def test_front_matter_that_the_engine_prints_or_swallows(raw: str, place: str) -> None:
    """Broken YAML is printed as text, and a first line with a colon is not shown: both are told."""
    from mkdocs.utils.meta import get_data

    assert get_data(raw)[0] != raw or raw.startswith("---")
    assert [
        line.rpartition(": ")[0].startswith(f"{place}: ") or line.startswith(f"{place}: ") for line in told(raw)
    ] == [True]


def test_places_of_a_page_whose_front_matter_is_gone() -> None:
    """What an engine has stripped is still read, and lines count as the author sees them."""
    raw = "---\ntitle: 0.7\n---\n\n# A\n\nSo $x$.\n"
    page, _ = scanner.scan(Path("docs/toy.md"), "# A\n\nSo $x$.\n", raw)
    (formula,) = page.pieces
    assert page.place(formula.start) == (7, 4)
    assert page.text[page.body :] == "# A\n\nSo $x$.\n" and page.place(page.text.index("0.7")) == (2, 8)


RAW = '---\na: 1\n---\n# A\n\nfirst {{ x }} and 5\n\n--8<-- "part.md"\n\nlast\twith 6\n\nend\n'
HANDED = "# A\n\nfirst word and more 0.5 and 5\n\nsnip 7\n\nsnap 8\n\nlast    with 6\n\nend\n\nadded 9\n"


@pytest.mark.parametrize(
    ("word", "place"),
    [
        ("# A", (4, 1)),
        ("first", (6, 1)),
        ("0.5", (6, 7)),
        ("5\n\nsnip", (6, 19)),
        ("snip", (8, 1)),
        ("8", (8, 1)),
        ("6", (10, 11)),
        ("end", (12, 1)),
        ("9", (13, 1)),
    ],
)
def test_places_after_other_plugins(word: str, place: tuple[int, int]) -> None:
    """A line that a plugin changed, a snippet brought or a hook added is told at the author's line that it came from."""
    page, _ = scanner.scan(Path("docs/toy.md"), HANDED, RAW)
    line, column = page.place(page.text.index(word, page.body))
    assert line == place[0]
    assert column == place[1] or (line == 8 and column <= len('--8<-- "part.md"'))


LINES = st.lists(st.sampled_from(["", "a", "b", "c", "{{ x }}", "- a", "d"]), max_size=12)


@given(LINES, LINES)
def test_any_two_texts_have_places(here: list[str], there: list[str]) -> None:
    """Places never run backwards over equal unique lines, always lie in the file, and equal texts map to themselves."""
    found = origins([*here, ""], [*there, ""])
    assert all(0 <= line <= len(there) for line in found) and found == sorted(found)
    assert origins(there, there) == list(range(len(there)))


def test_a_page_that_vanishes() -> None:
    """A page that is no longer there is one finding, not a crash."""
    with pytest.raises(Findings) as caught:
        scanner.scan(Path("docs/gone.md"))
    assert (
        str(caught.value) == "docs/gone.md:1:1: the page is no longer there; bring it back, or take it out of the book"
    )


SCRAPS = ["`", "``", "```\n", "~~~", "$", "$$", "<!--", "-->", "= x", "![", "](", ")", "[", "]", "(", "{", "{#a}", "}", "<b>", "<", ">", "> ", "\n", "\n\n", "    ", "# ", "---\n", "- ", "1", "0.5", ",", " %", "\\", "a", "é", "_", "*", "/// caption\n", "///\n", "&", ";", "=", "|", '"', "'", "e-", "10⁻³", "figures/a/b.svg"]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(SCRAPS), max_size=40).map("".join))
def test_any_text_scans(text: str) -> None:
    """Whatever stands on a page, a scan ends, its pieces and numerals lie in order within it, and mistakes have a place."""
    page, findings = read(text)
    at = 0
    for piece in page.pieces:
        assert at <= piece.start <= piece.end <= len(text)
        at = piece.end
    at = 0
    for numeral in page.numerals:
        assert at <= numeral.start < numeral.end <= len(text)
        at = numeral.end
    for finding in findings:
        assert 1 <= finding.line <= text.count("\n") + 1 and finding.column >= 1
    assert page.sections[0].start == 0 and page.sections[-1].end == len(text)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from(SCRAPS), min_size=1, max_size=4).map("".join))
def test_a_scan_takes_time_in_proportion(scrap: str) -> None:
    """Whatever a page repeats, four times as much of it takes some four times as long."""

    def seconds(length: int) -> float:
        began = time.process_time()
        scan((scrap * length)[:length])
        return time.process_time() - began

    # What a loaded machine adds comes and goes.
    assert any(seconds(24_000) < 10 * seconds(6_000) + 0.3 for _ in range(5))


@pytest.mark.parametrize("text", ["[" * 50_000, "[" * 51 + "]" * 51, "![" * 60, "a [b " * 60])
def test_too_many_open_brackets(text: str) -> None:
    """Markdown takes time in proportion to their square, and so they are refused."""
    assert told(text)[0].endswith("more than 50 brackets are open here")


def test_brackets_of_other_paragraphs() -> None:
    """What stays open in one paragraph ends with it."""
    assert told("[a\n\n" * 200 + "[a] " * 200) == []


@pytest.mark.parametrize(
    ("edits", "wanted"),
    [
        ([f"So 0.35{B} % of it."], "16:39: % stands right behind the comment"),
        (["So –0.105<!-- = -power.power(0.105, 1) --> of it."], ""),
        (["So 0.105<!-- = -power.power(0.105, 1) --> of it."], "16:4: 0.105 is printed, but -power.power(0.105, 1) = -0.105"),
        (["A rate of .91."], "16:11: .91 is not checked"),
        ([f"So 1.94x{B}."], "16:4: 1.94 is printed, but power.power(0.9, 10) = 0.3486784401000001"),
        (["So 35 percent<!-- = power.power(0.9, 10) --> of it."], ""),
        (["So 36 percent<!-- = power.power(0.9, 10) --> of it."], "16:4: 36 percent is printed, but power.power(0.9, 10) = 0.3486784401000001"),
        (["##Gain 0.7\n\nIt is."], "16:8: 0.7 is not checked"),
        (["> $$\n> w^{L}\n> $$\n> <!-- eq: power.power -->\n\nIt is."], ""),
    ],
)  # fmt: skip
def test_the_book_says_so(book: Book, edits: list[str], wanted: str) -> None:
    """What the scan finds reaches the author, and what is right is accepted."""
    book.edit(PAGE, "It was known", f"{edits[0]} It was known")
    found = [problem.removeprefix("docs/power.md:").partition("; ")[0] for problem in book.problems()]
    assert found == ([wanted] if wanted else [])


EXTENSIONS = ["admonition", "attr_list", "toc", "pymdownx.blocks.caption", "pymdownx.details", "pymdownx.superfences"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"{FIGURE}{{ .wide }}\n\n/// caption\nSo 0.35{B}.\n///", r'<figure[^>]*>\s*<div class="drawing wide"'),
        (f"> {FIGURE}\n>\n> /// caption\n> So 0.35{B}.\n> ///", r'(?s)<blockquote>\s*<figure[^>]*>\s*<div class="drawing".*</details>\s*</figcaption>\s*</figure>\s*</blockquote>'),
        ("> $$\n> w^{L}\n> $$\n> <!-- eq: power.power -->", r'(?s)<blockquote>\s*<div class="formula check".*</div>\s*</blockquote>'),
        (f'!!! note "Falls to 0.35{B}"\n\n    Much.', r'(?s)<div class="admonition note">\s*<p class="admonition-title">Falls to <span class="check[^>]*>0.35</span></p>'),
        (f'??? note "Falls to 0.35{B}"\n\n    Much.', r"(?s)<details class=\"note\">\s*<summary>Falls to <span class=\"check[^>]*>0.35</span></summary>"),
        (f"## Falls to 0.35{B} {{#mine}}", r'<h2 id="mine">Falls to <span class="check[^>]*>0.35</span></h2>'),
        (f"##Falls to 0.35{B}", r'<h2 id="falls-to-035">Falls to <span class="check[^>]*>0.35</span></h2>'),
        (f"Falls to 0.35{B}\n------", r'<h2 id="falls-to-035">'),
        ("Code:\n\n    5<!-- = x --> $y$ 0.7\n\nand so on", r"<pre><code>5&lt;!-- = x --&gt; \$y\$ 0.7\n</code></pre>"),
        (f"losses 0.35{B}/0.35{B}, –0.35<!-- = -power.power(0.9, 10) -->, _.35{B}_, 0.35x{B}", r'(?s)>0.35</span>/<span.*>–0.35</span>, <em><span.*>.35</span></em>, <span.*>0.35</span>x'),
        (r"So $\lVert x_{k} \rVert \, / \, \lVert y_{k} \rVert$ is.", r'So <span class="formula together"><math>'),
    ],
    ids=range(11),
)  # fmt: skip
def test_what_is_read_is_what_is_set(book: Book, text: str, wanted: str) -> None:
    """What the scan takes for a figure, a formula, a title, a heading or code is that on the page too."""
    book.write("docs/index.md", "# Start\n")
    book.write(PAGE, f"# Powers\n\nGiven a power of 0.9<!-- holds: power.power(0.9, 10) < 1 -->.\n\n{text}\n")
    edition = book.check()
    assert edition.findings == []
    md = Markdown(extensions=EXTENSIONS)

    class Setter(Preprocessor):
        """Sets the page where the press does."""

        def run(self, lines: list[str]) -> list[str]:
            """Return the page set."""
            return set_page(edition.pages[book.root / PAGE].page, edition, md.htmlStash.store).split("\n")

    md.preprocessors.register(Setter(md), "setter", 29.5)
    html = md.convert(edition.pages[book.root / PAGE].page.text)
    assert re.search(wanted, html), html[:3000]
    assert "///" not in html and "{ .wide" not in html and "<!--" not in html
