"""What is done to a finished site: its policy, what it tells search engines and previews, its search, print."""

import base64
import io
import json
import re
from hashlib import sha256
from html import unescape
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from finish import findable, pace, pdf, policy
from galley.project import load
from tests.conftest import Site

CHAPTERS = ("scalar", "chain", "activations", "recurrence", "clipping", "residual")


def pages(site: Site) -> list[str]:
    """Return the addresses of all pages of a site."""
    found = (path.relative_to(site.folder).as_posix() for path in sorted(site.folder.rglob("*.html")))
    return [address.removesuffix("index.html") for address in found]


def data(site: Site, address: str) -> dict[str, object]:
    """Return the structured data of a page."""
    html = (site.folder / address / "index.html").read_text(encoding="utf-8")
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    return dict(json.loads(found))


# The policy


def test_a_policy_names_the_scripts_that_stand_there() -> None:
    """Each inline script is named by its digest, once for all pages; what is loaded, and data, needs no name."""
    one, two = "let a = 1\n", "let b"
    html = [
        f'<script>{one}</script><script src="a.js"></script>',
        f'<script type="module">{two}</script><script>{one}</script>',
    ]
    html.append('<script type="application/json">{}</script><script id="x" type="application/ld+json">{}</script>')
    names = [f"'sha256-{base64.b64encode(sha256(code.encode()).digest()).decode()}'" for code in (one, two)]
    said = policy.policy(html)
    assert said.startswith(
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self' "
    )
    assert sorted(said.split("script-src 'self' ")[1].split()) == sorted(names)


def test_every_page_has_the_policy(site: Site) -> None:
    """All pages of a built site carry one and the same policy, before anything that it governs."""
    heads = [(site.folder / path).read_text(encoding="utf-8") for path in site.folder.rglob("*.html")]
    found = {
        tuple(re.findall(r'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="([^"]+)">', head))
        for head in heads
    }
    assert len(heads) > 10 and len(found) == 1 and len(found.pop()) == 1


def test_a_page_without_a_character_set_is_refused(tmp_path: Path) -> None:
    """There the policy would have no place, and the page no policy."""
    (tmp_path / "index.html").write_text("<head><title>x</title></head>")
    with pytest.raises(RuntimeError, match="declares no character set"):
        policy.write(tmp_path)


def test_no_page_breaks_its_policy(page: Page, site: Site) -> None:
    """No page runs, loads or fetches what its policy refuses, and none asks anyone else, all that folds open and the search asked."""
    for address in pages(site):
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        page.evaluate("document.fonts.ready.then(() => undefined)")
        page.wait_for_timeout(100)
    found(page, "gain")


def test_a_broken_policy_would_be_seen(browser: Browser, site: Site) -> None:
    """A script that was not there does not run, a picture from elsewhere is not asked for, and the browser says so."""
    with browser.new_context(base_url=site.url) as context, context.new_page() as page:
        said: list[str] = []
        refused: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("requestfailed", lambda request: refused.append(f"{request.url} {request.failure}"))
        page.goto("questions/")
        page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.ran = 1' }))"
        )
        page.evaluate(
            "document.body.append(Object.assign(document.createElement('img'), { src: 'http://127.0.0.1:9/a.png' }))"
        )
        page.wait_for_timeout(100)
        assert page.evaluate("window.ran") is None
        assert sum("Content Security Policy" in each for each in said) == 2
        assert refused == ["http://127.0.0.1:9/a.png csp"]


# What others are told


def test_every_page_says_what_it_is(site: Site) -> None:
    """Each chapter has a canonical address, words and a picture for previews, and data that place it in the book."""
    nav = [name.removesuffix(".md") for name in load(Path(__file__).parents[1]).said["nav"] if isinstance(name, str)]
    for stem in CHAPTERS:
        html = (site.folder / stem / "index.html").read_text(encoding="utf-8")
        said = {
            name: unescape(content)
            for name, content in re.findall(r'<meta (?:name|property)="([\w:]+)" content="([^"]*)">', html)
        }
        assert f'<link rel="canonical" href="{site.url}{stem}/">' in html
        assert said["og:url"] == f"{site.url}{stem}/" and said["twitter:card"] == "summary_large_image"
        assert said["og:description"] == said["description"] and said["og:title"] in unescape(html.split("<title>")[1])
        picture = Image.open(io.BytesIO((site.folder / said["og:image"].removeprefix(site.url)).read_bytes()))
        assert picture.size == (1200, 630)
        assert len(picture.convert("RGB").getcolors(1 << 20) or []) > 50  # it is drawn, and no blank sheet
        told = data(site, stem)
        assert (
            told["@type"] == "Chapter" and told["position"] == nav.index(stem) and told["url"] == f"{site.url}{stem}/"
        )
    assert data(site, "")["@type"] == "Book"
    locations = re.findall(r"<loc>([^<]+)</loc>", (site.folder / "sitemap.xml").read_text(encoding="utf-8"))
    assert {f"{site.url}{stem}/" for stem in CHAPTERS} < set(locations)


def test_questions_are_told_with_their_answers(site: Site) -> None:
    """The page of questions says each of them with its answer, as the page does."""
    told = data(site, "questions")
    html = (site.folder / "questions" / "index.html").read_text(encoding="utf-8")
    assert told["@type"] == "FAQPage"
    asked = told["mainEntity"]
    assert isinstance(asked, list) and len(asked) == html.count("<h2 id=")
    assert all(each["name"].endswith("?") and len(each["acceptedAnswer"]["text"]) > 50 for each in asked)


def found(page: Page, words: str) -> list[str]:
    """Ask the search, and return the addresses of what it finds, best first."""
    field = page.locator("[data-md-component=search-query]")
    field.click()
    field.fill("")
    field.press_sequentially(words)
    expect(page.locator(".md-search-result__meta")).to_have_text(re.compile(r"\d|No"))
    links = page.locator(".md-search-result__link").evaluate_all("each => each.map(link => link.href)")
    return [re.sub(r"^https?://[^/]+/|\?[^#]*", "", link) for link in links]


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("underbrace", "scalar/#step-3-equal-slopes-make-a-power"),  # in the TeX of a formula
        ("downward ladder", ""),
        ("half_life", "scalar/#step-12-half-life-and-doubling-depth"),  # the name of its function
    ],
)
def test_the_search_finds(page: Page, words: str, where: str) -> None:
    """The search finds a formula by its TeX and its function, and each section once."""
    page.goto("")
    links = found(page, words)
    assert where in links or not where
    assert len(links) == len(set(links))


def test_the_search_finds_the_words_of_alt_texts(site: Site) -> None:
    """A section is found by each word of its figures' alt texts but numerals, which are those of the text."""
    entries = json.loads((site.folder / "search" / "search_index.json").read_text(encoding="utf-8"))["docs"]
    text = {entry["location"]: entry["text"] for entry in entries}
    html = (site.folder / "scalar" / "index.html").read_text(encoding="utf-8")
    alt = re.findall(r"<desc[^>]*>([^<]+)</desc>", html)[0]
    words = [word for word in alt.split() if not any(map(str.isnumeric, word))]
    assert len(words) > 5 and set(words) <= set(text["scalar/#in-short"].split())


def test_who_is_lost_is_led_on(page: Page, site: Site) -> None:
    """The page that is not found says so, and leads to the start and to each chapter."""
    page.goto("404.html")
    assert page.locator("h1").inner_text() == "This page is not here"
    links = page.locator("article a").evaluate_all("each => each.map(link => link.href)")
    assert {site.url, *(f"{site.url}{stem}/" for stem in CHAPTERS)} <= set(links)


def test_a_chapter_says_how_long_it_takes(site: Site) -> None:
    """Words count, and formulas as one each; not what stands in drawings, code and tables, and apart what is folded."""
    html = (
        "<h2>Two words</h2><p>one <math><mi>x</mi><annotation>x</annotation></math></p><svg><text>10</text></svg>"
        "<pre>code</pre><details><summary>folded</summary><details><p>twice <math></math></p></details></details><p>end</p>"
    )
    assert pace.words(html) == (5, 8)
    assert [pace.spoken(minutes) for minutes in (1, 13, 18, 90)] == [
        "ten minutes", "a quarter of an hour", "twenty minutes", "an hour",
    ]  # fmt: skip
    said = {stem: (site.folder / stem / "index.html").read_text("utf-8").count('class="pace"') for stem in CHAPTERS}
    assert said == dict.fromkeys(CHAPTERS, 1)


@pytest.mark.parametrize("stem", ["index", *CHAPTERS, "diagnosis"])
def test_a_main_line_is_short(site: Site, stem: str) -> None:
    """What is not folded, without captions and sources, is read in a quarter of an hour: so many words, where a formula is one."""
    html = (site.folder / stem.replace("index", "") / "index.html").read_text(encoding="utf-8")
    article = html.partition("<article")[2].partition('<h2 id="sources"')[0]
    most = {"index": 900, "diagnosis": 2500}.get(stem, 3000)
    text = re.sub(r"<figcaption>.*?</figcaption>", "", article, flags=re.DOTALL)
    assert pace.words(text)[0] <= most
    short = text.partition('id="in-short">In short')[2].partition("<h2")[0]
    assert pace.words(re.sub(r"<flip-book.*?</flip-book>", "", short, flags=re.DOTALL))[0] <= 120


def test_a_mistake_is_reported_from_its_section() -> None:
    """With a repository each section ends with a link that names it; without one a page stays as it is."""
    html = '<h1 id="a">A</h1><h2 id="b">B</h2><p>b</p><h2 id="c">C</h2><p>c</p><div class="checks-switch"></div>'
    assert findable._reported(html, None, "https://a.example/a/") == html
    told = findable._reported(html, "https://host.example/book/", "https://a.example/a/")
    parts = re.split(r"<h2", told)
    assert [part.count("Report a mistake") for part in parts] == [0, 1, 1]
    assert (
        "https://host.example/book/issues/new?template=sentence.yml&amp;sentence=In%20https%3A%2F%2Fa.example%2Fa%2F%23c"
        in parts[2]
    )
    assert parts[2].index("Report") < parts[2].index("checks-switch")
    form = (Path(__file__).parents[1] / ".github/ISSUE_TEMPLATE/sentence.yml").read_text(encoding="utf-8")
    assert "id: sentence" in form  # what the link fills in


# Print


def test_a_chapter_is_printed_whole(browser: Browser, site: Site, tmp_path: Path) -> None:
    """In print a draggable figure stands at its start and says so, folds are open, and nothing of the site stands around it."""
    with browser.new_page() as page:
        pdf.serve(page, site.folder, site.url)
        assert pdf.printed(page, f"{site.url}residual/", tmp_path / "residual.pdf") == "Residual connections"
        folded = page.locator("article details:not(.behind) p").first.inner_text()
    reader = PdfReader(tmp_path / "residual.pdf")
    text = " ".join(" ".join(each.extract_text() for each in reader.pages).split())
    assert len(reader.pages) > 8
    assert "".join(folded.split())[:30] in "".join(text.split())
    for chrome in ("Show checks", "Behind this figure", "Table of contents", "Search", "Reset"):
        assert chrome not in text
    assert any(each.startswith(site.url) for each in links(reader))


def links(reader: PdfReader) -> list[str]:
    """Return where the links of a PDF lead."""
    notes = [note.get_object() for each in reader.pages for note in each.get("/Annots", [])]
    return [str(note["/A"]["/URI"]) for note in notes if "/URI" in note.get("/A", {})]
